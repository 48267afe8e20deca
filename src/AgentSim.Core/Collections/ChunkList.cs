using System.Runtime.CompilerServices;

namespace AgentSim.Collections;

/// <summary>
/// A list of many values in chunks of equal size. Growing copies nothing and leaves nothing behind, where an array that
/// doubles leaves as much again.
/// </summary>
internal sealed class ChunkList<T>
    where T : struct
{
    private const int ChunkBits = 14;
    private const int ChunkSize = 1 << ChunkBits;
    private const int Mask = ChunkSize - 1;

    private T[][] _chunks = [];

    public int Count { get; private set; }

    public ref T this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _chunks[index >> ChunkBits][index & Mask];
    }

    public void Add(in T item)
    {
        int chunk = Count >> ChunkBits;
        if (chunk == _chunks.Length) Array.Resize(ref _chunks, Math.Max(4, chunk * 2));
        (_chunks[chunk] ??= NewChunk())[Count++ & Mask] = item;
    }

    /// <summary>The items from an index on that lie in one piece; none if the list ends there.</summary>
    public ReadOnlySpan<T> Rest(int index)
    {
        int length = Math.Min(Count - index, ChunkSize - (index & Mask));
        return length <= 0 ? default : _chunks[index >> ChunkBits].AsSpan(index & Mask, length);
    }

    // The garbage collector reads what may hold objects, also where nothing was written yet.
    private static T[] NewChunk() =>
        RuntimeHelpers.IsReferenceOrContainsReferences<T>() ? WrittenArray.Zeros<T>(ChunkSize) : new T[ChunkSize];
}
