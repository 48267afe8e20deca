using System.Text;
using System.Text.Json;
using AgentSim.Json;

namespace AgentSim.Traces.Schema;

/// <summary>The fields of a record (behaviour 01#2.3 and 07#A5).</summary>
internal static class RecordFields
{
    private static readonly byte[] Version = Encoding.UTF8.GetBytes(TraceNames.Version);

    private static readonly (string Type, byte[] Text)[] EventTypes =
    [
        .. ((string[])[TraceNames.RequestEnd, TraceNames.ToolStart, TraceNames.ToolEnd, TraceNames.ToolError, TraceNames.RequestPayload])
            .Select(type => (type, Encoding.UTF8.GetBytes(type))),
    ];

    private static readonly JsonFields<RecordDraft, TraceRecord> Context =
        new JsonFields<RecordDraft, TraceRecord>("agent_context.", decodesUnknown: true)
            .Add(TraceNames.SessionId, JsonKinds.CommonText, (ref d, value) => d.Session = value, record => record.SessionId, JsonRule.Must)
            .Add(TraceNames.ParentSessionId, JsonKinds.CommonText, (ref d, value) => d.Parent = value, record => record.ParentSessionId)
            .Add(TraceNames.SessionFinal, JsonKinds.Flag, null, record => record.SessionFinal)
            .Add(
                TraceNames.KvHints, JsonKinds.Any, null,
                record => record.SessionFinal == true ? $$"""{"{{TraceNames.EvictSession}}":true}""" : null);

    /// <summary>All fields, those included that count only for agentic rows of version 2 (behaviour 01#12.4).</summary>
    public static JsonFields<RecordDraft, TraceRecord> All => Whole.Fields;

    /// <summary>The fields without explicit edges, which are passed over like any unknown key.</summary>
    public static readonly JsonFields<RecordDraft, TraceRecord> WithoutDependencies = Fields(RequestFields.WithoutDependencies);

    // What is read of a file does not say it.
    private static JsonKind<TraceRecord?> EventSource => JsonKinds.Written<TraceRecord?>(
        (json, record) => json.Text(record!.EventSource ?? TraceNames.Harness), record => LooseValue.Of(record!.EventSource));

    private static JsonFields<RecordDraft, TraceRecord> Fields(JsonFields<RequestDraft, RequestRecord> request)
    {
        return new JsonFields<RecordDraft, TraceRecord>(decodesUnknown: true)
            .AddOwn(TraceNames.Schema, ReadSchema, JsonKinds.Text, _ => TraceNames.Version, JsonRule.NotNull)
            .AddOwn(TraceNames.EventType, ReadEventType, JsonKinds.Text, TypeOf, JsonRule.NotNull)
            .AddOwn(
                TraceNames.EventTime, ReadTime,
                JsonKinds.Written<TraceRecord>(WriteTime, record => LooseValue.Of((long?)record.EventUnixMs)), record => record,
                JsonRule.NotNull)
            .Add(TraceNames.EventSource, EventSource, null, record => record.SessionId is null ? null : record)
            .AddOwn(
                TraceNames.AgentContext, ReadContext,
                JsonKinds.Written<TraceRecord?>(Context.Write!, record => LooseValue.Of(Context.Loose(record!))),
                record => record.SessionId is null ? null : record)
            .AddOwn(
                TraceNames.Request, ReadRequest,
                JsonKinds.Written<RequestRecord?>(request.Write!, record => LooseValue.Of(request.Loose(record!))),
                record => record as RequestRecord)
            .Add(TraceNames.Tool, ToolFields.Kind, (ref d, value) => d.Tool = value, record => record as ToolRecord);

        bool ReadRequest(ref JsonRow json, ref RecordDraft draft, string name)
        {
            if (!json.IsObject(name)) return false;
            draft.Request.Clear();
            request.Read(ref json, ref draft.Request);
            return draft.HasRequest = true;
        }
    }

    private static string TypeOf(TraceRecord record) =>
        record.EventType.Length > 0 ? record.EventType : record is RequestRecord ? TraceNames.RequestEnd : TraceNames.ToolEnd;

