namespace AgentSim.Prompts;

/// <summary>Prompt blocks by content, for loads whose prompts can hold generated tokens (behaviour 01#8.2 and 01#9).</summary>
internal abstract class ContentCatalog(ContentInterner interner, int blockSize) : PromptCatalog
{
    private readonly Dictionary<int, OpenPrompt> _open = [];

    /// <summary>A prompt as it is when its request is handed out.</summary>
    protected sealed class OpenPrompt
    {
        /// <summary>Its length.</summary>
        public required int Tokens;

        /// <summary>Its complete blocks.</summary>
        public required BlockRun[] Runs;

        /// <summary>Its end.</summary>
        public required TokenCursor Tail;

        internal int BlockCount;
        internal TokenCursor OutputEnd;           // the end of the last generated block that was asked for
        internal readonly List<(int Identity, int Chain)> Generated = [];
    }

    public override bool HasGeneratedIdentities => true;

    public override int FreeIdentity => Interner.Count;

    /// <summary>The identities of blocks.</summary>
    protected ContentInterner Interner { get; } = interner;

    public override void Open(int request)
    {
        OpenPrompt prompt = Read(request);
        foreach (BlockRun run in prompt.Runs) prompt.BlockCount += run.Count;
        prompt.OutputEnd = prompt.Tail;
        _open[request] = prompt;
    }

    public override int PromptTokens(int request) => _open[request].Tokens;

    public override PromptBlocks Blocks(int request)
    {
        OpenPrompt prompt = _open[request];
        return new PromptBlocks(prompt.Runs, 0, prompt.Runs.Length, prompt.BlockCount);
    }

    public override int GeneratedBlock(int request, int index) => Generated(request, index).Identity;

    public override int GeneratedChain(int request, int index) => Generated(request, index).Chain;

    /// <summary>The prompt of a request that is handed out.</summary>
    protected abstract OpenPrompt Read(int request);

    /// <summary>A token of its output.</summary>
    protected abstract ulong OutputToken(int request, int index);

    /// <summary>Takes a prompt away whose request ended.</summary>
    protected OpenPrompt Take(int request)
    {
        _open.Remove(request, out OpenPrompt? prompt);
        return prompt!;
    }

    private (int Identity, int Chain) Generated(int request, int index)
    {
        OpenPrompt prompt = _open[request];
        int generated = index - prompt.BlockCount;
        while (prompt.Generated.Count <= generated)
        {
            int firstToken = ((prompt.BlockCount + prompt.Generated.Count) * blockSize) - prompt.Tokens;
            int from = Math.Max(0, firstToken);
            int to = firstToken + blockSize;
            for (int token = from; token < to; token++) Interner.Append(ref prompt.OutputEnd, OutputToken(request, token), 1, null);
            prompt.Generated.Add((prompt.OutputEnd.Parent, prompt.OutputEnd.Chain));
        }

        return prompt.Generated[generated];
    }
}
