using System.Runtime.CompilerServices;

namespace AgentSim.Collections;

/// <summary>A growing array that hands out references and spans: <c>List&lt;T&gt;</c> for columns that are indexed in hot loops.</summary>
internal struct GrowList<T>
{
    private T[]? _items;

    public int Count { get; private set; }

    public readonly ref T this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _items![index];
    }

    public void Add(T item)
    {
        if (_items is null || Count == _items.Length) Array.Resize(ref _items, Math.Max(4, Count * 2));
        _items![Count++] = item;
    }

    /// <summary>Takes the last item off; there must be one.</summary>
    public T RemoveLast() => _items![--Count];

    public void Clear() => Count = 0;

    /// <summary>
    /// Goes through the items that are there when it starts. Unlike that of a span, this is compiled ahead of time with
    /// the loop around it.
    /// </summary>
    public readonly Enumerator GetEnumerator() => new(_items, Count);

    /// <summary>The items, to be changed in place.</summary>
    public readonly Span<T> Items => _items.AsSpan(0, Count);

    public readonly ReadOnlySpan<T> AsSpan() => _items.AsSpan(0, Count);

    public readonly T[] ToArray() => AsSpan().ToArray();

    public struct Enumerator(T[]? items, int count)
    {
        private int _next;

        public readonly ref readonly T Current => ref items![_next - 1];

        public bool MoveNext() => _next++ < count;
    }
}
