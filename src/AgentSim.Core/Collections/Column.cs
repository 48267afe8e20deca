using System.Runtime.CompilerServices;

namespace AgentSim.Collections;

/// <summary>
/// A column of values that come one by one and are made an array once all are there. It lies in pieces that are no large objects: an
/// array that doubles leaves as much again behind, as large objects that stay until everything is collected.
/// </summary>
internal struct Column<T>
{
    // A piece takes 32 KB, less than the 85,000 bytes from which on objects are large.
    private static int PieceBits => Unsafe.SizeOf<T>() <= 4 ? 13 : Unsafe.SizeOf<T>() <= 8 ? 12 : 11;

    private static int Mask => (1 << PieceBits) - 1;

    private T[][]? _pieces;

    public int Count { get; private set; }

    public readonly ref T this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _pieces![index >> PieceBits][index & Mask];
    }

    public void Add(T item)
    {
        int piece = Count >> PieceBits;
        if ((Count & Mask) == 0)
        {
            if (_pieces is null || piece == _pieces.Length) Array.Resize(ref _pieces, Math.Max(4, piece * 2));
            _pieces![piece] = new T[Mask + 1];
        }

        _pieces![piece][Count++ & Mask] = item;
    }

    public readonly T[] ToArray()
    {
        T[] items = Count == 0 ? [] : new T[Count];
        for (int at = 0; at < Count; at += Mask + 1)
        {
            _pieces![at >> PieceBits].AsSpan(0, Math.Min(Mask + 1, Count - at)).CopyTo(items.AsSpan(at));
        }

        return items;
    }

    /// <summary>The items in another order, as an array.</summary>
    /// <param name="places">Where each item goes.</param>
    public readonly T[] Arranged(int[] places)
    {
        T[] items = new T[Count];
        for (int i = 0; i < items.Length; i++) items[places[i]] = this[i];
        return items;
    }
}
