using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace AgentSim.Traces;

/// <summary>Consecutive hash numbers <c>First … First + Count - 1</c>.</summary>
internal readonly record struct HashRun(int First, int Count);

/// <summary>
/// Numbers 64-bit hashes in order of first sight and stores lists of them as runs of consecutive numbers. The prompts
/// of an agent mostly repeat an earlier prompt and add to it, so that a prompt of thousands of blocks is a few runs, and
/// all but the first hash of a repeated stretch are found by comparing memory instead of by a look-up.
/// </summary>
internal sealed class HashIndex
{
    private const int ChunkBits = 16;
    private const int ChunkSize = 1 << ChunkBits;

    private readonly List<ulong[]> _chunks = [];   // number -> hash
    private readonly List<HashRun> _runs = [];
    private int[] _table = new int[1 << 12];       // open addressing: number + 1, 0 where free
    private int _shift = 64 - 12;

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
        int first = 0, count = 0;
        while (hashes.Length > 0)
        {
            int number = Find(hashes[0], out int slot);
            int length = 1;
            if (number < 0) number = Append(hashes[0], slot);
            else length = KnownStretch(number, hashes);
            hashes = hashes[length..];
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
        _chunks.Clear();
        _chunks.TrimExcess();
        _table = [];
    }

    // How many hashes equal those of the numbers from the given one on.
    private int KnownStretch(int number, ReadOnlySpan<ulong> hashes)
    {
        int length = 0;
        while (true)
        {
            int position = number + length;
            int offset = position & (ChunkSize - 1);
            int known = Math.Min(Count - position, ChunkSize - offset);
            if (known <= 0) return length;
            int equal = _chunks[position >> ChunkBits].AsSpan(offset, known).CommonPrefixLength(hashes[length..]);
            length += equal;
            if (equal < known) return length;
        }
    }

    private int Find(ulong hash, out int slot)
    {
        for (slot = Slot(hash); _table[slot] != 0; slot = (slot + 1) & (_table.Length - 1))
        {
            int number = _table[slot] - 1;
            if (_chunks[number >> ChunkBits][number & (ChunkSize - 1)] == hash) return number;
        }

        return -1;
    }

    private int Append(ulong hash, int slot)
    {
        Debug.Assert(_table[slot] == 0, "the slot has to be free");
        if (Count == int.MaxValue) throw new AgentSimException("TraceTooLarge", "the trace holds more than 2147483647 different prompt blocks");
        if ((Count & (ChunkSize - 1)) == 0) _chunks.Add(new ulong[ChunkSize]);
        _chunks[Count >> ChunkBits][Count & (ChunkSize - 1)] = hash;
        _table[slot] = ++Count;
        if (Count > _table.Length / 3 * 2 && _table.Length < 1 << 30) Grow();
        return Count - 1;
    }

    private void Grow()
    {
        _table = new int[_table.Length * 2];
        _shift--;
        for (int number = 0; number < Count; number++)
        {
            int slot = Slot(_chunks[number >> ChunkBits][number & (ChunkSize - 1)]);
            while (_table[slot] != 0) slot = (slot + 1) & (_table.Length - 1);
            _table[slot] = number + 1;
        }
    }

    private int Slot(ulong hash) => (int)((hash * 0x9E3779B97F4A7C15) >> _shift);
}
