using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace AgentSim.Collections;

/// <summary>Numbered places for small values that come and go: those given back are used again. Number 0 is never given out.</summary>
internal struct Slots<T>(int capacity)
    where T : struct
{
    private T[] _items = new T[capacity];
    private int _count = 1;
    private GrowList<int> _free;

    public Slots()
        : this(16)
    {
    }

    public readonly ref T this[int slot]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _items[slot];
    }

    /// <summary>Puts a value into a free place; returns its number.</summary>
    public int Add(T item)
    {
        int slot;
        if (_free.Count > 0)
        {
            slot = _free.RemoveLast();
        }
        else
        {
            if (_count == _items.Length) Array.Resize(ref _items, _count * 2);
            slot = _count++;
        }

        _items[slot] = item;
        return slot;
    }

    /// <summary>Gives a place back.</summary>
    public void Free(int slot)
    {
        Debug.Assert(slot > 0 && slot < _count, "the place was never given out");
        _free.Add(slot);
    }
}
