namespace AgentSim.Prompts;

/// <summary>
/// Prompt blocks read straight off the trie of trace blocks, without any token.
/// Token i of a prompt is the id of its trace block i / B, so the first n tokens of two prompts agree exactly when
/// they share the trie node at depth ceil(n / B). Engine block k of b tokens ends at token (k + 1) * b: its identity
/// is therefore (that node, k), and every node owns the blocks that end inside it, floor(d * B / b) up to its depth d.
/// Blocks are numbered by segments of nodes (<see cref="BlockNumbering"/>), so that a run of nodes is a run of identities.
/// </summary>
internal sealed class TrieCatalog : PromptCatalog
{
    private readonly PromptColumns _prompts;
    private readonly int _blockSize;
    private readonly BlockRun[] _runs;
    private readonly int[] _runStart;

    public TrieCatalog(PromptColumns prompts, int blockSize)
    {
        _prompts = prompts;
        _blockSize = blockSize;
        _runs = new BlockRun[prompts.Trie.RunCount];
        _runStart = new int[prompts.InputLength.Length + 1];
        BlockNumbering numbering = new(prompts.Trie.Nodes, prompts.TraceBlockSize, blockSize);
        FindSegments(numbering);
        numbering.Number();
        FreeIdentity = numbering.Count;
        NameBlocks(numbering);
    }

    public override bool HasGeneratedIdentities => false;

    public override int FreeIdentity { get; }

    public override int PromptTokens(int request) => _prompts.InputLength[request];

    public override PromptBlocks Blocks(int request) =>
        new(_runs, _runStart[request], _runStart[request + 1] - _runStart[request], _prompts.InputLength[request] / _blockSize);

    // First step: the runs of every prompt, which have their first segment where their first block will be.
    private void FindSegments(BlockNumbering numbering)
    {
        TrieNodes nodes = _prompts.Trie.Nodes;
        ReadOnlySpan<NodeRun> all = _prompts.Trie.Runs(0, _prompts.Trie.RunCount);
        int count = 0;
        for (int request = 0; request < _prompts.InputLength.Length; request++)
        {
            _runStart[request] = count;
            int left = _prompts.InputLength[request] / _blockSize;
            long depth = 0, before = 0;
            for (int at = _prompts.PathStart[request], end = _prompts.PathEnd[request]; at < end; at++)
            {
                NodeRun run = all[at];
                depth += run.Count;
                long upTo = numbering.BlocksUpTo(depth);
                int blocks = (int)Math.Min(left, upTo - before);
                before = upTo;
                if (blocks == 0) continue;
                int segment = nodes.SegmentOf(run.First);
                numbering.Use(segment, blocks);
                _runs[count++] = new BlockRun(segment, blocks);
                left -= blocks;
            }
        }

        _runStart[^1] = count;
    }

    // Second step, with blocks numbered: puts the first block in the place of the segment, and joins runs that follow each other.
    private void NameBlocks(BlockNumbering numbering)
    {
        int count = 0, next = 0;
        for (int request = 0; request < _prompts.InputLength.Length; request++)
        {
            int start = count, end = _runStart[request + 1];
            for (; next < end; next++)
            {
                BlockRun run = new(numbering.FirstBlock(_runs[next].First), _runs[next].Count);
                bool goesOn = count > start && _runs[count - 1].First + _runs[count - 1].Count == run.First;
                if (goesOn) _runs[count - 1] = _runs[count - 1] with { Count = _runs[count - 1].Count + run.Count };
                else _runs[count++] = run;
            }

            _runStart[request] = start;
        }

        _runStart[^1] = count;
    }
}
