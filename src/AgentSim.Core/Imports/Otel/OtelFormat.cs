using System.Text.Json;

namespace AgentSim.Imports.Otel;

/// <summary>
/// OpenTelemetry: spans with the attributes of gen_ai, OpenInference, Vercel's AI SDK or OpenLLMetry, from the file exporter of a
/// collector or from the exporters of SDKs; and the log records of Claude Code's telemetry.
/// </summary>
internal sealed class OtelFormat : ISourceFormat
{
    /// <summary>Spans and log records that lack what every one has.</summary>
    public static readonly DropReason Unusable = new("unusable_spans", "spans without id or time", IsFault: true);

    private static readonly DropReason Aggregate = new("aggregates", "spans that repeat the tokens of calls within them");

    public string Name => "otel";

    public string Title => "OpenTelemetry";

    public bool Recognizes(SourceHead head) => head.Objects.Any(found =>
        found.Has("resourceSpans") || found.Has("resource_spans") || found.Has("resourceLogs") || found.Has("resource_logs")
        || (found.Has("attributes") && found.Has("name")
            && (found.Has("spanContext.spanId") || found.Has("context.span_id") || found.Has("spanId") || found.Has("span_id"))));

    /// <summary>Whether an object is a span by itself.</summary>
    public static bool IsSpan(JsonElement value) =>
        value.Get("attributes").ValueKind is JsonValueKind.Object or JsonValueKind.Array
        && (value.TryGetProperty("spanContext", out _) || value.TryGetProperty("context", out _) || value.TryGetProperty("spanId", out _)
            || value.TryGetProperty("span_id", out _));

    public void Read(IReadOnlyList<string> files, ImportSink sink, CancellationToken cancel)
    {
        var reader = new OtelReader(sink);
        foreach (string path in files)
        {
            int before = reader.Spans.Count;
            SourceObjects.ForEach(path, sink, reader.Read, cancel);
            if (reader.Spans.Skip(before).All(span => span.Kind != OtelKind.Model))
                sink.Refuse(path, reader.Spans.Count == before ? "no spans"
                    : "spans, but none of them is a call of a model (gen_ai, OpenInference, AI SDK)");
        }

        // Equal whatever the order of the files; of copies of a span one is enough.
        List<OtelSpan> spans = [.. reader.Spans.OrderBy(span => span.StartMs).ThenBy(span => span.EndMs)
            .ThenBy(span => span.Key, StringComparer.Ordinal).ThenBy(span => span.Place.Path, StringComparer.Ordinal)
            .ThenBy(span => span.Place.Line)];
        sink.Drop(DropReason.Repeated, Nest(ref spans));
        var usage = new OtelUsage(spans);
        var sessions = new OtelSessions(this, sink);
        Dictionary<OtelSpan, SourceRequest> requests = AddRequests(spans, usage, sessions, sink);
        AddTools(spans, requests, sessions, sink);
    }

    // Gives each span the one around it; returns how many copies were left out.
    private static long Nest(ref List<OtelSpan> spans)
    {
        var byKey = new Dictionary<string, OtelSpan>(StringComparer.Ordinal);
        long all = spans.Count;
        spans = [.. spans.Where(span => byKey.TryAdd(span.Key, span))];
        foreach (OtelSpan span in spans)
        {
            if (span.ParentId is { } id && byKey.TryGetValue($"{span.TraceId}/{id}", out OtelSpan? parent) && parent != span
                && !IsWithin(parent, span)) span.Parent = parent;
        }

        foreach (OtelSpan span in spans)
        {
            if (span.Kind != OtelKind.Model) continue;
            for (OtelSpan? around = span.Parent; around is not null; around = around.Parent)
            {
                if (around.Kind == OtelKind.Model) around.HasInnerCall = true;
            }
        }

        return all - spans.Count;
    }

    private static bool IsWithin(OtelSpan inner, OtelSpan outer)
    {
        for (OtelSpan? around = inner; around is not null; around = around.Parent)
        {
            if (around == outer) return true;
        }

        return false;
    }

