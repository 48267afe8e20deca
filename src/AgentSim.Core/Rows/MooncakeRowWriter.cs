using AgentSim.Json;

namespace AgentSim.Rows;

/// <summary>
/// Writes Mooncake rows as JSON lines, plain ones and agentic ones of version 1, in one fixed form: compact, keys in the order of
/// behaviour 01#3.6 and 01#4, numbers and strings as in 5.1.
/// </summary>
public sealed class MooncakeRowWriter
{
    private readonly JsonLineWriter _json;

    /// <summary>Writes to a stream, which stays open. <see cref="Flush"/> has to be called at the end.</summary>
    public MooncakeRowWriter(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _json = new JsonLineWriter(stream);
    }

    /// <summary>Rows written so far.</summary>
    public long Count { get; private set; }

    /// <summary>Writes one row and a line feed. Absent fields are left out, except the lengths and hash ids, which become <c>null</c>.</summary>
    /// <exception cref="AgentSimException">A time is not finite, which JSON cannot express, or the row is of version 2.</exception>
    public void Write(MooncakeRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (row.AgenticVersion == 2)
            throw Errors.RowsMixed.Error($"row {Count + 1} (request {Quote.Of(row.RequestId)}) is of version 2, whose files have a header; write its file with {nameof(AgenticFileWriter)}");
        _json.Raw("{"u8);
        Text("\"request_id\":"u8, row.RequestId);
        Text("\"session_id\":"u8, row.SessionId);
        _json.Raw("\"input_length\":"u8);
        NumberOrNull(row.InputLength);
        _json.Raw(",\"output_length\":"u8);
        NumberOrNull(row.OutputLength);
        RowFields.WriteOutputTokens(_json, row);
        _json.Raw(",\"hash_ids\":"u8);
        if (row.HashIds is { } ids) _json.Array(ids);
        else _json.Raw("null"u8);
        Number(",\"timestamp\":"u8, row.Timestamp, row);
        Number(",\"delay\":"u8, row.Delay, row);
        RowFields.WriteQueueing(_json, row);
        if (row.IsAgentic) WriteAgentic(row);
        _json.Raw("}\n"u8);
        Count++;
    }

    /// <summary>Passes everything written on to the stream.</summary>
    public void Flush() => _json.Flush();

    private void WriteAgentic(MooncakeRow row)
    {
        if (row.RequestKind is { } kind)
        {
            _json.Raw(",\"request_kind\":"u8);
            _json.Text(kind);
        }

        Texts(",\"wait_for\":["u8, row.WaitFor);
        Texts(",\"branches\":["u8, row.Branches);
        if (row.PrefixReset is { } reset) _json.Raw(reset ? ",\"prefix_reset\":true"u8 : ",\"prefix_reset\":false"u8);
        Number(",\"tool_wait_ms\":"u8, row.ToolWaitMs, row);
        if (row.ToolEvents.Count == 0) return;
        _json.Raw(",\"tool_events\":["u8);
        for (int i = 0; i < row.ToolEvents.Count; i++)
        {
            if (i > 0) _json.Raw(","u8);
            WriteTool(row.ToolEvents[i], row);
        }

        _json.Raw("]"u8);
    }

    private void WriteTool(ToolSpan tool, MooncakeRow row)
    {
        _json.Raw("{"u8);
        Text("\"tool_call_id\":"u8, tool.ToolCallId);
        Text("\"tool_class\":"u8, tool.ToolClass);
        _json.Raw("\"started_at_unix_ms\":"u8);
        _json.Number(tool.StartedAtUnixMs);
        _json.Raw(",\"ended_at_unix_ms\":"u8);
        _json.Number(tool.EndedAtUnixMs);
        Number(",\"duration_ms\":"u8, tool.DurationMs, row);
        _json.Raw(",\"status\":"u8);
        _json.Text(tool.Status);
        if (tool.OutputBytes is { } bytes)
        {
            _json.Raw(",\"output_bytes\":"u8);
            _json.Number(bytes);
        }

        if (tool.OutputTokens is { } tokens)
        {
            _json.Raw(",\"output_tokens\":"u8);
            _json.Number(tokens);
        }

        if (tool.ErrorType is { } error)
        {
            _json.Raw(",\"error_type\":"u8);
            _json.Text(error);
        }

        _json.Raw("}"u8);
    }

    private void Text(ReadOnlySpan<byte> key, string? value)
    {
        if (value is null) return;
        _json.Raw(key);
        _json.Text(value);
        _json.Raw(","u8);
    }

    private void Texts(ReadOnlySpan<byte> opening, IReadOnlyList<string> values)
    {
        if (values.Count == 0) return;
        _json.Raw(opening);
        for (int i = 0; i < values.Count; i++)
        {
            if (i > 0) _json.Raw(","u8);
            _json.Text(values[i]);
        }

        _json.Raw("]"u8);
    }

    private void Number(ReadOnlySpan<byte> key, double? value, MooncakeRow row)
    {
        if (value is not { } number) return;
        if (!double.IsFinite(number)) throw Errors.RowNotFinite.Error($"row {Count + 1} (request {Quote.Of(row.RequestId)}) has a time that is not finite");
        _json.Raw(key);
        _json.Number(number);
    }

    private void NumberOrNull(long? value)
    {
        if (value is { } number) _json.Number(number);
        else _json.Raw("null"u8);
    }
}
