using AgentSim.Collections;

namespace AgentSim.Prompts;

/// <summary>
/// Numbers ids 0, 1, 2, … in the order of their first appearance. The ids of most traces are such numbers themselves: those are only
/// counted. Where they are so nearly, the others lie in plain arrays, and only ids far above the number of ids so far go through a hash map.
/// </summary>
/// <param name="first">The first number; those below are of ids that are told apart otherwise.</param>
internal sealed class IdNumbers(int first = 0)
{
    private const int PageBits = 15;
    private const int PageSize = 1 << PageBits;

    // A page may be added below so many times the number of ids: a file cannot make many pages with few ids.
    private const ulong Spread = 4;
    private const ulong FirstIds = 1 << 14;

    private readonly int _first = first;
    private ulong _plain;           // ids below are themselves the order of their appearance; their numbers begin with the first one
    private int[]?[] _pages = [];   // number + 1 by other id; 0 where there is none
    private NumberMap? _others;

    /// <summary>The next number.</summary>
    public int Count { get; private set; } = first;

    /// <summary>The number of an id; -1 if it has none.</summary>
    public int Find(ulong id)
    {
        if (id < _plain) return _first + (int)id;
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
        ulong plain = (ulong)(number - _first);   // the only id that can have the number, if it is below
        while (count < ids.Length && plain < _plain)
        {
            if (ids[count] != plain++) return count;
            count++;
        }

        while (count < ids.Length)
        {
            ulong page = ids[count] >> PageBits;
            if (page < (ulong)_pages.Length && _pages[page] is { } numbers)
            {
                while (count < ids.Length && ids[count] >> PageBits == page
                    && numbers[ids[count] & (PageSize - 1)] == number + count + 1) count++;
                if (count == ids.Length) return count;
            }

            if (Find(ids[count]) != number + count) return count;
            count++;
        }

        return count;
    }

    /// <summary>
    /// Numbers ids at the start that are new and follow each other as the next numbers do; returns how many. There may be more new ones.
    /// </summary>
    public int AddFollowing(ReadOnlySpan<ulong> ids)
    {
        if (Count - _first != (long)_plain) return 0;
        int count = 0;
        while (count < ids.Length && ids[count] == _plain + (ulong)count) count++;
        _plain += (ulong)count;
        Count += count;
        return count;
    }

    /// <summary>The number of an id, which gets the next one if it has none.</summary>
    public int GetOrAdd(ulong id, out bool isNew)
    {
        int number = Find(id);
        isNew = number < 0;
        if (!isNew) return number;
        if (id == _plain && Count - _first == (long)id) _plain++;
        else if (PageFor(id) is { } page) page[id & (PageSize - 1)] = Count + 1;
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
        return _pages[page] = new int[PageSize];
    }
}