    private static bool ReadSchema(ref JsonRow json, ref RecordDraft draft, string name)
    {
        if (json.TokenType != JsonTokenType.String) throw json.Wrong(name, "a string");
        if (!json.IsText(Version))
            throw new JsonException($"schema is {Quote.Of(json.Text(name))}; only {Quote.Of(TraceNames.Version)} is supported");
        return draft.HasSchema = true;
    }

    private static bool ReadEventType(ref JsonRow json, ref RecordDraft draft, string name)
    {
        if (json.TokenType != JsonTokenType.String) throw json.Wrong(name, "a string");
        foreach ((string type, byte[] text) in EventTypes)
        {
            if (!json.IsText(text)) continue;
            draft.Type = type;
            return true;
        }

        IEnumerable<string> known = EventTypes.Select(entry => entry.Type);
        throw new JsonException(
            $"unknown event_type {Quote.Of(json.Text(name))}; known are {string.Join(", ", known.SkipLast(1))} and {known.Last()}");
    }

    private static bool ReadTime(ref JsonRow json, ref RecordDraft draft, string name)
    {
        draft.Time = JsonKinds.Saturating.Read(ref json, name);
        return true;
    }

    // What a harness sends may be any unsigned number; see ToolEventReader.
    private static void WriteTime(JsonLineWriter json, TraceRecord record)
    {
        if (record is ToolRecord) json.Number((ulong)record.EventUnixMs);
        else json.Number(record.EventUnixMs);
    }

    private static bool ReadContext(ref JsonRow json, ref RecordDraft draft, string name)
    {
        if (!json.IsObject(name)) return false;
        Context.Read(ref json, ref draft);
        return true;
    }

    private static class Whole
    {
        public static readonly JsonFields<RecordDraft, TraceRecord> Fields = RecordFields.Fields(RequestFields.All);
    }
}

/// <summary>A record while it is decoded; reused from record to record.</summary>
internal sealed class RecordDraft(bool readsDependencies)
{
    private readonly JsonFields<RecordDraft, TraceRecord> _fields = readsDependencies ? RecordFields.All : RecordFields.WithoutDependencies;
    private JsonFieldsSeen<RecordDraft, TraceRecord> _seen;

    public bool HasSchema;
    public bool HasRequest;
    public string? Type;
    public long? Time;
    public string? Session;
    public string? Parent;
    public ToolRecord? Tool;
    public RequestDraft Request = new();

    /// <summary>Starts a new record.</summary>
    public void Clear()
    {
        _seen = default;
        (HasSchema, HasRequest) = (false, false);
        (Type, Time, Session, Parent, Tool) = (null, null, null, null, null);
    }

    /// <summary>Reads all fields of the object just opened.</summary>
    public void ReadAll(ref JsonRow json)
    {
        Clear();
        while (NextKey(ref json)) ReadField(ref json);
    }

    /// <summary>Moves to the next key; false at the end of the object.</summary>
    public bool NextKey(ref JsonRow json) => _fields.NextKey(ref json, ref _seen);

    /// <summary>Reads the value of the current key.</summary>
    public void ReadField(ref JsonRow json)
    {
        RecordDraft draft = this;
        _fields.ReadField(ref json, ref draft, ref _seen);
    }

    /// <summary>The record; null if it is of a kind that is not used, or a tool event without a tool.</summary>
    /// <exception cref="JsonException">A field is missing.</exception>
    public TraceRecord? ToRecord()
    {
        if (Type == TraceNames.RequestPayload) return null;
        if (!HasSchema) throw JsonRow.Missing(TraceNames.Schema);
        if (Type is null) throw JsonRow.Missing(TraceNames.EventType);
        if (Time is null) throw JsonRow.Missing(TraceNames.EventTime);
        TraceRecord? record = Type switch
        {
            TraceNames.RequestEnd => HasRequest ? Request.ToRecord() : throw JsonRow.Missing(TraceNames.Request),
            TraceNames.ToolStart => null,
            _ => Tool,
        };
        if (record is null) return null;
        record.EventType = Type;
        record.EventUnixMs = Time.Value;
        record.SessionId = Session;
        record.ParentSessionId = Parent;
        return record;
    }
}
