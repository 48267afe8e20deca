using System.Text.Json;
using AgentSim.Json;
using AgentSim.Traces.Schema;

namespace AgentSim.Timelines;

/// <summary>A tool call that the output of a request asked for; shown where no tool row tells of it (behaviour 07#B3).</summary>
/// <param name="Id">Id of the call; null when there is none.</param>
/// <param name="Class">Name of the tool.</param>
/// <param name="Begin">End of the request.</param>
/// <param name="Arguments">What is known of it, as a JSON object.</param>
internal sealed record AnnouncedCall(string? Id, string Class, long Begin, byte[] Arguments)
{
    public const long SyntheticDuration = 1_000_000;

    public static AnnouncedCall Read(RecordSource record, LooseObject request, LooseObject call, long begin)
    {
        string name = call.Text(TraceNames.CallName) ?? "unknown-tool";
        byte[] arguments = RecordValues.Object(json =>
        {
            record.CopySession(json);
            json.WriteString(TraceNames.EventType, "inferred_tool_call");
            json.WriteString(TraceNames.EventSource, TraceNames.Dynamo);
            json.WriteString("source", $"{TraceNames.Request}.{TraceNames.FinishMetadata}.{TraceNames.ToolCalls}");
            json.WriteBoolean("inferred", true);
            json.WriteBoolean("host_execution", false);
            if (request.Get(TraceNames.RequestId) is { Exists: true } id) json.Copy(TraceNames.SourceRequestId, id);
            if (call.Get(TraceNames.CallId) is { Exists: true } callId) json.Copy(TraceNames.ToolCallId, callId);
            json.CopyPresent(call, TraceNames.ToolCallIndex, TraceNames.ChoiceIndex);
            json.WriteString(TraceNames.ToolClass, name);
            WriteMilliseconds(json, TraceNames.StartedAt, begin);
        });
        return new AnnouncedCall(call.Text(TraceNames.CallId), name, begin, arguments);
    }

    /// <summary>The call as an item that lasts until the session's next request, if that begins later.</summary>
    public TimelineItem Infer(string session, RecordedRequest? next)
    {
        bool isKnown = next is not null && next.Item.Begin > Begin;
        byte[] more = RecordValues.Object(json =>
        {
            if (isKnown)
            {
                if (next!.Id is { } id) WriteRaw(json, "next_request_id", id);
                WriteMilliseconds(json, TraceNames.EndedAt, next.Item.Begin);
                WriteMilliseconds(json, TraceNames.Duration, next.Item.Begin - Begin);
                return;
            }

            json.WriteBoolean("duration_unknown", true);
            WriteSynthetic(json);
            if (next?.Id is { } overlapping) WriteRaw(json, "overlapping_request_id", overlapping);
        });
        long duration = isKnown ? next!.Item.Begin - Begin : SyntheticDuration;
        return new TimelineItem(ItemKind.InferredTool, session,
            [new ItemEvent(EventPhase.Complete, $"Tool: {Class}", ToolRows.Category, Begin, duration,
                RecordValues.Joined(Arguments, more))]);
    }

    /// <summary>Says that a duration of a millisecond is made up.</summary>
    public static void WriteSynthetic(Utf8JsonWriter json)
    {
        json.WriteBoolean("synthetic_duration", true);
        WriteMilliseconds(json, "visual_duration_ms", SyntheticDuration);
    }

    private static void WriteRaw(Utf8JsonWriter json, string name, byte[] value)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(value, skipInputValidation: true);
    }

    private static void WriteMilliseconds(Utf8JsonWriter json, string name, long nanoseconds)
    {
        Span<byte> text = stackalloc byte[JsonDouble.MaxLength];
        json.WritePropertyName(name);
        json.WriteRawValue(text[..JsonDouble.Format(nanoseconds / 1000 / 1000.0, text)], skipInputValidation: true);
    }
}