    private Dictionary<OtelSpan, SourceRequest> AddRequests(List<OtelSpan> spans, OtelUsage usage, OtelSessions sessions, ImportSink sink)
    {
        var requests = new Dictionary<OtelSpan, SourceRequest>();
        var bySession = new Dictionary<SourceSession, List<(SourceRequest Request, OtelCall Call)>>();
        long repaired = 0;
        foreach (OtelSpan span in spans)
        {
            if (span.Call is not { } call) continue;
            if (span.HasInnerCall)
            {
                sink.Drop(Aggregate);
                continue;
            }

            if (usage.Input(span) is not { } input || input <= 0 || call.Output is null)
            {
                sink.Drop(span.IsError ? DropReason.Failed : DropReason.NoUsage);
                continue;
            }

            if (usage.IsRepaired(span)) repaired++;
            SourceRequest request = Request(span, call, input, sessions.Of(span));
            sink.Add(this, request);
            requests.Add(span, request);
            if (!bySession.TryGetValue(request.Session!, out List<(SourceRequest, OtelCall)>? list))
                bySession.Add(request.Session!, list = []);
            list.Add((request, call));
        }

        if (repaired > 0)
            sink.Warnings.Add($"{repaired} spans report prompts without the tokens that came from a cache or went into one (they report " +
                "more of those than of all); these were added");
        bool isGuessed = false;
        foreach (List<(SourceRequest Request, OtelCall Call)> list in bySession.Values)
        {
            list.Sort((x, y) => RequestOrder.Compare(x.Request, y.Request));
            isGuessed |= OtelPrompts.Chain(list);
        }

        if (isGuessed)
            sink.Warnings.Add("spans without the messages of prompts (instrumentations record them only if asked to): the prompts of a " +
                "session are taken to go on from each other as long as they grow");
        return requests;
    }

    private static SourceRequest Request(OtelSpan span, OtelCall call, long input, SourceSession session) => new()
    {
        Session = session,
        SourceId = span.SpanId,
        GlobalId = $"otel:{span.Key}",
        Place = span.Place,
        StartMs = span.StartMs,
        EndMs = Math.Max(span.StartMs, span.EndMs),
        Times = span.HasEnd ? TimeOrigin.Recorded : TimeOrigin.Estimated,
        InputTokens = input,
        CachedTokens = call.CacheRead,
        OutputTokens = call.Output!.Value,
        TtftMs = call.TtftMs,
        FinishReason = call.FinishReason ?? (call.ToolCalls.Count > 0 ? "tool_calls" : null),
        ToolCalls = call.ToolCalls,
        Model = call.Model,
    };

    private static void AddTools(List<OtelSpan> spans, Dictionary<OtelSpan, SourceRequest> requests, OtelSessions sessions, ImportSink sink)
    {
        var bySession = requests.Values.GroupBy(request => request.Session!).ToDictionary(group => group.Key,
            group => group.OrderBy(request => request, Comparer<SourceRequest>.Create(RequestOrder.Compare)).ToList());
        var agents = new Dictionary<OtelSpan, OtelSpan>();   // the outermost agent within each tool call
        foreach (OtelSpan span in spans)
        {
            if (span.Kind != OtelKind.Agent) continue;
            for (OtelSpan? around = span.Parent; around is not null && around.Kind != OtelKind.Agent; around = around.Parent)
            {
                if (around.Kind == OtelKind.Tool) agents.TryAdd(around, span);
            }
        }

        foreach (OtelSpan span in spans)
        {
            if (span.Kind != OtelKind.Tool) continue;
            SourceSession session = sessions.Of(span);
            List<SourceRequest> calls = bySession.GetValueOrDefault(session) ?? [];
            int source = calls.FindLastIndex(call => span.ToolId is { } id && call.ToolCalls.Any(made => made.Id == id));
            if (source < 0) source = calls.FindLastIndex(call => call.EndMs <= span.StartMs);
            int consumer = source < 0 ? -1 : calls.FindIndex(source + 1, call => call.StartMs >= span.EndMs);
            sink.Add(new SourceTool
            {
                Session = session,
                CallId = span.ToolId ?? span.SpanId,
                Class = span.ToolName!,
                Place = span.Place,
                StartMs = span.StartMs,
                EndMs = Math.Max(span.StartMs, span.EndMs),
                Status = span.IsError ? "error" : "succeeded",
                Source = source < 0 ? null : calls[source],
                Consumer = consumer < 0 ? null : calls[consumer],
                Child = agents.TryGetValue(span, out OtelSpan? agent) ? sessions.ChildOf(agent, session) : null,
            });
        }
    }
}
