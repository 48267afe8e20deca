namespace AgentSim.Workload;

/// <summary>
/// Prompt blocks read straight off the trie of trace blocks, without any token.
/// Token i of a prompt is the id of its trace block i / B, so the first n tokens of two prompts agree exactly when
/// they share the trie node at depth ceil(n / B). Engine block k of b tokens ends at token (k + 1) * b: its identity
/// is therefore (that node, k), and every node owns the blocks that end inside it, floor(d * B / b) up to its depth d.
/// Numbering them node by node makes a run of consecutive nodes a run of consecutive block identities.
/// </summary>
internal sealed class TrieCatalog : PromptCatalog
{
    private readonly WorkloadColumns _load;
    private readonly int _blockSize;
    private readonly BlockRun[] _runs;
    private readonly int[] _runStart;

    public TrieCatalog(WorkloadColumns load, int blockSize)
    {
        _load = load;
        _blockSize = blockSize;
        PromptTrie trie = load.Trie;
        int[] firstBlock = NumberBlocks(trie.Nodes, out int identities);
        FreeIdentity = identities;

        _runs = new BlockRun[trie.RunCount];
        _runStart = new int[load.InputLength.Length + 1];
        int count = 0;
        for (int request = 0; request < load.InputLength.Length; request++)
        {
            _runStart[request] = count;
            int left = load.InputLength[request] / blockSize;
            long depth = 0;
            foreach (NodeRun run in trie.Runs(load.PathStart[request], load.PathEnd[request]))
            {
                long before = BlocksUpTo(depth);
                depth += run.Count;
                int blocks = (int)Math.Min(left, BlocksUpTo(depth) - before);
                if (blocks == 0) continue;
                int segment = trie.Nodes.SegmentOf(run.First);
                _runs[count++] = new BlockRun(firstBlock[segment] + (int)(before - BlocksUpTo(trie.Nodes.Segments[segment].Depth - 1)), blocks);
                left -= blocks;
            }
        }

        _runStart[^1] = count;
    }

    public override bool HasGeneratedIdentities => false;

    public override int FreeIdentity { get; }

    public override int PromptTokens(int request) => _load.InputLength[request];

    public override PromptBlocks Blocks(int request) =>
        new(_runs, _runStart[request], _runStart[request + 1] - _runStart[request], _load.InputLength[request] / _blockSize);

    private long BlocksUpTo(long depth) => depth * _load.TraceBlockSize / _blockSize;

    // The first block of each segment.
    private int[] NumberBlocks(TrieNodes nodes, out int identities)
    {
        ReadOnlySpan<TrieSegment> segments = nodes.Segments;
        var first = new int[segments.Length];
        long next = 0;
        for (int segment = 0; segment < first.Length; segment++)
        {
            first[segment] = (int)next;
            int end = segment + 1 < first.Length ? segments[segment + 1].Start : nodes.Count;
            long depth = segments[segment].Depth - 1;
            next += BlocksUpTo(depth + end - segments[segment].Start) - BlocksUpTo(depth);
            if (next > Array.MaxLength)
            {
                throw new AgentSimException(
                    "TooManyBlocks",
                    $"the prompts make more than {Array.MaxLength:N0} distinct blocks of {_blockSize} tokens; use a larger engine block_size or split the trace");
            }
        }

        identities = (int)next;
        return first;
    }
}
