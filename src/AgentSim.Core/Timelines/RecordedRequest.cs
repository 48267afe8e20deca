using System.Text.Json;

namespace AgentSim.Timelines;

/// <summary>A finished request of a trace as an item of a timeline (behaviour 07#B1 and 07#B5), with the tool calls it announced.</summary>
internal sealed class RecordedRequest
{
    private static readonly string[] Measures =
    [
        "request_id", "x_request_id", "model", "input_tokens", "output_tokens", "cached_tokens", "request_received_ms", "prefill_wait_time_ms",
        "prefill_time_ms", "ttft_ms", "total_time_ms", "avg_itl_ms", "kv_hit_rate", "kv_transfer_estimated_latency_ms", "queue_depth",
    ];

    private RecordedRequest(TimelineItem item, IReadOnlyList<AnnouncedCall> calls, byte[]? id) => (Item, Calls, Id) = (item, calls, id);

    public TimelineItem Item { get; }

    /// <summary>Tool calls in its output.</summary>
    public IReadOnlyList<AnnouncedCall> Calls { get; }

    /// <summary>The id as JSON; null when there is none.</summary>
    public byte[]? Id { get; }

    /// <summary>Reads a request; null when it has no time.</summary>
    public static RecordedRequest? Read(RecordSource record, JsonElement request, TimelineOptions options)
    {
        double? eventTime = RecordValues.Number(record.Json, "event_time_unix_ms");
        if ((RecordValues.Number(request, "request_received_ms") ?? eventTime) is not { } start) return null;
        double length = RecordValues.Number(request, "total_time_ms") is { } total and >= 0 ? total
            : eventTime - start is { } measured and >= 0 ? measured : 0.001;
        long begin = record.Time(start), duration = Math.Max(1000, record.Time(length));
        string session = record.Session ?? "request-only";
        var events = new List<ItemEvent>(5)
        {
            new(EventPhase.Complete, $"LLM request: {RecordValues.Text(request, "model") ?? "unknown-model"}", "dynamo.llm", begin, duration, Arguments(record, request)),
        };
        AddStages(events, record, request, options);

        IReadOnlyList<AnnouncedCall> calls = RecordValues.TryGetObject(request, "finish_reason_metadata", out JsonElement finish)
            ? [.. (RecordValues.Items(finish, "tool_calls") ?? []).Where(call => call.ValueKind == JsonValueKind.Object).Select(call => AnnouncedCall.Read(record, request, call, begin + duration))]
            : [];
        byte[]? id = RecordValues.TryGet(request, "request_id", out JsonElement given) ? RecordValues.Value(given) : null;
        return new RecordedRequest(new TimelineItem(ItemKind.Request, session, events), calls, id);
    }

    private static void AddStages(List<ItemEvent> events, RecordSource record, JsonElement request, TimelineOptions options)
    {
        (long begin, long duration) = (events[0].Time, events[0].Duration);
        long? firstToken = record.Time(RecordValues.Number(request, "ttft_ms"));
        if (options.FirstTokenMarkers && firstToken is { } marker)
            events.Add(new ItemEvent(EventPhase.Instant, "first token", "dynamo.llm.marker", begin + marker, 0, RecordValues.Object(json => json.CopyPresent(request, "ttft_ms"))));
        if (!options.Stages) return;

        long boundary = firstToken is { } known ? Math.Clamp(known, 0, duration) : duration;
        long cursor = 0;
        foreach ((string name, string field) in ((string, string)[])[("prefill wait", "prefill_wait_time_ms"), ("prefill", "prefill_time_ms")])
        {
            if (record.Time(RecordValues.Number(request, field)) is not (> 0 and var length) || cursor >= boundary) continue;
            length = Math.Min(length, boundary - cursor);
            events.Add(Stage(name, begin + cursor, length, request, field));
            cursor += length;
        }

        if (firstToken is not null && duration > boundary) events.Add(Stage("decode", begin + boundary, duration - boundary, request, "output_tokens", "avg_itl_ms"));
    }

    private static ItemEvent Stage(string name, long begin, long duration, JsonElement request, params string[] fields) =>
        new(EventPhase.Complete, name, "dynamo.llm.stage", begin, duration, RecordValues.Object(json => json.CopyAll(request, ["request_id", "x_request_id", "model", .. fields])));

    private static byte[] Arguments(RecordSource record, JsonElement request) => RecordValues.Object(json =>
    {
        record.CopySession(json);
        json.CopyPresent(record.Json, "event_time_unix_ms");
        json.CopyPresent(request, Measures);
        if (RecordValues.TryGetObject(request, "worker", out JsonElement worker))
        {
            foreach ((string name, JsonElement value) in JsonCopy.Members(worker))
            {
                if (value.ValueKind != JsonValueKind.Null) json.Copy($"worker.{name}", value);
            }
        }

        if (RecordValues.TryGetObject(request, "finish_reason_metadata", out JsonElement finish)) WriteFinish(json, finish);
    });

    private static void WriteFinish(Utf8JsonWriter json, JsonElement finish)
    {
        json.Copy("finish_reason_metadata", finish);
        foreach (string name in (ReadOnlySpan<string>)["finish_reason", "backend_finish_reason", "stop_reason"])
        {
            if (RecordValues.TryGet(finish, name, out JsonElement value)) json.Copy($"finish.{name}", value);
        }

        if (RecordValues.Items(finish, "tool_calls") is { } calls)
        {
            json.WriteNumber("finish.tool_call_count", calls.Count);
            string names = string.Join(", ", Objects(calls).Select(call => RecordValues.Text(call, "name")).Where(name => name is not null));
            if (names.Length > 0) json.WriteString("finish.tool_call_names", names);
        }

        if (RecordValues.Items(finish, "choices") is { } choices)
        {
            json.WriteNumber("finish.choice_count", choices.Count);
            string reasons = string.Join(", ", Objects(choices)
                .Select(choice => (Index: RecordValues.Text(choice, "choice_index"), Reason: RecordValues.Text(choice, "finish_reason")))
                .Where(choice => choice is { Index: not null, Reason: not null })
                .Select(choice => $"{choice.Index}:{choice.Reason}"));
            if (reasons.Length > 0) json.WriteString("finish.choice_finish_reasons", reasons);
        }
    }

    private static IEnumerable<JsonElement> Objects(IEnumerable<JsonElement> items) => items.Where(item => item.ValueKind == JsonValueKind.Object);
}
