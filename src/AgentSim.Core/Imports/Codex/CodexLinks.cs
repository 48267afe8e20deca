namespace AgentSim.Imports.Codex;

/// <summary>
/// Turns answers into requests, and ties threads together: forks to what they go on from, sub-agents to the calls that
/// started them.
/// </summary>
internal sealed class CodexLinks(CodexFormat format, ImportSink sink, IReadOnlyList<CodexSession> sessions)
{
    private readonly Dictionary<string, CodexSession> _byThread = sessions.ToDictionary(session => session.Thread.Id,
        StringComparer.Ordinal);

    /// <summary>Hands everything over.</summary>
    public void Add()
    {
        foreach (CodexSession session in sessions) AddRequests(session);
        foreach (CodexSession session in sessions)
        {
            Fork(session);
            if (session.Meta?.ParentId is { } parent && parent != session.Thread.Id
                && _byThread.TryGetValue(parent, out CodexSession? found))
                session.Session.Parent = found.Session;
        }

        foreach (CodexSession session in sessions) AddCalls(session);
    }

    private void AddRequests(CodexSession session)
    {
        int own = 0, copied = 0;
        foreach (CodexAnswer answer in session.History.Answers)
        {
            // Of a copied answer without a count of its own, nobody knows the length.
            if (answer.Tokens.Input == 0 || (answer.IsCopy && answer.Count.Last is null)) continue;
            string number = answer.IsCopy ? $"copy-{CodexSession.Number(copied++)}" : CodexSession.Number(own++);
            CodexAnswer? previous = answer.Previous;
            while (previous is { Request: null }) previous = previous.Previous;
            answer.Request = new SourceRequest
            {
                Session = session.Session,
                SourceId = answer.IsCopy ? number : answer.ResponseId ?? number,
                GlobalId = GlobalId(answer),
                IsCopy = answer.IsCopy,
                IsContextOnly = answer.IsCopy,
                Sequence = own + copied,
                Place = answer.Count.At.Place,
                StartMs = answer.StartMs,
                EndMs = answer.EndMs,
                Times = answer.IsGuess ? TimeOrigin.Estimated : TimeOrigin.Derived,
                InputTokens = answer.Tokens.Input,
                CachedTokens = answer.Tokens.Cached,
                OutputTokens = answer.Tokens.Output,
                FinishReason = answer.Calls.Count > 0 ? "tool_calls" : answer.Made.Count > 0 ? "stop" : null,
                ToolCalls = answer.Calls,
                Model = answer.Model,
                Prompt = new ChainedPrompt
                {
                    Predecessor = previous?.Request,
                    Added = answer.Added,
                    Answer = answer.Made,
                    IsReset = answer.IsReset && previous is not null,
                    KeepsHistory = true,
                    PoolKey = previous is null ? PoolKey(session, answer) : null,
                    PoolTokens = previous is null ? answer.Tokens.Cached : 0,
                },
            };
            sink.Add(format, answer.Request);
        }
    }

    // A copy of an answer has its id; before there were such, its turn and the counter up to it.
    private static string? GlobalId(CodexAnswer answer) =>
        answer.ResponseId ?? (answer is { TurnId: { } turn, Count.Total: { } total }
            ? FormattableString.Invariant($"{turn}:{total.Input}:{total.Cached}:{total.Output}:{total.Reasoning}") : null);

    // Threads that go on from the same unknown history share it; others of a kind share system prompt and tools.
    private static string PoolKey(CodexSession session, CodexAnswer answer) =>
        session.Thread.IsForked && session.Thread.OriginId is { } origin
        ? $"fork of {origin}"
        : string.Join('\n', answer.Model, session.Meta?.Folder, session.Meta?.Version);

    // The history may be in the other thread's file alone.
    private void Fork(CodexSession session)
    {
        if (session.Meta?.HistoryBase is not { } from || !_byThread.TryGetValue(from.ThreadId, out CodexSession? origin)) return;
        SourceRequest? first = session.History.Answers.FirstOrDefault(answer => answer.Request is not null)?.Request;
        if (origin == session || first is not { Prompt: ChainedPrompt { Predecessor: null } prompt }) return;
        prompt.Predecessor = origin.History.Answers
            .LastOrDefault(answer => answer.Request is not null && answer.Count.At.Ordinal < from.EndOrdinal)?.Request;
    }

    private void AddCalls(CodexSession session)
    {
        List<CodexCall> calls = [.. session.History.Calls.Where(call => !call.IsCopy)];
        foreach (CodexCall call in calls)
        {
            CodexSession? child = call.StartedThread is { } id ? _byThread.GetValueOrDefault(id) : null;
            if (child?.Session.Parent != session.Session) child = null;
            if (call.StartedThread is not null && child is null) sink.Drop(DropReason.MissingRecording);
            SourceRequest? consumer = child is null ? null : Awaited(session, child, calls);
            sink.Add(new SourceTool
            {
                Session = session.Session,
                CallId = call.Item.CallId!,
                Class = call.Item.Tool!,
                Place = call.Item.At.Place,
                StartMs = call.Item.TimeMs,
                EndMs = call.Result.TimeMs,
                DurationMs = call.DurationMs is { } duration
                    ? Math.Min(duration, Math.Max(0, call.Result.TimeMs - call.Item.TimeMs)) : null,
                Status = call.Result.IsError ? "error" : "succeeded",
                OutputBytes = call.Result.Bytes,
                Source = call.Answer?.Request,
                Consumer = consumer,
                Child = child?.Session,
                IsBackground = child is not null && consumer is null,
            });
        }
    }

    // A spawned agent runs beside its parent. Its parent waited for it if a call to wait was open when it ended; then the
    // first request after that read what it said.
    private static SourceRequest? Awaited(CodexSession session, CodexSession child, List<CodexCall> calls)
    {
        long? ended = child.History.Answers.LastOrDefault(answer => !answer.IsCopy && answer.Request is not null)?.EndMs;
        if (ended is not { } end) return null;
        CodexCall? wait = calls.Where(call => call.Item.Tool!.Contains("wait", StringComparison.Ordinal) && call.Result.TimeMs >= end)
            .MinBy(call => call.Result.TimeMs);
        if (wait is null) return null;
        return session.History.Answers
            .FirstOrDefault(answer => !answer.IsCopy && answer.Request is not null && answer.StartMs >= wait.Result.TimeMs)?.Request;
    }
}
