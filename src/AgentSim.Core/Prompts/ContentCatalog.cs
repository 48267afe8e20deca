using AgentSim.Collections;

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
        internal int GeneratedCount;
        internal GrowList<GeneratedRun> Generated;
    }

    /// <summary>Blocks of an output; <paramref name="Start"/> is the number of the first among all of the output.</summary>
    internal readonly record struct GeneratedRun(int Start, ChainBlocks Blocks)
    {
        public int End => Start + Blocks.Count;
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

    public override int GeneratedBlock(int request, int index)
    {
        OpenPrompt prompt = Complete(request, index + 1);
        int generated = index - prompt.BlockCount;
        GeneratedRun run = prompt.Generated[RunOf(prompt, generated)];
        return run.Blocks.Chain + run.Blocks.Offset + generated - run.Start;
    }

    public override void GeneratedBlocks(int request, int from, int to, ref GrowList<ChainBlocks> path)
    {
        OpenPrompt prompt = Complete(request, to);
        (from, to) = (from - prompt.BlockCount, to - prompt.BlockCount);
        for (int i = RunOf(prompt, from); from < to; i++)
        {
            GeneratedRun run = prompt.Generated[i];
            int end = Math.Min(run.End, to);
            path.Add(new ChainBlocks(run.Blocks.Chain, run.Blocks.Offset + from - run.Start, end - from));
            from = end;
        }
    }

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

    // The blocks of a request up to a number, those of its output included, have identities. As many more as there are already are kept
    // for those to come: so the blocks of outputs that grow side by side are a few runs each.
    private OpenPrompt Complete(int request, int blocks)
    {
        OpenPrompt prompt = _open[request];
        for (; prompt.GeneratedCount < blocks - prompt.BlockCount; prompt.GeneratedCount++)
        {
            int firstToken = ((prompt.BlockCount + prompt.GeneratedCount) * blockSize) - prompt.Tokens;
            int from = Math.Max(0, firstToken);
            int to = firstToken + blockSize;
            for (int token = from; token < to; token++)
                Interner.Append(ref prompt.OutputEnd, OutputToken(request, token), 1, null, prompt.GeneratedCount);
            Append(prompt, new ChainBlocks(prompt.OutputEnd.Chain, prompt.OutputEnd.Parent - prompt.OutputEnd.Chain, 1));
        }

        return prompt;
    }

    private static void Append(OpenPrompt prompt, ChainBlocks block)
    {
        if (prompt.Generated.Count > 0)
        {
            ref GeneratedRun last = ref prompt.Generated[prompt.Generated.Count - 1];
            if (last.Blocks.Chain == block.Chain && last.Blocks.End == block.Offset)
            {
                last = last with { Blocks = last.Blocks with { Count = last.Blocks.Count + 1 } };
                return;
            }
        }

        prompt.Generated.Add(new GeneratedRun(prompt.GeneratedCount, block));
    }

    // The run that has a generated block.
    private static int RunOf(OpenPrompt prompt, int generated)
    {
        int low = 0, high = prompt.Generated.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (prompt.Generated[middle].Start <= generated) low = middle;
            else high = middle - 1;
        }

        return low;
    }
}
