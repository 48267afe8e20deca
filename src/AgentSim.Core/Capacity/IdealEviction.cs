namespace AgentSim.Capacity;

/// <summary>
/// Hits of a cache of single blocks that knows what comes (Belady's MIN): where room is needed, the block goes whose next access is
/// furthest away. No order of evictions has more hits over the same accesses.
/// </summary>
internal sealed class IdealEviction
{
    private const int Never = int.MaxValue;

    private readonly int[] _accesses;
    private readonly int[] _next;   // by access: when the same block is accessed again
    private readonly int _blocks;

    /// <param name="accesses">The blocks in the order in which they are accessed, numbered from 0.</param>
    public IdealEviction(int[] accesses)
    {
        _accesses = accesses;
        _next = new int[accesses.Length];
        _blocks = accesses.Length == 0 ? 0 : accesses.Max() + 1;
        int[] later = new int[_blocks];
        Array.Fill(later, Never);
        for (int at = accesses.Length - 1; at >= 0; at--)
        {
            _next[at] = later[accesses[at]];
            later[accesses[at]] = at;
        }
    }

    /// <summary>Distinct blocks.</summary>
    public int Distinct
    {
        get
        {
            bool[] seen = new bool[_blocks];
            int count = 0;
            foreach (int block in _accesses)
            {
                if (seen[block]) continue;
                seen[block] = true;
                count++;
            }

            return count;
        }
    }

    /// <summary>Accesses that find their block in a cache of so many blocks, at least 1.</summary>
    /// <param name="capacity">Blocks that it holds.</param>
    /// <param name="counts">By access, whether a hit counts; null: all do.</param>
    /// <param name="cancellation">Ends the count.</param>
    public long Hits(long capacity, bool[]? counts = null, CancellationToken cancellation = default)
    {
        // Blocks by their next access, the furthest first. An entry is stale once its block was accessed again: then it is in the past.
        PriorityQueue<int, int> furthest = new();
        int[] nextOf = new int[_blocks];   // of a block in the cache; 0: it is not there
        long hits = 0, held = 0;
        for (int at = 0; at < _accesses.Length; at++)
        {
            if ((at & 0xFFFF) == 0) cancellation.ThrowIfCancellationRequested();
            int block = _accesses[at], next = _next[at];
            if (nextOf[block] != 0)
            {
                if (counts is null || counts[at]) hits++;
            }
            else
            {
                if (held == capacity) Evict();
                held++;
            }

            nextOf[block] = next;
            furthest.Enqueue(block, -next);
        }

        return hits;

        void Evict()
        {
            while (true)
            {
                furthest.TryDequeue(out int block, out int next);
                if (nextOf[block] != -next) continue;
                nextOf[block] = 0;
                held--;
                return;
            }
        }
    }
}
