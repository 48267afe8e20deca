using AgentSim.Json;

namespace AgentSim.Rows;

/// <summary>The fields of rows, in every dialect (behaviour 01#3.6, 01#4, 01#6 and 01#12.1).</summary>
internal static class RowFields
{
    private static readonly JsonKind<IReadOnlyList<ToolSpan>?> Tools =
        new JsonFields<ToolDraft, ToolSpan>()
            .Add("tool_call_id", JsonKinds.Text, (ref d, value) => d.Id = value, tool => tool.ToolCallId, JsonRule.Must)
            .Add("tool_class", JsonKinds.CommonText, (ref d, value) => d.Class = value, tool => tool.ToolClass, JsonRule.Must)
            .Add("started_at_unix_ms", JsonKinds.Saturating, (ref d, value) => d.Start = value, tool => tool.StartedAtUnixMs, JsonRule.Must)
            .Add("ended_at_unix_ms", JsonKinds.Saturating, (ref d, value) => d.End = value, tool => tool.EndedAtUnixMs, JsonRule.Must)
            .Add("duration_ms", JsonKinds.Number, (ref d, value) => d.Duration = value, tool => tool.DurationMs, JsonRule.Must)
            .Add("status", JsonKinds.CommonText, (ref d, value) => d.Status = value, tool => tool.Status, JsonRule.Must)
            .Add("output_bytes", JsonKinds.UInt64, (ref d, value) => d.Bytes = value, tool => tool.OutputBytes)
            .Add("output_tokens", JsonKinds.UInt64, (ref d, value) => d.Tokens = value, tool => tool.OutputTokens)
            .Add("error_type", JsonKinds.CommonText, (ref d, value) => d.Error = value, tool => tool.ErrorType)
            .Objects(
                () => default,
                d => new ToolSpan(d.Id!, d.Class!, d.Start!.Value, d.End!.Value, d.Duration!.Value, d.Status!, d.Bytes, d.Tokens, d.Error));

    private static JsonKind<IReadOnlyList<RowDependency>?> Dependencies => JsonKinds.Late(() => Edges.Kind);

    /// <summary>Plain rows. Of what rows of other kinds have it is only noted that it is there.</summary>
    public static readonly JsonFields<RowParser, MooncakeRow> Plain =
        new JsonFields<RowParser, MooncakeRow>()
            .Add("request_id", JsonKinds.Text, (ref d, value) => d.Row.RequestId = value, row => row.RequestId)
            .AddAll(AddTimedPrompt)
            .AddOwn<string?>("wait_for", (ref json, ref d, name) => Note(ref json, ref d.HasWaiting), rule: JsonRule.Repeatable)
            .AddOwn<string?>("chat_id", (ref json, ref d, name) => Note(ref json, ref d.HasChat), rule: JsonRule.Repeatable)
            .AddOwn<string?>("parent_chat_id", (ref json, ref d, name) => Note(ref json, ref d.HasPlaceInChat), rule: JsonRule.Repeatable)
            .AddOwn<string?>("turn", (ref json, ref d, name) => Note(ref json, ref d.HasPlaceInChat), rule: JsonRule.Repeatable);

    /// <summary>Agentic rows of version 1.</summary>
    public static readonly JsonFields<RowParser, MooncakeRow> Agentic =
        new JsonFields<RowParser, MooncakeRow>()
            .Add("request_id", JsonKinds.Text, (ref d, value) => d.Row.RequestId = value, row => row.RequestId, JsonRule.Must)
            .AddAll(AddTimedPrompt)
            .Add("request_kind", JsonKinds.CommonText, (ref d, value) => d.Row.RequestKind = value, row => row.RequestKind)
            .Add(
                "wait_for", JsonKinds.Texts, (ref d, value) => d.Row.WaitFor = value!, row => row.WaitFor.Count > 0 ? row.WaitFor : null,
                JsonRule.Typed)
            .Add(
                "branches", JsonKinds.Texts, (ref d, value) => d.Row.Branches = value!, row => row.Branches.Count > 0 ? row.Branches : null,
                JsonRule.Typed)
            .Add("prefix_reset", JsonKinds.Flag, (ref d, value) => d.Row.PrefixReset = value, row => row.PrefixReset)
            .Add("tool_wait_ms", JsonKinds.Number, (ref d, value) => d.Row.ToolWaitMs = value, row => row.ToolWaitMs)
            .Add(
                "tool_events", Tools, (ref d, value) => d.Row.ToolEvents = value!, row => row.ToolEvents.Count > 0 ? row.ToolEvents : null,
                JsonRule.Typed);

