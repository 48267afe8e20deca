using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
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

    /// <summary>
    /// The values of the keys from <paramref name="key"/> to the end of its page, at most <paramref name="limit"/>;
    /// empty where the page holds nothing.
    /// </summary>
    public ReadOnlySpan<int> PageFrom(int key, int limit)
    {
        int slot = key >> PageBits;
        int page = (uint)slot < (uint)_directory.Length ? _directory[slot] - 1 : -1;
        return page < 0 ? default : _values.AsSpan((page << PageBits) | (key & PageMask), Math.Min(limit, PageSize - (key & PageMask)));
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
            Span<int> places = _values.AsSpan((page << PageBits) | (first & PageMask), inPage);
            int live = ((value != 0 ? 1 : 0) - (places[0] != 0 ? 1 : 0)) * inPage;
            places.Fill(value);
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
            int live = AddToAll(_values.AsSpan((page << PageBits) | (first & PageMask), inPage), delta);
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
        while (length < limit)
        {
            ReadOnlySpan<int> page = PageFrom(first + length, limit - length);
            if (page.IsEmpty) return length;
            int gap = page.IndexOf(0);
            if (gap >= 0) return length + gap;
            length += page.Length;
        }

        return length;
    }

    /// <summary>Length of the run of absent keys that starts at <paramref name="first"/>, at most <paramref name="limit"/>.</summary>
    public int AbsentRun(int first, int limit)
    {
        int length = 0;
        while (length < limit)
        {
            int key = first + length;
            ReadOnlySpan<int> page = PageFrom(key, limit - length);
            int present = page.IndexOfAnyExcept(0);
            if (present >= 0) return length + present;
            length += Math.Min(limit - length, PageSize - (key & PageMask));
        }

        return length;
    }

    // Returns by how many the values other than 0 increase.
    private static int AddToAll(Span<int> values, int delta)
    {
        // Vectors of this size, unlike longer ones, can be compiled ahead of time for any processor.
        Vector128<int> gained = Vector128<int>.Zero;
        Vector128<int> step = Vector128.Create(delta);
        foreach (ref Vector128<int> part in MemoryMarshal.Cast<int, Vector128<int>>(values))
        {
            Vector128<int> before = part;
            part = before + step;
            gained += Vector128.Equals(part, Vector128<int>.Zero) - Vector128.Equals(before, Vector128<int>.Zero);   // a match is -1
        }

        int live = Vector128.Sum(gained);
        foreach (ref int value in values[(values.Length & ~3)..])
        {
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
