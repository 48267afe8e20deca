namespace AgentSim.Imports.ClaudeCode;

/// <summary>A place where the history was summarised; the request that did it is not in the log.</summary>
internal sealed record ClaudeCompaction(ClaudeRow Row, int Number, long? PreTokens, long? PostTokens, long? DurationMs, ulong Key)
{
    /// <summary>The row with the summary.</summary>
    public ClaudeRow? Summary { get; set; }
}

/// <summary>Makes requests and tool calls of the answers in a file, once all its rows are known.</summary>
internal sealed class ClaudeRequests(ClaudeCodeFormat format, ImportSink sink, AgentLinks agents, string path)
{
    private const double SummaryTokensPerSecond = 60;   // where the duration of a summary is not recorded
    private const long CacheLifeMs = 300_000;

    private static readonly DropReason WithoutTimes = new("without_times", "without times, kept as context");
    private static readonly DropReason UnknownCompaction = new("compactions_without_length", "summaries of unknown length");

    private readonly List<object> _events = [];   // responses and compactions, in the order of the file
    private readonly string _name = Path.GetFileName(path);

    public void AddResponse(ClaudeResponse response) => _events.Add(response);

    public void AddCompaction(ClaudeCompaction compaction) => _events.Add(compaction);

    /// <summary>Hands over everything.</summary>
    public void HandOver(IEnumerable<ClaudeContext> contexts, IEnumerable<ClaudeCall> calls)
    {
        var outputs = new ClaudeOutputs(_events.OfType<ClaudeResponse>(), sink.Options.CharactersPerToken);
        var made = new Dictionary<SourceSession, List<SourceRequest>>();
        foreach (object item in _events)
        {
            SourceRequest? request = item is ClaudeResponse response ? Make(response, outputs) : Make((ClaudeCompaction)item);
            if (request is null) continue;
            sink.Add(format, request);
            if (!made.TryGetValue(request.Session!, out List<SourceRequest>? list)) made.Add(request.Session!, list = []);
            list.Add(request);
        }

        foreach (List<SourceRequest> requests in made.Values) SettlePool(requests);
        foreach (ClaudeCall call in calls) HandOver(call);
    }

    private SourceRequest? Make(ClaudeResponse response, ClaudeOutputs outputs)
    {
        if (!response.HasUsage || response.InputTokens == 0)
        {
            sink.Drop(DropReason.NoUsage);
            return null;
        }

        ClaudeRow first = response.First;
        ClaudePath before = ClaudePath.To(response);
        foreach (ClaudeCall call in before.Results) call.Consumer ??= response;
        long? start = before.LastInputMs ?? first.TimeMs, end = response.EndMs ?? first.TimeMs;
        (long output, bool isReported) = outputs.Of(response);
        ClaudeContext context = first.Context;
        response.IsRestamped = first.IsRestamped;
        if (start is null || end is null) sink.Drop(WithoutTimes);
        else if (response.IsRestamped) sink.Drop(DropReason.Restamped);
        bool isBack = start > end;
        if (isBack) sink.Fault(DropReason.ClockBack, first.Place.Error(Errors.ImportTimeInvalid,
            "the answer is older than what it answers; the request was given the time of the answer's rows"));
        return response.Request = new SourceRequest
        {
            Session = context.Session,
            SourceId = response.Id,
            GlobalId = response.IsGlobal ? response.Id : null,
            IsCopy = !_name.StartsWith(OwnStem(context), StringComparison.Ordinal)
                && !_name.StartsWith(Main(context), StringComparison.Ordinal),
            Place = first.Place,
            Sequence = first.Place.Line,
            StartMs = isBack ? Math.Min(first.TimeMs ?? end!.Value, end!.Value) : start ?? 0,
            EndMs = end ?? start ?? 0,
            Times = TimeOrigin.Derived,
            IsContextOnly = start is null || end is null || response.IsRestamped,
            InputTokens = response.InputTokens,
            CachedTokens = response.CachedTokens,
            OutputTokens = output,
            OutputFloor = response.OutputTokens,
            Output = isReported ? OutputOrigin.Reported : OutputOrigin.Estimated,
            FinishReason = FinishReason(response.StopReason),
            ToolCalls = [.. response.Calls.Select(call => new SourceToolCall(call.Id, call.Name))],
            Model = response.Model,
            Prompt = new ChainedPrompt
            {
                Predecessor = before.Request,
                Added = before.Added,
                Answer = response.Blocks,
                IsReset = before.IsReset,
                MayInterleave = true,
                PoolKey = $"{response.Model}|{context.Cwd}|{context.Version}|" +
                    (context.Session.Name.Contains('/', StringComparison.Ordinal) ? "agent" : "main"),
            },
        };
    }

