using AgentSim.Json;

namespace AgentSim.Traces.Schema;

/// <summary>The fields of the <c>tool</c> object of a record (behaviour 01#2.3 and 07#A5).</summary>
internal static class ToolFields
{
    // What a harness sends may be any unsigned number; see ToolEventReader.
    private static readonly JsonKind<long?> Time = JsonKinds.Saturating with { Write = (json, value) => json.Number((ulong)value!.Value) };

    private static JsonKind<ToolCausality?> Causality => JsonKinds.Late(() => Causes.Kind);

    /// <summary>The object.</summary>
    public static readonly JsonKind<ToolRecord?> Kind =
        new JsonFields<ToolRecord, ToolRecord>("tool.", decodesUnknown: true)
            .Add(
                TraceNames.ToolCallId, JsonKinds.Text, (ref tool, value) => tool.ToolCallId = value!, tool => tool.ToolCallId,
                JsonRule.Must)
            .Add(
                TraceNames.ToolClass, JsonKinds.CommonText, (ref tool, value) => tool.ToolClass = value!, tool => tool.ToolClass,
                JsonRule.Must)
            .Add(TraceNames.StartedAt, Time, (ref tool, value) => tool.StartedUnixMs = value, tool => tool.StartedUnixMs)
            .Add(TraceNames.EndedAt, Time, (ref tool, value) => tool.EndedUnixMs = value, tool => tool.EndedUnixMs)
            .Add(TraceNames.Status, JsonKinds.CommonText, (ref tool, value) => tool.Status = value, tool => tool.Status)
            .Add(
                TraceNames.Duration, JsonKinds.Number, (ref tool, value) => tool.DurationMs = value,
                tool => RequestFields.Finite(tool.DurationMs))
            .Add(TraceNames.OutputTokens, JsonKinds.UInt64, (ref tool, value) => tool.OutputTokens = value, tool => tool.OutputTokens)
            .Add(TraceNames.OutputBytes, JsonKinds.UInt64, (ref tool, value) => tool.OutputBytes = value, tool => tool.OutputBytes)
            .Add(TraceNames.ToolNameHash, JsonKinds.Text, null, tool => tool.ToolNameHash)
            .Add(TraceNames.ErrorType, JsonKinds.CommonText, (ref tool, value) => tool.ErrorType = value, tool => tool.ErrorType)
            .Add(TraceNames.Causality, Causality, (ref tool, value) => tool.Causality = value, tool => tool.Causality)
            .Object(() => new ToolRecord(), tool => tool);

    private static class Causes
    {
        public static readonly JsonKind<ToolCausality?> Kind =
            new JsonFields<CausalityDraft, ToolCausality>("claude.", decodesUnknown: true)
                .Add(
                    TraceNames.SourceRequestId, JsonKinds.Text, (ref d, value) => d.Source = value, causality => causality.SourceRequestId,
                    JsonRule.Must)
                .Add(
                    TraceNames.ConsumerRequestId, JsonKinds.Text, (ref d, value) => d.Consumer = value,
                    causality => causality.ConsumerRequestId)
                .Add(
                    TraceNames.ChildSessionId, JsonKinds.CommonText, (ref d, value) => d.Child = value,
                    causality => causality.ChildSessionId)
                .Add(
                    TraceNames.ExecutionMode, JsonKinds.CommonText, (ref d, value) => d.Mode = value, causality => causality.ExecutionMode,
                    JsonRule.Must)
                .Object(() => default, d => new ToolCausality(d.Source!, d.Consumer, d.Child, d.Mode!));
    }

    private struct CausalityDraft
    {
        public string? Source;
        public string? Consumer;
        public string? Child;
        public string? Mode;
    }
}
