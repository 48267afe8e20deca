using System.Text.Json;
using AgentSim.Json;

namespace AgentSim.Traces;

/// <summary>Decodes one record of a request trace (specification 01, 2.3 and 2.4).</summary>
internal sealed class TraceRecordParser(string path)
{
    private const string Schema = "dynamo.request.trace.v1";

    private readonly RequestFields _request = new();
    private readonly IntegerArrayCache _arrays = new();

    /// <summary>The hashes of the request parsed last, which its record does not hold; valid until the next line is parsed.</summary>
    public ReadOnlySpan<ulong> Hashes => _request.Hashes;

    /// <summary>Decodes one line.</summary>
    /// <returns>The record, or null when the line holds nothing a replay needs.</returns>
    /// <exception cref="AgentSimException">The line is not valid JSON or the record is malformed.</exception>
    public TraceRecord? Parse(ReadOnlySpan<byte> line, long number)
    {
        try
        {
            if (!TraceLine.TryFindRecord(line, _arrays, out int start, out int length)) return null;
            return ParseRecord(line.Slice(start, length), start, number);
        }
        catch (JsonException error)
        {
            throw AgentSimException.At(path, number, "TraceRowInvalid", error.Message, error);
        }
    }

    private TraceRecord? ParseRecord(ReadOnlySpan<byte> text, int offset, long number)
    {
        var json = new JsonRow(text, JsonRow.AnyDepth);
        uint seen = 0;
        string? schema = null, type = null, session = null, parent = null;
        long? time = null;
        bool hasRequest = false;
        ToolRecord? tool = null;
        json.BeginRow();
        while (json.NextKey())
        {
            if (json.Is("schema"u8))
            {
                schema = json.RequiredText(ref seen, 0, "schema");
                if (schema != Schema) throw new JsonException($"schema is '{schema}'; only '{Schema}' is supported");
            }
            else if (json.Is("event_type"u8)) type = json.RequiredText(ref seen, 1, "event_type");
            else if (json.Is("event_time_unix_ms"u8)) time = json.RequiredSaturating(ref seen, 2, "event_time_unix_ms");
            else if (json.Is("agent_context"u8))
            {
                if (json.BeginObject(ref seen, 3, "agent_context")) (session, parent) = AgentContext(ref json);
            }
            else if (json.Is("request"u8))
            {
                hasRequest = json.BeginObject(ref seen, 4, "request");
                if (hasRequest) _request.Parse(ref json, _arrays, offset);
            }
            else if (json.Is("tool"u8))
            {
                if (json.BeginObject(ref seen, 5, "tool")) tool = ToolFields.Parse(ref json);
            }
            else json.Skip();
        }

        if (schema is null) throw JsonRow.Missing("schema");
        if (type is null) throw JsonRow.Missing("event_type");
        if (time is null) throw JsonRow.Missing("event_time_unix_ms");
        TraceRecord? record = type switch
        {
            "request_end" => hasRequest ? _request.ToRecord() : throw JsonRow.Missing("request"),
            "tool_end" or "tool_error" => tool,
            "tool_start" => null,
            _ => throw new JsonException($"unknown event_type '{type}'; known are request_end, tool_start, tool_end, tool_error and request_payload"),
        };
        if (record is null) return null;
        record.EventType = type;
        record.EventUnixMs = time.Value;
        record.SessionId = session;
        record.ParentSessionId = parent;
        record.Path = path;
        record.Line = number;
        (record as RequestRecord)?.Check(Hashes.Length);
        return record;
    }

    private static (string Session, string? Parent) AgentContext(ref JsonRow json)
    {
        uint seen = 0;
        string? session = null, parent = null;
        while (json.NextKey())
        {
            if (json.Is("session_id"u8)) session = json.RequiredText(ref seen, 0, "agent_context.session_id");
            else if (json.Is("parent_session_id"u8)) parent = json.OptionalText(ref seen, 1, "agent_context.parent_session_id");
            else json.Skip();
        }

        return (session ?? throw JsonRow.Missing("agent_context.session_id"), parent);
    }
}
