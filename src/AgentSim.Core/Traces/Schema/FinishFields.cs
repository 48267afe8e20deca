using AgentSim.Json;

namespace AgentSim.Traces.Schema;

/// <summary>
/// The fields of the informative objects of a request (behaviour 01#2.3 and 07#A5); for AgentSim's own see <see cref="MarkFields"/>.
/// </summary>
internal static class FinishFields
{
    /// <summary>The <c>worker</c> object.</summary>
    public static readonly JsonKind<WorkerPlacement?> Worker =
        new JsonFields<WorkerDraft, WorkerPlacement>("worker.", decodesUnknown: true)
            .Add(TraceNames.PrefillWorker, JsonKinds.UInt64, (ref d, value) => d.Prefill = value, worker => worker.PrefillWorkerId)
            .Add(TraceNames.PrefillRank, JsonKinds.UInt32, (ref d, value) => d.PrefillRank = value, worker => worker.PrefillDpRank)
            .Add(TraceNames.DecodeWorker, JsonKinds.UInt64, (ref d, value) => d.Decode = value, worker => worker.DecodeWorkerId)
            .Add(TraceNames.DecodeRank, JsonKinds.UInt32, (ref d, value) => d.DecodeRank = value, worker => worker.DecodeDpRank)
            .Object(() => default, d => new WorkerPlacement(d.Prefill, d.PrefillRank, d.Decode, d.DecodeRank));

    private static readonly JsonKind<IReadOnlyList<FinishToolCall>?> Calls =
        new JsonFields<CallDraft, FinishToolCall>(decodesUnknown: true)
            .Add(TraceNames.ChoiceIndex, JsonKinds.UInt32, (ref d, value) => d.Choice = value, call => call.ChoiceIndex, JsonRule.Must)
            .Add(TraceNames.ToolCallIndex, JsonKinds.UInt32, (ref d, value) => d.Index = value, call => call.ToolCallIndex, JsonRule.Must)
            .Add(TraceNames.CallId, JsonKinds.Text, (ref d, value) => d.Id = value, call => call.Id)
            .Add(TraceNames.CallName, JsonKinds.CommonText, (ref d, value) => d.Name = value, call => call.Name)
            .Objects(() => default, d => new FinishToolCall(d.Choice!.Value, d.Index!.Value, d.Id, d.Name));

    // Only written.
    private static readonly JsonKind<IReadOnlyList<FinishChoice>?> Choices =
        new JsonFields<CallDraft, FinishChoice>()
            .Add(TraceNames.ChoiceIndex, JsonKinds.UInt32, null, choice => choice.ChoiceIndex)
            .Add(TraceNames.FinishReason, JsonKinds.CommonText, null, choice => choice.Reason)
            .Add(TraceNames.BackendFinishReason, JsonKinds.CommonText, null, choice => choice.BackendReason)
            .Add(TraceNames.StopReason, JsonKinds.Any, null, choice => choice.StopReasonJson)
            .Objects(() => default, d => new FinishChoice(d.Choice!.Value, null, null, null));

    /// <summary>The <c>finish_reason_metadata</c> object.</summary>
    public static readonly JsonKind<FinishReason?> Finish =
        new JsonFields<FinishDraft, FinishReason>(decodesUnknown: true)
            .Add(TraceNames.FinishReason, JsonKinds.CommonText, (ref d, value) => d.Reason = value, finish => finish.Reason)
            .Add(TraceNames.BackendFinishReason, JsonKinds.CommonText, (ref d, value) => d.Backend = value, finish => finish.BackendReason)
            .Add(TraceNames.StopReason, JsonKinds.Any, (ref d, value) => d.Stop = value, finish => finish.StopReasonJson)
            .Add(
                TraceNames.ToolCalls, Calls, (ref d, value) => d.Calls = value,
                finish => finish.ToolCalls.Count > 0 ? finish.ToolCalls : null, JsonRule.Typed)
            .Add(TraceNames.Choices, Choices, null, finish => finish.Choices.Count > 0 ? finish.Choices : null)
            .Object(() => default, d => new FinishReason(d.Reason, d.Backend, d.Stop, d.Calls ?? []));

    private struct WorkerDraft
    {
        public ulong? Prefill;
        public uint? PrefillRank;
        public ulong? Decode;
        public uint? DecodeRank;
    }

    private struct CallDraft
    {
        public uint? Choice;
        public uint? Index;
        public string? Id;
        public string? Name;
    }

    private struct FinishDraft
    {
        public string? Reason;
        public string? Backend;
        public string? Stop;
        public IReadOnlyList<FinishToolCall>? Calls;
    }
}
