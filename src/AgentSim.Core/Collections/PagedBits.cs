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
        for (; count > 0; first = (first | (PageSize - 1)) + 1)
        {
            int inPage = Math.Min(count, PageSize - (first & (PageSize - 1)));
            count -= inPage;
            int page = PageOf(first);
            if (page < 0) page = AddPage(first >> PageBits);
            int added = 0;
            foreach ((int word, ulong mask) in new Words(page, first, inPage))
            {
                added += BitOperations.PopCount(mask & ~_words[word]);
                _words[word] |= mask;
            }

            _live[page] += added;
        }
    }

    /// <summary>Removes <paramref name="count"/> neighbours, as far as they are members.</summary>
    public void RemoveRun(int first, int count)
    {
        for (; count > 0; first = (first | (PageSize - 1)) + 1)
        {
            int inPage = Math.Min(count, PageSize - (first & (PageSize - 1)));
            count -= inPage;
            int page = PageOf(first);
            if (page < 0) continue;
            int removed = 0;
            foreach ((int word, ulong mask) in new Words(page, first, inPage))
            {
                removed += BitOperations.PopCount(mask & _words[word]);
                _words[word] &= ~mask;
            }

            if ((_live[page] -= removed) > 0) continue;
            _directory[first >> PageBits] = 0;
            _freePages.Push(page);
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
            foreach ((int word, ulong mask) in new Words(page, at, inPage))
            {
                ulong missing = mask & ~_words[word];
                if (missing == 0)
                {
                    length += BitOperations.PopCount(mask);
                    continue;
                }

                return length + BitOperations.TrailingZeroCount(missing) - BitOperations.TrailingZeroCount(mask);
            }
        }

        return length;
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

    /// <summary>The words of a page that a run within it touches, each with the bits of the run.</summary>
    private ref struct Words(int page, int first, int count)
    {
        private readonly int _pageStart = page * WordsPerPage;
        private int _bit = first & (PageSize - 1);
        private int _left = count;

        public (int Word, ulong Mask) Current { get; private set; }

        public readonly Words GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_left == 0) return false;
            int inWord = Math.Min(_left, 64 - (_bit & 63));
            Current = (_pageStart + (_bit >> 6), (ulong.MaxValue >> (64 - inWord)) << (_bit & 63));
            _bit += inWord;
            _left -= inWord;
            return true;
        }
    }
}
