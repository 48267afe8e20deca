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
    private int[] _slots = new int[16];   // open addressing: number + 1, 0 where free
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
    public int Find(ReadOnlySpan<char> name) => _slots[SlotOf(name)] - 1;

    /// <summary>The number of a name, which gets the next one if it is new.</summary>
    public int GetOrAdd(ReadOnlySpan<char> name, out bool isNew)
    {
        int slot = SlotOf(name);
        isNew = _slots[slot] == 0;
        if (!isNew) return _slots[slot] - 1;
        _places.Add(Store(name));
        _slots[slot] = Count;
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
    private int SlotOf(ReadOnlySpan<char> name)
    {
        int slot = string.GetHashCode(name) & (_slots.Length - 1);
        while (_slots[slot] != 0 && !Characters(_slots[slot] - 1).SequenceEqual(name)) slot = (slot + 1) & (_slots.Length - 1);
        return slot;
    }

    private void Grow()
    {
        _slots = new int[_slots.Length * 2];
        for (int number = 0; number < Count; number++) _slots[SlotOf(Characters(number))] = number + 1;
    }
}
