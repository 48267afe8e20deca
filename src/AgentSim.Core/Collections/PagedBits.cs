using System.Numerics;

namespace AgentSim.Collections;

/// <summary>
/// A sparse set of small non-negative integers. Members live in pages of 4096 bits, allocated when first needed and
/// recycled when they fall empty; runs of neighbours are added, removed and measured a word at a time.
/// </summary>
internal sealed class PagedBits
{
    private const int PageBits = 12;
    private const int PageSize = 1 << PageBits;
    private const int WordsPerPage = PageSize / 64;

    private readonly Stack<int> _freePages = new();
    private int[] _directory = [];   // member >> PageBits -> page number + 1, 0 where there is none
    private ulong[] _words = new ulong[WordsPerPage];
    private int[] _live = new int[1];   // members per page
    private int _pageCount;

    /// <summary>Adds <paramref name="count"/> neighbours; members among them stay.</summary>
    public void AddRun(int first, int count)
    {
        while (count > 0)
        {
            int inPage = Math.Min(count, PageSize - (first & (PageSize - 1)));
            int page = PageOf(first);
            if (page < 0) page = AddPage(first >> PageBits);
            Span<ulong> words = WordsOf(page, first, inPage);
            int added = 0;
            for (int i = 0; i < words.Length; i++)
            {
                ulong mask = Mask(i, words.Length, first, inPage);
                added += BitOperations.PopCount(mask & ~words[i]);
                words[i] |= mask;
            }

            _live[page] += added;
            first += inPage;
            count -= inPage;
        }
    }

    /// <summary>Removes <paramref name="count"/> neighbours, as far as they are members.</summary>
    public void RemoveRun(int first, int count)
    {
        while (count > 0)
        {
            int inPage = Math.Min(count, PageSize - (first & (PageSize - 1)));
            int page = PageOf(first);
            if (page >= 0) RemoveInPage(page, first, inPage);
            first += inPage;
            count -= inPage;
        }
    }

    /// <summary>Length of the run of members that starts at <paramref name="first"/>, at most <paramref name="limit"/>.</summary>
    public int LeadingRun(int first, int limit)
    {
        int length = 0;
        while (length < limit)
        {
            int at = first + length;
            int page = PageOf(at);
            if (page < 0) return length;
            int inPage = Math.Min(limit - length, PageSize - (at & (PageSize - 1)));
            Span<ulong> words = WordsOf(page, at, inPage);
            for (int i = 0; i < words.Length; i++)
            {
                ulong mask = Mask(i, words.Length, at, inPage);
                ulong missing = mask & ~words[i];
                if (missing != 0) return length + BitOperations.TrailingZeroCount(missing) - BitOperations.TrailingZeroCount(mask);
                length += BitOperations.PopCount(mask);
            }
        }

        return length;
    }

    private void RemoveInPage(int page, int first, int count)
    {
        Span<ulong> words = WordsOf(page, first, count);
        int removed = 0;
        for (int i = 0; i < words.Length; i++)
        {
            ulong mask = Mask(i, words.Length, first, count);
            removed += BitOperations.PopCount(mask & words[i]);
            words[i] &= ~mask;
        }

        if ((_live[page] -= removed) > 0) return;
        _directory[first >> PageBits] = 0;
        _freePages.Push(page);
    }

    private int PageOf(int member)
    {
        int slot = member >> PageBits;
        return (uint)slot < (uint)_directory.Length ? _directory[slot] - 1 : -1;
    }

    private int AddPage(int slot)
    {
        if (slot >= _directory.Length) Array.Resize(ref _directory, Math.Max(slot + 1, _directory.Length * 2));
        if (!_freePages.TryPop(out int page)) page = _pageCount++;
        if (page == _live.Length)
        {
            Array.Resize(ref _live, page * 2);
            Array.Resize(ref _words, page * 2 * WordsPerPage);
        }

        _directory[slot] = page + 1;
        return page;
    }

    // The words of a page that a run within it touches.
    private Span<ulong> WordsOf(int page, int first, int count)
    {
        int bit = first & (PageSize - 1);
        int start = bit >> 6, last = (bit + count - 1) >> 6;
        return _words.AsSpan((page * WordsPerPage) + start, last - start + 1);
    }

    // The bits of a run in one of the words it touches.
    private static ulong Mask(int word, int words, int first, int count)
    {
        ulong mask = ulong.MaxValue;
        if (word == 0) mask <<= first & 63;
        if (word == words - 1) mask &= ulong.MaxValue >> (63 - ((first + count - 1) & 63));
        return mask;
    }
}
