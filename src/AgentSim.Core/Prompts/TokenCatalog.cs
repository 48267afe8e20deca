using System.Globalization;

namespace AgentSim.Prompts;

/// <summary>
/// Prompt blocks by content, for workloads whose prompts can hold generated tokens: delta traces, where every turn
/// continues the session's history, and traces with authored outputs (behaviour 01#6.3, 01#8.2 and 01#9).
/// Output tokens of which the trace does not give the values are unique numbers that no prompt id has.
/// </summary>
internal sealed class TokenCatalog(PromptColumns prompts, int blockSize) : ContentCatalog(new ContentInterner(blockSize), blockSize)
{
    private const ulong UniqueOutput = 1UL << 63;

    private sealed class History
    {
        public TokenCursor Cursor = TokenCursor.Start;
        public readonly List<BlockRun> Blocks = [];
        public int Tokens;
    }

    private readonly PromptColumns _prompts = prompts;
    private readonly Dictionary<int, History> _histories = [];   // by session, delta traces only

    public override void Close(int request, int emitted, bool rejected)
    {
        OpenPrompt prompt = Take(request);
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
        for (int token = 0; token < emitted; token++) Interner.Append(ref history.Cursor, OutputToken(request, token), 1, history.Blocks);
        history.Tokens = checked(history.Tokens + emitted);
    }

    protected override OpenPrompt Read(int request)
    {
        History history = HistoryOf(request);
        AppendPrompt(request, history);
        return new OpenPrompt { Tokens = history.Tokens, Runs = [.. history.Blocks], Tail = history.Cursor };
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
                Interner.Append(ref history.Cursor, (ulong)_prompts.Trie.Nodes.Label(node), take, history.Blocks);
                left -= take;
            }
        }
    }

    protected override ulong OutputToken(int request, int index)
    {
        IReadOnlyList<uint>? authored = _prompts.AuthoredOutput?[request];
        return authored is not null && index < authored.Count ? authored[index] : UniqueOutput | ((ulong)(uint)request << 32) | (uint)index;
    }
}
