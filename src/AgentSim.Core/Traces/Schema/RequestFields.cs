using AgentSim.Json;
using AgentSim.Rows;

namespace AgentSim.Traces.Schema;

/// <summary>The fields of the <c>request</c> object of a record (behaviour 01#2.3 and 07#A5).</summary>
internal static class RequestFields
{
    private static JsonKind<IReadOnlyList<RecordedDependency>?> Dependencies => JsonKinds.Late(() => Edges.Kind);

    /// <summary>All fields.</summary>
    public static JsonFields<RequestDraft, RequestRecord> All => Whole.Fields;

    /// <summary>The fields without explicit edges.</summary>
    public static readonly JsonFields<RequestDraft, RequestRecord> WithoutDependencies = Fields(readsDependencies: false);

    private static JsonFields<RequestDraft, RequestRecord> Fields(bool readsDependencies)
    {
        JsonFields<RequestDraft, RequestRecord> replay = Replay(readsDependencies);
        return new JsonFields<RequestDraft, RequestRecord>("request.", decodesUnknown: true)
            .Add(TraceNames.RequestId, JsonKinds.Text, (ref d, value) => d.Record.RequestId = value!, r => r.RequestId, JsonRule.Must)
            .Add(TraceNames.XRequestId, JsonKinds.Text, (ref d, value) => d.Record.XRequestId = value, r => r.XRequestId)
            .Add(TraceNames.Model, JsonKinds.CommonText, (ref d, value) => d.Record.Model = value, r => r.Model)
            .Add(TraceNames.InputTokens, JsonKinds.UInt64, (ref d, value) => d.Record.InputTokens = value, r => r.InputTokens)
            .Add(TraceNames.OutputTokens, JsonKinds.Count, (ref d, value) => d.Output = value, r => r.OutputTokens)
            .Add(TraceNames.CachedTokens, JsonKinds.UInt64, (ref d, value) => d.Record.CachedTokens = value, r => r.CachedTokens)
            .Add(TraceNames.RequestReceived, JsonKinds.Saturating, (ref d, value) => d.Received = value, r => r.ReceivedUnixMs)
            .Add(
                TraceNames.PrefillWaitTime, JsonKinds.Number, (ref d, value) => d.Record.PrefillWaitTimeMs = value,
                r => Finite(r.PrefillWaitTimeMs))
            .Add(TraceNames.PrefillTime, JsonKinds.Number, (ref d, value) => d.Record.PrefillTimeMs = value, r => Finite(r.PrefillTimeMs))
            .Add(TraceNames.Ttft, JsonKinds.Number, (ref d, value) => d.Record.TtftMs = value, r => Finite(r.TtftMs))
            .Add(TraceNames.TotalTime, JsonKinds.Number, (ref d, value) => d.Record.TotalTimeMs = value, r => Finite(r.TotalTimeMs))
            .Add(TraceNames.AverageItl, JsonKinds.Number, (ref d, value) => d.Record.AverageItlMs = value, r => Finite(r.AverageItlMs))
            .Add(TraceNames.KvHitRate, JsonKinds.Number, (ref d, value) => d.Record.KvHitRate = value, r => Finite(r.KvHitRate))
            .Add(
                TraceNames.KvTransferLatency, JsonKinds.Number, (ref d, value) => d.Record.KvTransferEstimatedLatencyMs = value,
                r => Finite(r.KvTransferEstimatedLatencyMs))
            .Add(TraceNames.QueueDepth, JsonKinds.UInt64, (ref d, value) => d.Record.QueueDepth = value, r => r.QueueDepth)
            .Add(TraceNames.Worker, JsonKinds.Late(() => FinishFields.Worker), (ref d, value) => d.Record.Worker = value, r => r.Worker)
            .AddOwn(
                TraceNames.Replay, ReadReplay,
                JsonKinds.Written<RequestRecord>(replay.Write, record => LooseValue.Of(replay.Loose(record))), r => r)
            .Add(
                TraceNames.FinishMetadata, JsonKinds.Late(() => FinishFields.Finish), (ref d, value) => d.Record.Finish = value,
                r => r.Finish)
            .AddOwn(
                TraceNames.Import, (ref json, ref d, name) => (d.Record.Import = MarkFields.ReadImport(ref json)) is not null,
                JsonKinds.Late(() => MarkFields.Import), r => r.Import, JsonRule.Repeatable)
            .AddOwn(
                TraceNames.Capture, (ref json, ref d, name) => (d.Record.Capture = MarkFields.ReadCapture(ref json)) is not null,
                JsonKinds.Late(() => MarkFields.Capture), r => r.Capture, JsonRule.Repeatable);

        bool ReadReplay(ref JsonRow json, ref RequestDraft draft, string name)
        {
            if (!json.IsObject(name)) return false;
            replay.Read(ref json, ref draft);
            return draft.HasReplay = true;
        }
    }

