using AgentSim.Collections;

namespace AgentSim.Prompts;

/// <summary>
/// Numbers ids 0, 1, 2, … in the order of their first appearance. The ids of most traces are such numbers themselves, or
/// nearly: those lie in plain arrays, and only ids far above the number of ids so far go through a hash map.
/// </summary>
/// <param name="first">The first number; those below are of ids that are told apart otherwise.</param>
internal sealed class IdNumbers(int first = 0)
{
    private const int PageBits = 15;
    private const int PageSize = 1 << PageBits;

    // A page may be added below so many times the number of ids: a file cannot make many pages with few ids.
    private const ulong Spread = 4;
    private const ulong FirstIds = 1 << 14;

    private int[]?[] _pages = [];   // number + 1 by id; 0 where there is none
    private NumberMap? _others;

    /// <summary>The next number.</summary>
    public int Count { get; private set; } = first;

    /// <summary>The number of an id; -1 if it has none.</summary>
    public int Find(ulong id)
    {
        ulong page = id >> PageBits;
        if (page < (ulong)_pages.Length && _pages[page] is { } numbers)
        {
            int numberAndOne = numbers[id & (PageSize - 1)];
            if (numberAndOne > 0 || _others is null) return numberAndOne - 1;
        }

        return _others?.Find(id) ?? -1;
    }

    /// <summary>How many ids at the start have the numbers from the given one on: one comparison for each.</summary>
    public int Follow(ReadOnlySpan<ulong> ids, int number)
    {
        int count = 0;
        while (count < ids.Length)
        {
            ulong id = ids[count], page = id >> PageBits;
            if (page < (ulong)_pages.Length && _pages[page] is { } numbers)
            {
                while (numbers[id & (PageSize - 1)] == number + count + 1)
                {
                    if (++count == ids.Length) return count;
                    id = ids[count];
                    if (id >> PageBits != page) break;
                }
            }

            if (Find(id) != number + count) return count;
            count++;
        }

        return count;
    }

    /// <summary>
    /// Gives ids at the start that have no number the next ones; returns how many. There may be more such, for whom a page has to be made.
    /// </summary>
    public int AddNew(ReadOnlySpan<ulong> ids)
    {
        if (_others is not null) return 0;
        int count = 0;
        while (count < ids.Length)
        {
            ulong id = ids[count], page = id >> PageBits;
            if (page >= (ulong)_pages.Length || _pages[page] is not { } numbers) return count;
            do
            {
                ref int number = ref numbers[id & (PageSize - 1)];
                if (number != 0) return count;
                number = ++Count;
                if (++count == ids.Length) return count;
                id = ids[count];
            }
            while (id >> PageBits == page);
        }

        return count;
    }

    /// <summary>The number of an id, which gets the next one if it has none.</summary>
    public int GetOrAdd(ulong id, out bool isNew)
    {
        int number = Find(id);
        isNew = number < 0;
        if (!isNew) return number;
        if (PageFor(id) is { } page) page[id & (PageSize - 1)] = Count + 1;
        else (_others ??= new NumberMap()).GetOrAdd(id, Count, out _);
        return Count++;
    }

    /// <summary>The next number, for something that has no id and is never asked for.</summary>
    public int AddNameless() => Count++;

    private int[]? PageFor(ulong id)
    {
        ulong page = id >> PageBits;
        if (page < (ulong)_pages.Length && _pages[page] is { } there) return there;
        if (id >= Spread * ((ulong)Count + FirstIds)) return null;
        if (page >= (ulong)_pages.Length) Array.Resize(ref _pages, Math.Max((int)page + 1, _pages.Length * 2));
        return _pages[page] = WrittenArray.Zeros<int>(PageSize);
    }
}