    /// <summary>Agentic rows of version 2.</summary>
    public static readonly JsonFields<RowParser, MooncakeRow> Play =
        new JsonFields<RowParser, MooncakeRow>()
            .Add("request_id", JsonKinds.Text, (ref d, value) => d.Row.RequestId = value, row => row.RequestId, JsonRule.Must)
            .Add("play_id", JsonKinds.CommonText, (ref d, value) => d.Row.PlayId = value, row => row.PlayId, JsonRule.Must)
            .Add("session_id", JsonKinds.CommonText, (ref d, value) => d.Row.SessionId = value, row => row.SessionId, JsonRule.Must)
            .Add("model", JsonKinds.CommonText, (ref d, value) => d.Row.Model = value, row => row.Model, JsonRule.Must)
            .AddAll(AddPrompt)
            .Add("not_before_ms", JsonKinds.Number, (ref d, value) => d.Row.NotBeforeMs = value, row => row.NotBeforeMs, JsonRule.Must)
            .AddAll(AddQueueing)
            .Add(
                "dependencies", Dependencies, (ref d, value) => d.Row.Dependencies = value!,
                row => row.Dependencies.Count > 0 ? row.Dependencies : null, JsonRule.Typed);

    private static void AddTimedPrompt(JsonFields<RowParser, MooncakeRow> fields) => fields
        .Add("session_id", JsonKinds.CommonText, (ref d, value) => d.Row.SessionId = value, row => row.SessionId)
        .AddAll(AddPrompt)
        .Add("timestamp", JsonKinds.Number, (ref d, value) => d.Row.Timestamp = value, row => row.Timestamp, alias: "created_time")
        .Add("delay", JsonKinds.Number, (ref d, value) => d.Row.Delay = value, row => row.Delay, alias: "delay_ms")
        .AddAll(AddQueueing);

    private static void AddPrompt(JsonFields<RowParser, MooncakeRow> fields) => fields
        .Add(
            "input_length", JsonKinds.Saturating, (ref d, value) => d.Row.InputLength = value, row => row.InputLength,
            writesNull: true, alias: "input_tokens")
        .Add(
            "output_length", JsonKinds.Count, (ref d, value) => d.Row.OutputLength = value, row => row.OutputLength,
            writesNull: true, alias: "output_tokens")
        .AddOwn("output_token_ids", (ref json, ref d, name) => d.ReadOutputTokens(ref json, name), TokenIds, row => row.OutputTokenIds)
        .AddOwn("hash_ids", (ref json, ref d, name) => d.ReadHashIds(ref json, name), HashIds, row => row.HashIds, writesNull: true);

    private static void AddQueueing(JsonFields<RowParser, MooncakeRow> fields) => fields
        .Add("priority", JsonKinds.Int32, (ref d, value) => d.Row.Priority = value, row => row.Priority)
        .Add("strict_priority", JsonKinds.UInt32, (ref d, value) => d.Row.StrictPriority = value, row => row.StrictPriority)
        .Add("policy_class", JsonKinds.CommonText, (ref d, value) => d.Row.PolicyClass = value, row => row.PolicyClass);

    private static JsonKind<IReadOnlyList<ulong>?> HashIds =>
        JsonKinds.Written<IReadOnlyList<ulong>?>((json, ids) => json.Array(ids!), _ => default);

    private static JsonKind<IReadOnlyList<uint>?> TokenIds => JsonKinds.List<uint>(
        (ref json, name) => json.UInt32(name), (json, token) => json.Number((ulong)token), token => LooseValue.Of((ulong?)token));

    private static bool Note(ref JsonRow json, ref bool has)
    {
        json.SkipValue();
        return has = true;
    }

    private static class Edges
    {
        public static readonly JsonKind<IReadOnlyList<RowDependency>?> Kind =
            new JsonFields<DependencyDraft, RowDependency>("dependencies.")
                .Add("request_id", JsonKinds.Text, (ref d, value) => d.RequestId = value, edge => edge.RequestId, JsonRule.Must)
                .Add("trigger", DependencyKinds.Trigger, (ref d, value) => d.Trigger = value, edge => edge.Trigger, JsonRule.Must)
                .Add("delay_ms", JsonKinds.Number, (ref d, value) => d.Delay = value, edge => edge.DelayMs, JsonRule.Must)
                .Add("relation", DependencyKinds.Relation, (ref d, value) => d.Relation = value, edge => edge.Relation, JsonRule.Must)
                .Objects(() => default, d => new RowDependency(d.RequestId!, d.Trigger!.Value, d.Delay!.Value, d.Relation!.Value));
    }

    private struct ToolDraft
    {
        public string? Id;
        public string? Class;
        public long? Start;
        public long? End;
        public double? Duration;
        public string? Status;
        public ulong? Bytes;
        public ulong? Tokens;
        public string? Error;
    }

    private struct DependencyDraft
    {
        public string? RequestId;
        public DependencyTrigger? Trigger;
        public double? Delay;
        public DependencyRelation? Relation;
    }
}
