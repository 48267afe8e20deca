using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AgentSim.Collections;

/// <summary>
/// A sparse map from small non-negative integers to integers in which 0 means absent.
/// Keys live in pages of 64, allocated when first written and recycled when they fall empty, so that runs of
/// neighbouring keys cost one directory look-up a page and otherwise plain array steps; there is no hashing.
/// </summary>
internal sealed class PagedInts
{
    public const int PageBits = 6;
    public const int PageSize = 1 << PageBits;
    private const int PageMask = PageSize - 1;

    private int[] _directory = [];   // key >> PageBits -> page number + 1, 0 where there is none
    private int[] _values = new int[PageSize * 4];
    private int[] _live = new int[4];   // non-zero values per page
    private int[] _freePages = new int[4];
    private int _freeCount;
    private int _pageCount;

    /// <summary>Number of keys with a value other than 0.</summary>
    public int Count { get; private set; }

    /// <summary>The value at <paramref name="key"/>, 0 when absent.</summary>
    public int this[int key]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            int slot = key >> PageBits;
            if ((uint)slot >= (uint)_directory.Length) return 0;
            int page = _directory[slot];
            return page == 0 ? 0 : _values[((page - 1) << PageBits) | (key & PageMask)];
        }
    }

    /// <summary>Sets the value at <paramref name="key"/>; 0 removes it.</summary>
    public void Set(int key, int value)
    {
        int slot = key >> PageBits;
        int page = slot < _directory.Length ? _directory[slot] - 1 : -1;
        if (page < 0)
        {
            if (value == 0) return;
            page = AddPage(slot);
        }

        ref int place = ref _values[(page << PageBits) | (key & PageMask)];
        int before = place;
        place = value;
        if (before == 0 && value != 0) { _live[page]++; Count++; }
        else if (before != 0 && value == 0) { Count--; if (--_live[page] == 0) RemovePage(slot, page); }
    }

    /// <summary>Sets the value at <paramref name="count"/> neighbouring keys, all of which are present or all absent; 0 removes them.</summary>
    public void SetRun(int first, int count, int value)
    {
        while (count > 0)
        {
            int slot = first >> PageBits;
            int inPage = Math.Min(count, PageSize - (first & PageMask));
            int page = slot < _directory.Length ? _directory[slot] - 1 : -1;
            if (page < 0) page = AddPage(slot);
            ref int places = ref _values[(page << PageBits) | (first & PageMask)];
            int live = ((value != 0 ? 1 : 0) - (places != 0 ? 1 : 0)) * inPage;
            Fill(ref places, inPage, value);
            Count += live;
            if ((_live[page] += live) == 0) RemovePage(slot, page);
            first += inPage;
            count -= inPage;
        }
    }

    /// <summary>
    /// Adds <paramref name="delta"/> (+1 or -1) to <paramref name="count"/> neighbouring keys.
    /// A key whose value returns to 0 is removed.
    /// </summary>
    public void AddRun(int first, int count, int delta)
    {
        while (count > 0)
        {
            int slot = first >> PageBits;
            int inPage = Math.Min(count, PageSize - (first & PageMask));
            int page = slot < _directory.Length ? _directory[slot] - 1 : -1;
            if (page < 0) page = AddPage(slot);
            int live = AddToAll(ref _values[(page << PageBits) | (first & PageMask)], inPage, delta);
            Count += live;
            if ((_live[page] += live) == 0) RemovePage(slot, page);
            first += inPage;
            count -= inPage;
        }
    }

    /// <summary>Length of the run of present keys that starts at <paramref name="first"/>, at most <paramref name="limit"/>.</summary>
    public int LeadingRun(int first, int limit)
    {
        int length = 0;
        while (length < limit && this[first + length] != 0) length++;
        return length;
    }

    /// <summary>Length of the run of absent keys that starts at <paramref name="first"/>, at most <paramref name="limit"/>.</summary>
    public int AbsentRun(int first, int limit)
    {
        int length = 0;
        while (length < limit)
        {
            int key = first + length, slot = key >> PageBits;
            int inPage = Math.Min(limit - length, PageSize - (key & PageMask));
            if (slot < _directory.Length && _directory[slot] != 0)
            {
                int at = ((_directory[slot] - 1) << PageBits) | (key & PageMask);
                for (int i = 0; i < inPage; i++)
                {
                    if (_values[at + i] != 0) return length + i;
                }
            }

            length += inPage;
        }

        return length;
    }

    // The vectors below are as long as those that can be compiled ahead of time for any processor.
    private static void Fill(ref int first, int count, int value)
    {
        Vector128<int> values = Vector128.Create(value);
        int i = 0;
        for (; i <= count - Vector128<int>.Count; i += Vector128<int>.Count) values.StoreUnsafe(ref first, (nuint)i);
        for (; i < count; i++) Unsafe.Add(ref first, i) = value;
    }

    // Returns by how many the values other than 0 increase.
    private static int AddToAll(ref int first, int count, int delta)
    {
        Vector128<int> gained = Vector128<int>.Zero, step = Vector128.Create(delta);
        int i = 0;
        for (; i <= count - Vector128<int>.Count; i += Vector128<int>.Count)
        {
            Vector128<int> before = Vector128.LoadUnsafe(ref first, (nuint)i), after = before + step;
            after.StoreUnsafe(ref first, (nuint)i);
            gained += Vector128.Equals(after, Vector128<int>.Zero) - Vector128.Equals(before, Vector128<int>.Zero);   // a match is -1
        }

        int live = Vector128.Sum(gained);
        for (; i < count; i++)
        {
            ref int value = ref Unsafe.Add(ref first, i);
            int before = value;
            value += delta;
            live += (value != 0 ? 1 : 0) - (before != 0 ? 1 : 0);
        }

        return live;
    }

    private int AddPage(int slot)
    {
        if (slot >= _directory.Length) Array.Resize(ref _directory, Math.Max(slot + 1, _directory.Length * 2));
        int page = _freeCount > 0 ? _freePages[--_freeCount] : _pageCount++;
        if (page == _live.Length)
        {
            Array.Resize(ref _live, page * 2);
            Array.Resize(ref _values, page * 2 * PageSize);
        }

        _directory[slot] = page + 1;
        return page;
    }

    private void RemovePage(int slot, int page)
    {
        _directory[slot] = 0;   // its values are all 0 already
        if (_freeCount == _freePages.Length) Array.Resize(ref _freePages, _freeCount * 2);
        _freePages[_freeCount++] = page;
    }
}
