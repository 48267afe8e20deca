using System.Collections;

namespace AgentSim.Collections;

/// <summary>
/// Distinct names, numbered 0, 1, 2, … in the order they came: their characters lie side by side, since a string for each
/// would take several times the memory. Strings are made when they are asked for.
/// </summary>
internal sealed class NameTable : IReadOnlyList<string>
{
    private const int PageSize = 1 << 15;

    private readonly record struct Place(int Page, int Start, int Length);

    private List<char[]> _pages = [];
    private Column<Place> _places;
    private uint[] _slots = new uint[16];   // open addressing: number + 1 below what of the hash a table of this size leaves, 0 where free
    private int _used;                    // of the last page

    public int Count => _places.Count;

    public string this[int number] => Characters(number).ToString();

    /// <summary>A name without making a string.</summary>
    public ReadOnlySpan<char> Characters(int number)
    {
        Place place = _places[number];
        return _pages[place.Page].AsSpan(place.Start, place.Length);
    }

    /// <summary>The number of a name; -1 if it is not there.</summary>
    public int Find(ReadOnlySpan<char> name) => NumberIn(SlotOf(name, out _));

    /// <summary>The number of a name, which gets the next one if it is new.</summary>
    public int GetOrAdd(ReadOnlySpan<char> name, out bool isNew)
    {
        int slot = SlotOf(name, out uint hash);
        isNew = _slots[slot] == 0;
        if (!isNew) return NumberIn(slot);
        _places.Add(Store(name));
        _slots[slot] = Entry(hash, Count - 1);
        if (Count > _slots.Length / 4 * 3) Grow();
        return Count - 1;
    }

    /// <summary>Frees what only looking up names needs; none can be looked up or added afterwards.</summary>
    public void Seal() => _slots = [];

    /// <summary>The same names under other numbers, which cannot be looked up.</summary>
    /// <param name="newNumber">The new number of each name.</param>
    public NameTable Arranged(int[] newNumber)
    {
        var places = new Place[Count];
        for (int number = 0; number < Count; number++) places[newNumber[number]] = _places[number];
        NameTable arranged = new() { _pages = _pages, _slots = [] };
        foreach (Place place in places) arranged._places.Add(place);
        return arranged;
    }

    public IEnumerator<string> GetEnumerator()
    {
        for (int number = 0; number < Count; number++) yield return this[number];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private Place Store(ReadOnlySpan<char> name)
    {
        if (_pages.Count == 0 || _pages[^1].Length - _used < name.Length)
        {
            _pages.Add(new char[Math.Max(PageSize, name.Length)]);
            _used = 0;
        }

        name.CopyTo(_pages[^1].AsSpan(_used));
        _used += name.Length;
        return new Place(_pages.Count - 1, _used - name.Length, name.Length);
    }

    // Where a name is or would be. The hash is drawn anew in every process, so that no file can be made to collide.
    private int SlotOf(ReadOnlySpan<char> name, out uint hash)
    {
        hash = (uint)string.GetHashCode(name);
        uint numbers = (uint)_slots.Length - 1;
        uint slot = hash & numbers;
        // Passing another name mostly costs no look at it.
        while (_slots[slot] is not 0 and uint entry
            && (((entry ^ hash) & ~numbers) != 0 || !Characters(NumberIn((int)slot)).SequenceEqual(name))) slot = (slot + 1) & numbers;
        return (int)slot;
    }

    private uint Entry(uint hash, int number) => (hash & ~((uint)_slots.Length - 1)) | ((uint)number + 1);

    private int NumberIn(int slot) => (int)(_slots[slot] & ((uint)_slots.Length - 1)) - 1;

    private void Grow()
    {
        _slots = new uint[_slots.Length * 2];
        uint numbers = (uint)_slots.Length - 1;
        for (int number = 0; number < Count; number++)
        {
            uint hash = (uint)string.GetHashCode(Characters(number)), slot = hash & numbers;
            while (_slots[slot] != 0) slot = (slot + 1) & numbers;
            _slots[slot] = Entry(hash, number);
        }
    }
}