    // The request that made a summary: its prompt is the whole history, its answer the text that comes next.
    private SourceRequest? Make(ClaudeCompaction compaction)
    {
        if (!sink.Options.IncludesCompaction) return null;
        ClaudeRow row = compaction.Row;
        if (compaction.PreTokens is not (> 0 and long length))
        {
            sink.Drop(UnknownCompaction);
            return null;
        }

        ClaudePath before = ClaudePath.To(row);
        double estimate = compaction.Summary?.Added.Sum(segment => segment.Estimate) ?? compaction.PostTokens ?? 0;
        long output = Math.Max(1, (long)Math.Round(estimate));
        long duration = compaction.DurationMs ?? (long)(output / SummaryTokensPerSecond * 1000);
        long end = row.TimeMs ?? 0;
        long start = Math.Max(end - duration, Math.Min(before.Request?.EndMs ?? 0, end));
        if (row.TimeMs is null) sink.Drop(WithoutTimes);
        return new SourceRequest
        {
            Session = row.Context.Session,
            SourceId = $"compact:{compaction.Number}",
            GlobalId = $"compact:{compaction.Key:x16}",
            IsCopy = !_name.StartsWith(OwnStem(row.Context), StringComparison.Ordinal)
                && !_name.StartsWith(Main(row.Context), StringComparison.Ordinal),
            Place = row.Place,
            Sequence = row.Place.Line,
            StartMs = start,
            EndMs = end,
            Times = compaction.DurationMs is null ? TimeOrigin.Estimated : TimeOrigin.Derived,
            IsContextOnly = row.TimeMs is null || row.IsRestamped,
            InputTokens = length,
            OutputTokens = output,
            OutputFloor = 1,
            Output = OutputOrigin.Estimated,
            Model = before.Model,
            Prompt = new ChainedPrompt { Predecessor = before.Request, Added = before.Added, GoesOn = true, IsReset = before.IsReset },
        };
    }

    // What survives when the provider's cache has expired is the fixed beginning; else what the first request found there.
    private static void SettlePool(List<SourceRequest> requests)
    {
        long? least = null;
        foreach (SourceRequest request in requests)
        {
            if (request.Prompt?.Predecessor is not { } before || request.CachedTokens is not (> 0 and long cached)
                || cached >= before.InputTokens) continue;
            if (request.StartMs - before.EndMs > CacheLifeMs) least = Math.Min(least ?? cached, cached);
        }

        foreach (SourceRequest request in requests)
        {
            if (request.Prompt is ChainedPrompt { Predecessor: null } prompt) prompt.PoolTokens = least ?? request.CachedTokens ?? 0;
        }
    }

    private void HandOver(ClaudeCall call)
    {
        if (call.Response.Request is not { } source) return;
        if (call.Result is not { } result)
        {
            sink.Drop(DropReason.Unfinished);
            return;
        }

        if (call.Row.TimeMs is not { } start || result.Row.TimeMs is not { } end || call.Row.IsRestamped || result.Row.IsRestamped) return;
        bool isBackground = call.IsBackground && call.Result.AgentId is not null || call.IsBackground && call.DoneMs is not null;
        var tool = new SourceTool
        {
            Session = call.Row.Context.Session,
            CallId = call.Id,
            Class = call.Name,
            Place = call.Row.Place,
            StartMs = start,
            EndMs = isBackground && call.DoneMs > end ? call.DoneMs.Value : end,
            DurationMs = isBackground ? null : result.DurationMs,
            Status = result.IsCancelled ? "cancelled" : result.IsError ? "error" : "succeeded",
            OutputBytes = result.Bytes,
            Source = source,
            Consumer = isBackground ? null : call.Consumer?.Request,
            IsBackground = isBackground,
            IsPerson = call.Name is "AskUserQuestion" or "ExitPlanMode" or "EnterPlanMode",
        };
        sink.Add(tool);
        agents.AddCall(tool, result.AgentId, call.Task);
    }

    private static string Main(ClaudeContext context)
    {
        string name = context.Session.Name;
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? name : name[..slash];
    }

    private static string OwnStem(ClaudeContext context)
    {
        string name = context.Session.Name;
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? name : $"agent-{name[(slash + 1)..]}";
    }

    private static string? FinishReason(string? reason) => reason switch
    {
        null => null,
        "end_turn" or "stop_sequence" or "pause_turn" => "stop",
        "max_tokens" or "model_context_window_exceeded" => "length",
        "tool_use" => "tool_calls",
        "refusal" => "content_filter",
        _ => reason,
    };
}
