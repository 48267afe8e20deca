using System.Globalization;

namespace AgentSim.Imports.Weka;

/// <summary>Hands over one trace: a session for the agent, one for each sub-agent, and the calls that started them.</summary>
internal sealed class WekaSessions(WekaFormat format, ImportSink sink, WekaTrace trace, WekaTimes times)
{
    private const double MaxSeconds = 1e11;   // the year 5138

    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private string _scope = "";

    /// <summary>Hands everything over.</summary>
    /// <param name="name">The name of the trace, unlike that of all others.</param>
    public void Add(string name)
    {
        _scope = trace.IsGlobal ? "global" : "trace " + name;
        AddThread(trace, name, parent: null, offset: 0);
    }

    private SourceSession AddThread(WekaThread thread, string name, SourceSession? parent, double offset)
    {
        SourceSession session = sink.Session(format, name);
        session.Parent = parent;
        _names.Add(name);
        List<SourceRequest> requests = AddCalls(thread, session, offset);
        int number = 0;
        foreach (WekaAgent agent in thread.Agents) AddAgent(agent, session, requests, offset, ++number);
        return session;
    }

    private List<SourceRequest> AddCalls(WekaThread thread, SourceSession session, double offset)
    {
        var requests = new List<SourceRequest>(thread.Calls.Count);
        var recorded = new RecordedIds(sink.Identity, _scope, trace.BlockSize);
        ulong[] ids = [];
        for (int i = 0; i < thread.Calls.Count; i++)
        {
            WekaCall call = thread.Calls[i];
            int count = call.KeptIds + call.NewIds.Length;
            if (ids.Length < count) Array.Resize(ref ids, Math.Max(count, ids.Length * 2));
            call.NewIds.CopyTo(ids, call.KeptIds);
            RecordedPrompt? prompt = call.HasIds ? recorded.Next(Whole(ids.AsSpan(0, count), call.Input)) : null;
            SourceRequest request = Request(call, session, i, offset, prompt);
            if (prompt is not null) recorded.Follow(request);
            requests.Add(request);
            sink.Add(format, request);
        }

        requests.Sort(RequestOrder.Compare);
        return requests;
    }

    private SourceRequest Request(WekaCall call, SourceSession session, int index, double offset, RecordedPrompt? prompt)
    {
        long start = Milliseconds(offset + call.Time), end = start + Milliseconds(call.ApiTime ?? call.Ttft ?? 0);
        return new SourceRequest
        {
            Session = session,
            SourceId = index.ToString(CultureInfo.InvariantCulture),
            Sequence = index,
            Place = trace.Place,
            StartMs = start,
            EndMs = end,
            Times = call.ApiTime is null ? TimeOrigin.Estimated : TimeOrigin.Recorded,
            InputTokens = call.Input,
            OutputTokens = call.Output,
            Output = call.HasOutput ? OutputOrigin.Reported : OutputOrigin.Estimated,
            TtftMs = call.Ttft * 1000,
            FinishReason = FinishReason(call.Stop),
            Model = call.Model,
            Prompt = prompt,
        };
    }

    // Most producers hash whole blocks only. The id of a block that is not full says nothing about the block when it is.
    private ReadOnlySpan<ulong> Whole(ReadOnlySpan<ulong> ids, long tokens) => ids[..(int)Math.Min(ids.Length, tokens / trace.BlockSize)];

    private void AddAgent(WekaAgent agent, SourceSession parent, List<SourceRequest> requests, double offset, int number)
    {
        string id = agent.Id is { Length: > 0 } given ? given : string.Create(CultureInfo.InvariantCulture, $"agent{number}");
        string name = $"{parent.Name}/{id}";
        for (int again = 2; _names.Contains(name); again++)
            name = string.Create(CultureInfo.InvariantCulture, $"{parent.Name}/{id}~{again}");

        // Inner times count from the agent's start, or like all others of the trace.
        double local = times.StartOf(agent, requests.Count > 0 ? (requests[^1].EndMs / 1000.0) - offset : 0);
        double start = offset + local;
        SourceSession child = AddThread(agent, name, parent, times.IsRelative ? start : offset);
        if (agent.Calls.Count == 0) sink.Drop(DropReason.MissingRecording);

        long startMs = Milliseconds(start);
        double duration = agent.Duration ?? (agent.IsBackground || agent.Calls.Count == 0 ? 0
            : (times.IsRelative ? 0 : -local) + agent.Calls.Max(call => call.Time + (call.ApiTime ?? 0)));
        long endMs = startMs + Milliseconds(duration);

        // The call that asked for it is the last one before; a background agent's result is read by nobody known.
        int source = requests.FindLastIndex(request => request.StartMs <= startMs + SlackMs && request.EndMs <= startMs + SlackMs);
        if (source < 0) return;
        int consumer = agent.IsBackground ? -1 : requests.FindIndex(source + 1, request => request.StartMs >= endMs - SlackMs);
        sink.Add(new SourceTool
        {
            Session = parent,
            CallId = name[(parent.Name.Length + 1)..],
            Class = "subagent",
            Place = trace.Place,
            StartMs = startMs,
            EndMs = endMs,
            DurationMs = agent.Duration * 1000,
            Source = requests[source],
            Consumer = consumer < 0 ? null : requests[consumer],
            Child = agent.Calls.Count > 0 ? child : null,
            IsBackground = agent.IsBackground,
        });
    }

    private const long SlackMs = 1000;   // times are partly rounded to whole seconds

    private static long Milliseconds(double seconds) => (long)Math.Round(Math.Clamp(seconds, 0, MaxSeconds) * 1000,
        MidpointRounding.AwayFromZero);

    // In OpenAI's words, whichever were recorded.
    private static string? FinishReason(string? stop) => stop switch
    {
        "tool_use" => "tool_calls",
        "end_turn" or "stop_sequence" => "stop",
        "max_tokens" => "length",
        "refusal" => "content_filter",
        "stop" or "length" or "tool_calls" or "content_filter" => stop,
        _ => null,
    };
}
