using System.Globalization;

namespace AgentSim.Prompts;

/// <summary>
/// Prompt blocks by content, for workloads whose prompts can hold generated tokens: delta traces, where every turn
/// continues the session's history, and traces with authored outputs (behaviour 01#6.3, 01#8.2 and 01#9).
/// Output tokens of which the trace does not give the values are unique numbers that no prompt id has.
/// </summary>
internal sealed class TokenCatalog : PromptCatalog
{
    private const ulong UniqueOutput = 1UL << 63;

    private sealed class OpenPrompt
    {
        public required int Tokens;
        public required BlockRun[] Runs;
        public required int BlockCount;
        public required TokenCursor Tail;       // the end of the prompt
        public TokenCursor OutputEnd;           // the end of the last generated block that was asked for
        public readonly List<int> Generated = [];
    }

    private sealed class History
    {
        public TokenCursor Cursor = TokenCursor.Start;
        public readonly List<BlockRun> Blocks = [];
        public int Tokens;
    }

    private readonly PromptColumns _prompts;
    private readonly int _blockSize;
    private readonly ContentInterner _interner;
    private readonly Dictionary<int, OpenPrompt> _open = [];
    private readonly Dictionary<int, History> _histories = [];   // by session, delta traces only

    public TokenCatalog(PromptColumns prompts, int blockSize)
    {
        _prompts = prompts;
        _blockSize = blockSize;
        _interner = new ContentInterner(blockSize);
    }

    public override bool HasGeneratedIdentities => true;

    public override int FreeIdentity => _interner.Count;

    public override void Open(int request)
    {
        History history = HistoryOf(request);
        AppendPrompt(request, history);
        int blocks = 0;
        foreach (BlockRun run in history.Blocks) blocks += run.Count;
        _open[request] = new OpenPrompt
        {
            Tokens = history.Tokens,
            Runs = [.. history.Blocks],
            BlockCount = blocks,
            Tail = history.Cursor,
            OutputEnd = history.Cursor,
        };
    }

    public override int PromptTokens(int request) => _open[request].Tokens;

    public override PromptBlocks Blocks(int request)
    {
        OpenPrompt prompt = _open[request];
        return new PromptBlocks(prompt.Runs, 0, prompt.Runs.Length, prompt.BlockCount);
    }

    public override int GeneratedBlock(int request, int index)
    {
        OpenPrompt prompt = _open[request];
        int generated = index - prompt.BlockCount;
        while (prompt.Generated.Count <= generated)
        {
            int firstToken = ((prompt.BlockCount + prompt.Generated.Count) * _blockSize) - prompt.Tokens;
            int from = Math.Max(0, firstToken);
            int to = firstToken + _blockSize;
            for (int token = from; token < to; token++) _interner.Append(ref prompt.OutputEnd, OutputToken(request, token), 1, null);
            prompt.Generated.Add(prompt.OutputEnd.Parent);
        }

        return prompt.Generated[generated];
    }

    public override int ChainOf(int identity) => _interner.ChainOf(identity);

    public override void Close(int request, int emitted, bool rejected)
    {
        OpenPrompt prompt = _open[request];
        _open.Remove(request);
        if (_prompts.Continued is not { } sessions) return;
        int session = sessions.SessionOf[request];
        if (request + 1 == sessions.SessionStart[session + 1])
        {
            _histories.Remove(session);
            return;
        }

        // The prompt stays in the history either way; only an accepted request adds its output.
        History history = _histories[session];
        history.Cursor = prompt.Tail;
        if (rejected) return;
        for (int token = 0; token < emitted; token++) _interner.Append(ref history.Cursor, OutputToken(request, token), 1, history.Blocks);
        history.Tokens = checked(history.Tokens + emitted);
    }

    private History HistoryOf(int request)
    {
        if (_prompts.Continued is not { } sessions) return new History();
        int session = sessions.SessionOf[request];
        if (!_histories.TryGetValue(session, out History? history)) _histories.Add(session, history = new History());
        return history;
    }

    private void AppendPrompt(int request, History history)
    {
        int left = _prompts.InputLength[request];
        if ((long)history.Tokens + left > int.MaxValue)
        {
            ContinuedSessions sessions = _prompts.Continued!;   // a single prompt is never that long
            string session = sessions.Names[sessions.SessionOf[request]];
            throw Errors.PromptTooLong.Error(string.Create(
                CultureInfo.InvariantCulture,
                    $"session {Quote.Of(session)} accumulates more than {int.MaxValue:N0} prompt tokens; shorten it"));
        }

        history.Tokens += left;
        foreach (NodeRun run in _prompts.Trie.Runs(_prompts.PathStart[request], _prompts.PathEnd[request]))
        {
            for (int node = run.First; node < run.First + run.Count; node++)
            {
                int take = Math.Min(left, _prompts.TraceBlockSize);
                _interner.Append(ref history.Cursor, (ulong)_prompts.Trie.Nodes.Label(node), take, history.Blocks);
                left -= take;
            }
        }
    }

    private ulong OutputToken(int request, int index)
    {
        IReadOnlyList<uint>? authored = _prompts.AuthoredOutput?[request];
        return authored is not null && index < authored.Count ? authored[index] : UniqueOutput | ((ulong)(uint)request << 32) | (uint)index;
    }
}
