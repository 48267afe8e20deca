using System.Text.Json;
using AgentSim.Json;

namespace AgentSim.Traces;

/// <summary>The fields of a record while it is decoded (behaviour 01#2.3); reused from record to record.</summary>
internal sealed class RecordFields(bool readsDependencies)
{
    private readonly RequestFields _request = new(readsDependencies);
    private ToolRecord? _tool;
    private uint _seen;
    private bool _hasSchema;
    private bool _hasRequest;
    private string? _type;
    private long? _time;
    private string? _session;
    private string? _parent;

    /// <summary>The hashes of the request read last, which its record does not hold; valid until the next is read.</summary>
    public ReadOnlySpan<ulong> Hashes => _request.Hashes;

    /// <summary>Starts a new record.</summary>
    public void Clear()
    {
        _seen = 0;
        (_hasSchema, _hasRequest) = (false, false);
        (_type, _time, _session, _parent, _tool) = (null, null, null, null, null);
    }

    /// <summary>Reads all fields of the object just opened.</summary>
    public void ReadAll(ref JsonRow json)
    {
        Clear();
        while (json.NextKey()) ReadField(ref json);
    }

    /// <summary>Reads the value of the current key.</summary>
    public void ReadField(ref JsonRow json)
    {
        if (json.Is("schema"u8))
        {
            json.BeginText(ref _seen, 0, "schema");
            _hasSchema = json.IsText("dynamo.request.trace.v1"u8);
            if (!_hasSchema) throw new JsonException($"schema is {Quote.Of(json.Text("schema"))}; only 'dynamo.request.trace.v1' is supported");
        }
        else if (json.Is("event_type"u8)) _type = EventType(ref json, ref _seen);
        else if (json.Is("event_time_unix_ms"u8)) _time = json.RequiredSaturating(ref _seen, 2, "event_time_unix_ms");
        else if (json.Is("agent_context"u8))
        {
            if (json.BeginObject(ref _seen, 3, "agent_context")) ReadAgentContext(ref json);
        }
        else if (json.Is("request"u8))
        {
            _hasRequest = json.BeginObject(ref _seen, 4, "request");
            if (_hasRequest) _request.Read(ref json);
        }
        else if (json.Is("tool"u8))
        {
            if (json.BeginObject(ref _seen, 5, "tool")) _tool = ToolFields.Read(ref json);
        }
        else json.SkipDecoded();
    }

    /// <summary>The record; null if it is of a kind that is not used, or a tool event without a tool.</summary>
    /// <exception cref="JsonException">A field is missing.</exception>
    public TraceRecord? ToRecord()
    {
        if (_type == "request_payload") return null;
        if (!_hasSchema) throw JsonRow.Missing("schema");
        if (_type is null) throw JsonRow.Missing("event_type");
        if (_time is null) throw JsonRow.Missing("event_time_unix_ms");
        TraceRecord? record = _type switch
        {
            "request_end" => _hasRequest ? _request.ToRecord() : throw JsonRow.Missing("request"),
            "tool_start" => null,
            _ => _tool,
        };
        if (record is null) return null;
        record.EventType = _type;
        record.EventUnixMs = _time.Value;
        record.SessionId = _session;
        record.ParentSessionId = _parent;
        return record;
    }

    private static string EventType(ref JsonRow json, ref uint seen)
    {
        json.BeginText(ref seen, 1, "event_type");
        if (json.IsText("request_end"u8)) return "request_end";
        if (json.IsText("tool_end"u8)) return "tool_end";
        if (json.IsText("tool_error"u8)) return "tool_error";
        if (json.IsText("tool_start"u8)) return "tool_start";
        if (json.IsText("request_payload"u8)) return "request_payload";
        throw new JsonException(
            $"unknown event_type {Quote.Of(json.Text("event_type"))}; known are request_end, tool_start, tool_end, tool_error and request_payload");
    }

    private void ReadAgentContext(ref JsonRow json)
    {
        uint seen = 0;
        while (json.NextKey())
        {
            if (json.Is("session_id"u8)) _session = json.RequiredText(ref seen, 0, "agent_context.session_id");
            else if (json.Is("parent_session_id"u8)) _parent = json.OptionalText(ref seen, 1, "agent_context.parent_session_id");
            else json.SkipDecoded();
        }

        if (_session is null) throw JsonRow.Missing("agent_context.session_id");
    }
}
