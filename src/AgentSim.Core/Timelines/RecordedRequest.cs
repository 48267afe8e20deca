using System.Text.Json;
using AgentSim.Json;
using AgentSim.Traces.Schema;

namespace AgentSim.Timelines;

/// <summary>A finished request of a trace as an item of a timeline (behaviour 07#B1 and 07#B5), with the tool calls it announced.</summary>
internal sealed class RecordedRequest
{
    private static readonly string[] Measures =
    [
        TraceNames.RequestId, TraceNames.XRequestId, TraceNames.Model, TraceNames.InputTokens, TraceNames.OutputTokens,
            TraceNames.CachedTokens,
        TraceNames.RequestReceived, TraceNames.PrefillWaitTime, TraceNames.PrefillTime, TraceNames.Ttft, TraceNames.TotalTime,
        TraceNames.AverageItl, TraceNames.KvHitRate, TraceNames.KvTransferLatency, TraceNames.QueueDepth,
    ];

    private static readonly (string Name, string Field)[] Stages =
        [("prefill wait", TraceNames.PrefillWaitTime), ("prefill", TraceNames.PrefillTime)];

    private RecordedRequest(TimelineItem item, IReadOnlyList<AnnouncedCall> calls, byte[]? id) => (Item, Calls, Id) = (item, calls, id);

    public TimelineItem Item { get; }

    /// <summary>Tool calls in its output.</summary>
    public IReadOnlyList<AnnouncedCall> Calls { get; }

    /// <summary>The id as JSON; null when there is none.</summary>
    public byte[]? Id { get; }

    /// <summary>Reads a request; null when it has no time.</summary>
    public static RecordedRequest? Read(RecordSource record, LooseObject request, TimelineOptions options)
    {
        double? eventTime = record.Record.Number(TraceNames.EventTime);
        if ((request.Number(TraceNames.RequestReceived) ?? eventTime) is not { } start) return null;
        double length = request.Number(TraceNames.TotalTime) is { } total and >= 0 ? total
            : eventTime - start is { } measured and >= 0 ? measured : 0.001;
        long begin = record.Time(start), duration = Math.Max(1000, record.Time(length));
        string session = record.Session ?? "request-only";
        var events = new List<ItemEvent>(5)
        {
            new(EventPhase.Complete, $"LLM request: {request.Text(TraceNames.Model) ?? "unknown-model"}", "dynamo.llm", begin, duration,
                Arguments(record, request)),
        };
        AddStages(events, record, request, options);

        IEnumerable<LooseObject> calls = request.Object(TraceNames.FinishMetadata)?.Items(TraceNames.ToolCalls) is { } found
            ? Objects(found) : [];
        byte[]? id = request.Get(TraceNames.RequestId) is { Exists: true } given ? RecordValues.Value(given) : null;
        return new RecordedRequest(
            new TimelineItem(ItemKind.Request, session, events),
                [.. calls.Select(call => AnnouncedCall.Read(record, request, call, begin + duration))], id);
    }

    private static void AddStages(List<ItemEvent> events, RecordSource record, LooseObject request, TimelineOptions options)
    {
        (long begin, long duration) = (events[0].Time, events[0].Duration);
        long? firstToken = record.Time(request.Number(TraceNames.Ttft));
        if (options.FirstTokenMarkers && firstToken is { } marker)
            events.Add(new ItemEvent(EventPhase.Instant, "first token", "dynamo.llm.marker", begin + marker, 0,
                RecordValues.Object(json => json.CopyPresent(request, TraceNames.Ttft))));
        if (!options.Stages) return;

        long boundary = firstToken is { } known ? Math.Clamp(known, 0, duration) : duration;
        long cursor = 0;
        foreach ((string name, string field) in Stages)
        {
            if (record.Time(request.Number(field)) is not (> 0 and var length) || cursor >= boundary) continue;
            length = Math.Min(length, boundary - cursor);
            events.Add(Stage(name, begin + cursor, length, request, field));
            cursor += length;
        }

        if (firstToken is not null && duration > boundary)
            events.Add(Stage("decode", begin + boundary, duration - boundary, request, TraceNames.OutputTokens, TraceNames.AverageItl));
    }

    private static ItemEvent Stage(string name, long begin, long duration, LooseObject request, params string[] fields) =>
        new(EventPhase.Complete, name, "dynamo.llm.stage", begin, duration,
            RecordValues.Object(json => json.CopyAll(request, [TraceNames.RequestId, TraceNames.XRequestId, TraceNames.Model, .. fields])));

    private static byte[] Arguments(RecordSource record, LooseObject request) => RecordValues.Object(json =>
    {
        record.CopySession(json);
        json.CopyPresent(record.Record, TraceNames.EventTime);
        json.CopyPresent(request, Measures);
        if (request.Object(TraceNames.Worker) is { } worker)
        {
            foreach ((string name, LooseValue value) in worker.Members())
            {
                if (value.Exists) json.Copy($"{TraceNames.Worker}.{name}", value);
            }
        }

        if (request.Get(TraceNames.FinishMetadata) is var finish && finish.AsObject() is { } members)
        {
            json.Copy(TraceNames.FinishMetadata, finish);
            WriteFinish(json, members);
        }
    });

    private static void WriteFinish(Utf8JsonWriter json, LooseObject finish)
    {
        foreach (string name in (ReadOnlySpan<string>)[TraceNames.FinishReason, TraceNames.BackendFinishReason, TraceNames.StopReason])
        {
            if (finish.Get(name) is { Exists: true } value) json.Copy($"finish.{name}", value);
        }

        if (finish.Items(TraceNames.ToolCalls) is { } calls)
        {
            json.WriteNumber("finish.tool_call_count", calls.Count);
            string names = string.Join(", ", Objects(calls).Select(call => call.Text(TraceNames.CallName)).Where(name => name is not null));
            if (names.Length > 0) json.WriteString("finish.tool_call_names", names);
        }

        if (finish.Items(TraceNames.Choices) is { } choices)
        {
            json.WriteNumber("finish.choice_count", choices.Count);
            string reasons = string.Join(", ", Objects(choices)
                .Select(choice => (Index: choice.Text(TraceNames.ChoiceIndex), Reason: choice.Text(TraceNames.FinishReason)))
                .Where(choice => choice is { Index: not null, Reason: not null })
                .Select(choice => $"{choice.Index}:{choice.Reason}"));
            if (reasons.Length > 0) json.WriteString("finish.choice_finish_reasons", reasons);
        }
    }

    private static IEnumerable<LooseObject> Objects(IEnumerable<LooseValue> items) =>
        items.Select(item => item.AsObject()).OfType<LooseObject>();
}
