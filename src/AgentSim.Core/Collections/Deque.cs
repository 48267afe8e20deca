using System.Diagnostics;

namespace AgentSim.Collections;

/// <summary>A double-ended queue on a ring of array slots.</summary>
internal sealed class Deque<T>
{
    private T[] _items = new T[16];
    private int _head;

    public int Count { get; private set; }

    public T this[int index]
    {
        get
        {
            Debug.Assert((uint)index < (uint)Count, "there is no such item");
            return _items[(_head + index) & (_items.Length - 1)];
        }
    }

    public T First => this[0];

    /// <summary>The first item that is meant; the default where none is.</summary>
    public T? Find(int meant, Func<T, int, bool> isIt)
    {
        for (int i = 0; i < Count; i++)
        {
            if (isIt(this[i], meant)) return this[i];
        }

        return default;
    }

    public void PushBack(T item)
    {
        if (Count == _items.Length) Grow();
        _items[(_head + Count++) & (_items.Length - 1)] = item;
    }

    public void PushFront(T item)
    {
        if (Count == _items.Length) Grow();
        _head = (_head - 1) & (_items.Length - 1);
        _items[_head] = item;
        Count++;
    }

    public T PopFront()
    {
        Debug.Assert(Count > 0, "there is nothing to take");
        T item = _items[_head];
        _items[_head] = default!;
        _head = (_head + 1) & (_items.Length - 1);
        Count--;
        return item;
    }

    /// <summary>Removes the first item equal to <paramref name="item"/>; quick when it stands near the front.</summary>
    public void Remove(T item)
    {
        int at = 0;
        while (!EqualityComparer<T>.Default.Equals(this[at], item)) at++;
        for (; at > 0; at--) _items[(_head + at) & (_items.Length - 1)] = this[at - 1];
        PopFront();
    }

    private void Grow()
    {
        T[] larger = new T[_items.Length * 2];
        for (int i = 0; i < Count; i++) larger[i] = this[i];
        (_items, _head) = (larger, 0);
    }
}
