using System.Runtime.CompilerServices;
using AgentSim.Collections;

namespace AgentSim.Lowering;

/// <summary>Consecutive hash numbers <c>First … First + Count - 1</c>.</summary>
internal readonly record struct HashRun(int First, int Count);

/// <summary>
/// Numbers 64-bit hashes in order of first sight and stores lists of them as runs of consecutive numbers. The prompts
/// of an agent mostly repeat an earlier prompt and add to it, so that a prompt of thousands of blocks is a few runs, and
/// all but the first hash of a repeated stretch are found by comparing memory instead of by a look-up.
/// </summary>
/// <remarks>
/// The table is open addressing in one array. A used entry holds a number in its low bits and, in the bits that a table
/// of this size leaves, a part of its hash, so that walking past another hash mostly costs no look at that hash. The
/// multiplier is drawn anew in every process, so that no file can be made to collide.
/// </remarks>
internal sealed class HashIndex
{
    private const int FirstBits = 12;
    private const int MaxBits = 30;
    private const int Nearby = 16;
    private const int LargeCount = 1 << 19;
    private const int MaxCount = (1 << MaxBits) / 4 * 3;

    private static readonly ulong Multiplier = (ulong)Random.Shared.NextInt64() << 1 | 1;

    private ChunkList<ulong> _hashes = new();     // number -> hash
    private readonly ChunkList<HashRun> _runs = new();
    private uint[] _table = new uint[1 << FirstBits];   // number + 1 below a part of the hash, 0 where free
    private int _bits = FirstBits;
    private uint _touched;   // nobody reads it

    /// <summary>How many different hashes there are.</summary>
    public int Count { get; private set; }

    /// <summary>How many runs all lists together have.</summary>
    public int RunCount => _runs.Count;

    /// <summary>The run at a position.</summary>
    public HashRun Run(int index) => _runs[index];

    /// <summary>Appends a list; its runs are those from the old <see cref="RunCount"/> to the new one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<ulong> hashes)
    {
        int first = 0, count = 0, near = 0;
        while (hashes.Length > 0)
        {
            int number = FindOrAppend(hashes[0], out bool isNew);
            int length = isNew ? 1 : KnownStretch(number, hashes);
            hashes = hashes[length..];
            if (!isNew) near = 0;
            else if (near-- == 0) near = Touch(hashes);
            if (count > 0 && first + count == number)
            {
                count += length;
                continue;
            }

            if (count > 0) _runs.Add(new HashRun(first, count));
            (first, count) = (number, length);
        }

        if (count > 0) _runs.Add(new HashRun(first, count));
    }

    /// <summary>Frees what only <see cref="Add"/> needs; no list can be added afterwards.</summary>
    public void Seal()
    {
        _hashes = new ChunkList<ulong>();
        _table = [];
        // Some dozen megabytes, which would otherwise lie beside what follows to its end.
        if (Count >= LargeCount) GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    // Looks at the places of the next hashes: the processor waits for the memory of all of them at the same time. Behind a new hash
    // mostly others come.
    private int Touch(ReadOnlySpan<ulong> hashes)
    {
        int count = Math.Min(hashes.Length, Nearby);
        uint[] table = _table;
        uint seen = 0;
        foreach (ulong hash in hashes[..count]) seen |= table[Mix(hash) >> (32 - _bits)];
        _touched = seen;
        return count;
    }

    // How many hashes equal those of the numbers from the given one on.
    private int KnownStretch(int number, ReadOnlySpan<ulong> hashes)
    {
        int length = 0;
        while (true)
        {
            ReadOnlySpan<ulong> known = _hashes.Rest(number + length);
            if (known.IsEmpty) return length;
            int equal = known.CommonPrefixLength(hashes[length..]);
            length += equal;
            if (equal < known.Length) return length;
        }
    }

    private int FindOrAppend(ulong hash, out bool isNew)
    {
        uint[] table = _table;
        uint mixed = Mix(hash), numbers = uint.MaxValue >> (32 - _bits), part = mixed << _bits;
        int slot = (int)(mixed >> (32 - _bits));
        for (; table[slot] != 0; slot = (slot + 1) & (int)numbers)
        {
            uint entry = table[slot];
            if ((entry & ~numbers) != part) continue;
            int number = (int)(entry & numbers) - 1;
            if (_hashes[number] != hash) continue;
            isNew = false;
            return number;
        }

        if (Count == MaxCount) throw Errors.TraceTooLarge.Error($"the trace holds more than {MaxCount} different prompt blocks");
        isNew = true;
        _hashes.Add(hash);
        table[slot] = part | (uint)++Count;
        if (Count > table.Length / 4 * 3 && _bits < MaxBits) Grow();
        return Count - 1;
    }

    private void Grow()
    {
        _bits++;
        uint[] table = WrittenArray.Zeros<uint>(1 << _bits);
        Span<int> slots = stackalloc int[Nearby];
        for (int first = 0; first < Count; first += Nearby)
        {
            // As in Touch: the places of several hashes are looked at before any of them waits.
            int count = Math.Min(Nearby, Count - first);
            uint seen = 0;
            for (int i = 0; i < count; i++)
            {
                slots[i] = (int)(Mix(_hashes[first + i]) >> (32 - _bits));
                seen |= table[slots[i]];
            }

            _touched = seen;
            for (int i = 0; i < count; i++)
            {
                int slot = slots[i];
                while (table[slot] != 0) slot = (slot + 1) & (table.Length - 1);
                table[slot] = Mix(_hashes[first + i]) << _bits | (uint)(first + i + 1);
            }
        }

        _table = table;
    }

    private static uint Mix(ulong hash) => (uint)((hash * Multiplier) >> 32);
}