    private static JsonFields<RequestDraft, RequestRecord> Replay(bool readsDependencies) =>
        new JsonFields<RequestDraft, RequestRecord>("replay.", decodesUnknown: true)
            .Add(
                TraceNames.BlockSize, JsonKinds.Count, (ref d, value) => d.Record.TraceBlockSize = value!.Value, r => r.TraceBlockSize,
                JsonRule.Must)
            .Add(
                TraceNames.InputLength, JsonKinds.Count, (ref d, value) => d.Record.InputLength = value!.Value, r => r.InputLength,
                JsonRule.Must)
            .AddOwn(
                TraceNames.Hashes, ReadHashes, JsonKinds.Written<ulong[]>((json, hashes) => json.Array(hashes), Loose),
                r => r.InputSequenceHashes, JsonRule.Required)
            .Add(
                TraceNames.Dependencies, Dependencies, readsDependencies ? (ref d, value) => d.Record.Dependencies = value! : null,
                r => r.Dependencies.Count > 0 ? r.Dependencies : null);

    /// <summary>A number, where there is one that JSON has a form for (behaviour 07#A6).</summary>
    public static double? Finite(double? number) => number is { } real && double.IsFinite(real) ? number : null;

    private static bool ReadHashes(ref JsonRow json, ref RequestDraft draft, string name)
    {
        if (!json.IsArray(name)) return false;
        draft.ReadHashes(ref json, name);
        return true;
    }

    private static LooseValue Loose(ulong[] hashes) => LooseValue.Of([.. hashes.Select(hash => LooseValue.Of((ulong?)hash))]);

    private static class Whole
    {
        public static readonly JsonFields<RequestDraft, RequestRecord> Fields = RequestFields.Fields(readsDependencies: true);
    }

    private static class Edges
    {
        public static readonly JsonKind<IReadOnlyList<RecordedDependency>?> Kind =
            new JsonFields<DependencyDraft, RecordedDependency>("dependencies.", decodesUnknown: true)
                .Add(TraceNames.RequestId, JsonKinds.Text, (ref d, value) => d.RequestId = value, edge => edge.RequestId, JsonRule.Must)
                .Add(
                    TraceNames.Relation, DependencyKinds.Relation, (ref d, value) => d.Relation = value, edge => edge.Relation,
                    JsonRule.Must)
                .Add(TraceNames.Trigger, DependencyKinds.Trigger, (ref d, value) => d.Trigger = value, edge => edge.Trigger, JsonRule.Must)
                .Objects(() => default, d => new RecordedDependency(d.RequestId!, d.Relation!.Value, d.Trigger!.Value));
    }

    private struct DependencyDraft
    {
        public string? RequestId;
        public DependencyRelation? Relation;
        public DependencyTrigger? Trigger;
    }
}

/// <summary>
/// A request while it is decoded. What a finished request needs is checked only by <see cref="ToRecord"/>, because a tool record
/// may carry an incomplete one (behaviour 01#2.3).
/// </summary>
internal sealed class RequestDraft
{
    private ulong[] _hashes = [];   // reused from record to record
    private int _hashCount;

    public RequestRecord Record = new();
    public long? Received;
    public long? Output;
    public bool HasReplay;

    /// <summary>Starts a new request.</summary>
    public void Clear()
    {
        Record = new RequestRecord();
        (Received, Output, HasReplay) = (null, null, false);
    }

    public void ReadHashes(ref JsonRow json, string name) => _hashCount = json.UInt64Array(ref _hashes, name);

    /// <summary>The finished request. Its hashes are only lent to it: they last until the next request is read.</summary>
    public RequestRecord ToRecord()
    {
        if (!HasReplay) throw JsonRow.Missing("request." + TraceNames.Replay);
        Record.ReceivedUnixMs = Received ?? throw JsonRow.Missing("request." + TraceNames.RequestReceived);
        Record.OutputTokens = Output ?? throw JsonRow.Missing("request." + TraceNames.OutputTokens);
        Record.LendHashes(_hashes.AsMemory(0, _hashCount));
        return Record;
    }
}
