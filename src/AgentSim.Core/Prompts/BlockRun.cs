using AgentSim.Collections;

namespace AgentSim.Prompts;

/// <summary>Consecutive block identities <c>First, First + 1, …, First + Count - 1</c>, each the child of the one before.</summary>
internal readonly record struct BlockRun(int First, int Count);

/// <summary>
/// The complete engine blocks of one prompt, first to last, as runs of identities (behaviour 01#8.3 and 01#8.4).
/// Two prompts hold the same identity at position k exactly when their first k + 1 blocks hold the same tokens.
/// Each run is the beginning of a chain (<see cref="ChainBlocks"/>).
/// A partial tail block has no identity and is not listed.
/// </summary>
internal readonly struct PromptBlocks
{
    private readonly BlockRun[] _runs;
    private readonly int _start;
    private readonly int _length;

    public PromptBlocks(BlockRun[] runs, int start, int length, int count)
    {
        _runs = runs;
        _start = start;
        _length = length;
        Count = count;
    }

    /// <summary>Number of complete blocks.</summary>
    public int Count { get; }

    /// <summary>The runs in prompt order; their counts add up to <see cref="Count"/>.</summary>
    public ReadOnlySpan<BlockRun> Runs => new(_runs, _start, _length);

    /// <summary>Goes through the runs; compiled ahead of time with the loop around it, unlike the enumerator of a span.</summary>
    public Enumerator GetEnumerator() => new(_runs, _start, _length);

    /// <summary>Identity of the block at <paramref name="index"/>, 0-based.</summary>
    public int this[int index]
    {
        get
        {
            foreach (BlockRun run in this)
            {
                if (index < run.Count) return run.First + index;
                index -= run.Count;
            }

            throw new ArgumentOutOfRangeException(nameof(index));
        }
    }

    /// <summary>Appends the blocks <c>[from, to)</c> to <paramref name="path"/>.</summary>
    public void Slice(int from, int to, ref GrowList<BlockRun> path)
    {
        foreach (BlockRun run in this)
        {
            if (to <= 0) return;
            Slice(run, from, to, ref path);
            from -= run.Count;
            to -= run.Count;
        }
    }

    /// <summary>Appends the blocks <c>[from, to)</c> to <paramref name="path"/>, with the chains they are in.</summary>
    public void Slice(int from, int to, ref GrowList<ChainBlocks> path)
    {
        foreach (BlockRun run in this)
        {
            if (to <= 0) return;
            int skip = Math.Max(from, 0), end = Math.Min(to, run.Count);
            if (skip < end) path.Add(new ChainBlocks(run.First, skip, end - skip));
            from -= run.Count;
            to -= run.Count;
        }
    }

    /// <summary>Appends the blocks <c>[from, to)</c> of <paramref name="runs"/> to <paramref name="path"/>.</summary>
    public static void Slice(in GrowList<BlockRun> runs, int from, int to, ref GrowList<BlockRun> path)
    {
        foreach (BlockRun run in runs)
        {
            if (to <= 0) return;
            Slice(run, from, to, ref path);
            from -= run.Count;
            to -= run.Count;
        }
    }

    private static void Slice(BlockRun run, int from, int to, ref GrowList<BlockRun> path)
    {
        int skip = Math.Min(Math.Max(from, 0), run.Count);
        int end = Math.Min(to, run.Count);
        if (skip < end) path.Add(new BlockRun(run.First + skip, end - skip));
    }

    public struct Enumerator(BlockRun[] runs, int start, int length)
    {
        private readonly int _end = start + length;
        private int _next = start;

        public readonly BlockRun Current => runs[_next - 1];

        public bool MoveNext() => _next++ < _end;
    }
}

/// <summary>
/// Consecutive blocks of a chain. A chain is a sequence of blocks each of which is the child of the one before, with consecutive
/// identities; its first identity stands for it. Every run of a prompt is the beginning of a chain, so a block is in the same chain
/// in all prompts that have it.
/// </summary>
internal readonly record struct ChainBlocks(int Chain, int Offset, int Count)
{
    public int End => Offset + Count;
}

/// <summary>How many blocks hold a number of tokens.</summary>
internal static class BlockCount
{
    public static int Of(int tokens, int blockSize) => (int)(((long)tokens + blockSize - 1) / blockSize);

    public static long Of(long tokens, int blockSize) => (tokens + blockSize - 1) / blockSize;
}
