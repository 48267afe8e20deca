namespace AgentSim.Collections;

/// <summary>
/// A list of objects for loops that run in every pass: unlike those of <c>List&lt;T&gt;</c>, its members are small enough
/// to vanish into their callers also where code is compiled ahead of time, assembly by assembly.
/// </summary>
internal sealed class Batch<T>
    where T : class
{
    private T[] _items = new T[16];

    public int Count { get; private set; }

    public T this[int index]
    {
        get => _items[index];
        set => _items[index] = value;
    }

    public void Add(T item)
    {
        if (Count == _items.Length) Array.Resize(ref _items, Count * 2);
        _items[Count++] = item;
    }

    public void Remove(T item) => RemoveAt(Array.IndexOf(_items, item, 0, Count));

    public void RemoveAt(int index)
    {
        Array.Copy(_items, index + 1, _items, index, Count - index - 1);
        _items[--Count] = null!;
    }

    /// <summary>The first item that is meant; null: none is.</summary>
    public T? Find(int meant, Func<T, int, bool> isIt)
    {
        for (int i = 0; i < Count; i++)
        {
            if (isIt(_items[i], meant)) return _items[i];
        }

        return null;
    }

    /// <summary>Keeps the first <paramref name="count"/> items.</summary>
    public void Truncate(int count)
    {
        Array.Clear(_items, count, Count - count);
        Count = count;
    }

    public Enumerator GetEnumerator() => new(_items, Count);

    /// <summary>Goes through the items that are there when it starts.</summary>
    public struct Enumerator(T[] items, int count)
    {
        private int _next;

        public readonly T Current => items[_next - 1];

        public bool MoveNext() => _next++ < count;
    }
}
