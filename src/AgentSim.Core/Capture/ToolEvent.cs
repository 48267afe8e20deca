using AgentSim.Json;

namespace AgentSim.Capture;

/// <summary>A tool event as a harness sends it (behaviour 07#A5 and 07#A8).</summary>
internal sealed record ToolEvent
{
    private const int TypicalLength = 512;

    public required string EventType { get; init; }
    public required ulong EventUnixMs { get; init; }
    public required string SessionId { get; init; }
    public string? ParentSessionId { get; init; }
    public required ToolEventDetails Tool { get; init; }

    /// <summary>The record of the event as JSON, without an envelope.</summary>
    public byte[] ToRecord()
    {
        using var record = new MemoryStream(TypicalLength);
        var json = new JsonLineWriter(record, TypicalLength);
        WriteTo(json);
        json.Flush();
        return record.ToArray();
    }

    private void WriteTo(JsonLineWriter json)
    {
        json.Raw("{\"schema\":\"dynamo.request.trace.v1\",\"event_type\":"u8);
        json.Text(EventType);
        json.Raw(",\"event_time_unix_ms\":"u8);
        json.Number(EventUnixMs);
        json.Raw(",\"event_source\":\"harness\",\"agent_context\":{\"session_id\":"u8);
        json.Text(SessionId);
        Text(json, ",\"parent_session_id\":"u8, ParentSessionId);
        json.Raw("},\"tool\":{\"tool_call_id\":"u8);
        json.Text(Tool.ToolCallId);
        Text(json, ",\"tool_class\":"u8, Tool.ToolClass);
        Number(json, ",\"started_at_unix_ms\":"u8, Tool.StartedUnixMs);
        Number(json, ",\"ended_at_unix_ms\":"u8, Tool.EndedUnixMs);
        Text(json, ",\"status\":"u8, Tool.Status);
        if (Tool.DurationMs is { } duration)
        {
            json.Raw(",\"duration_ms\":"u8);
            json.Number(duration);
        }

        Number(json, ",\"output_tokens\":"u8, Tool.OutputTokens);
        Number(json, ",\"output_bytes\":"u8, Tool.OutputBytes);
        Text(json, ",\"tool_name_hash\":"u8, Tool.ToolNameHash);
        Text(json, ",\"error_type\":"u8, Tool.ErrorType);
        json.Raw("}}"u8);
    }

    private static void Text(JsonLineWriter json, ReadOnlySpan<byte> key, string? value)
    {
        if (value is null) return;
        json.Raw(key);
        json.Text(value);
    }

    private static void Number(JsonLineWriter json, ReadOnlySpan<byte> key, ulong? value)
    {
        if (value is null) return;
        json.Raw(key);
        json.Number(value.Value);
    }
}

/// <summary>What a <see cref="ToolEvent"/> says about the tool call.</summary>
internal sealed record ToolEventDetails
{
    public required string ToolCallId { get; init; }
    public required string ToolClass { get; init; }
    public ulong? StartedUnixMs { get; init; }
    public ulong? EndedUnixMs { get; init; }
    public string? Status { get; init; }
    public double? DurationMs { get; init; }
    public ulong? OutputTokens { get; init; }
    public ulong? OutputBytes { get; init; }
    public string? ToolNameHash { get; init; }
    public string? ErrorType { get; init; }
}
