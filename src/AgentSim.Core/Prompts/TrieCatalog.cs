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
        _runStart = new int[prompts.InputLength.Length + 1];
        BlockNumbering numbering = new(prompts.Trie.Nodes, prompts.TraceBlockSize, blockSize);
        UseBlocks(numbering);
        numbering.Number();
        FreeIdentity = numbering.Count;
        _runs = NameBlocks(numbering);
    }

    public override bool HasGeneratedIdentities => false;

    public override int FreeIdentity { get; }

    public override int PromptTokens(int request) => _prompts.InputLength[request];

    public override PromptBlocks Blocks(int request) =>
        new(_runs, _runStart[request], _runStart[request + 1] - _runStart[request], _prompts.InputLength[request] / _blockSize);

    // First step: which blocks of each segment some prompt has.
    private void UseBlocks(BlockNumbering numbering)
    {
        for (int request = 0; request < _prompts.InputLength.Length; request++)
        {
            foreach ((int segment, int blocks) in PiecesOf(request, numbering)) numbering.Use(segment, blocks);
        }
    }

    // Second step, with blocks numbered: the runs of every prompt, of which those that follow each other are one.
    private BlockRun[] NameBlocks(BlockNumbering numbering)
    {
        BlockRun[] runs = new BlockRun[_runStart.Length];
        int count = 0;
        for (int request = 0; request < _prompts.InputLength.Length; request++)
        {
            _runStart[request] = count;
            int end = -1;   // the block behind the last run
            foreach ((int segment, int blocks) in PiecesOf(request, numbering))
            {
                int first = numbering.FirstBlock(segment);
                if (first == end)
                {
                    runs[count - 1] = runs[count - 1] with { Count = runs[count - 1].Count + blocks };
                }
                else
                {
                    if (count == runs.Length) Array.Resize(ref runs, (int)Math.Min(2L * count, Array.MaxLength));
                    runs[count++] = new BlockRun(first, blocks);
                }

                end = first + blocks;
            }
        }

        _runStart[^1] = count;
        return runs;
    }

    private Pieces PiecesOf(int request, BlockNumbering numbering) => new(
        _prompts.Trie, numbering, _prompts.PathStart[request], _prompts.PathEnd[request], _prompts.InputLength[request] / _blockSize);

    // The blocks of a prompt by the segments in which they begin. They are few for each segment, so that to find them twice takes less
    // than to keep them.
    private ref struct Pieces(PromptTrie trie, BlockNumbering numbering, int pathStart, int pathEnd, int blocks)
    {
        private readonly ReadOnlySpan<NodeRun> _path = trie.Runs(pathStart, pathEnd);
        private int _next;
        private int _left = blocks;
        private long _depth;

        public (int Segment, int Blocks) Current { get; private set; }

        public readonly Pieces GetEnumerator() => this;

        public bool MoveNext()
        {
            while (_next < _path.Length)
            {
                NodeRun run = _path[_next++];
                long before = numbering.BlocksUpTo(_depth);
                _depth += run.Count;
                int own = (int)Math.Min(_left, numbering.BlocksUpTo(_depth) - before);
                if (own == 0) continue;
                _left -= own;
                Current = (trie.Nodes.SegmentOf(run.First), own);
                return true;
            }

            return false;
        }
    }
}
