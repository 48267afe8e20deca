using System.Text.Json;
using AgentSim.Json;
using AgentSim.Rows;

namespace AgentSim.Traces;

/// <summary>
/// The <c>request</c> object of a record while it is decoded. What a finished request needs is checked only by
/// <see cref="ToRecord"/>, because a tool record may carry an incomplete one (behaviour 01#2.3).
/// </summary>
/// <param name="readsDependencies">Whether explicit edges are known; otherwise they are passed over like any unknown key.</param>
internal sealed class RequestFields(bool readsDependencies)
{
    private ulong[] _hashes = [];   // reused from record to record
    private int _hashCount;
    private RequestRecord _record = new();
    private long? _received;
    private long? _output;
    private bool _hasReplay;

    /// <summary>The hashes of the request read last; valid until the next is read.</summary>
    public ReadOnlySpan<ulong> Hashes => _hashes.AsSpan(0, _hashCount);

    /// <summary>Reads the object just opened.</summary>
    public void Read(ref JsonRow json)
    {
        uint seen = 0;
        string? id = null;
        _record = new RequestRecord();
        (_received, _output, _hasReplay) = (null, null, false);
        while (json.NextKey())
        {
            if (json.Is("request_id"u8)) id = json.RequiredText(ref seen, 0, "request.request_id");
            else if (json.Is("model"u8)) _record.Model = json.OptionalText(ref seen, 1, "request.model");
            else if (json.Is("x_request_id"u8)) _record.XRequestId = json.OptionalText(ref seen, 2, "request.x_request_id");
            else if (json.Is("input_tokens"u8)) _record.InputTokens = json.OptionalUInt64(ref seen, 3, "request.input_tokens");
            else if (json.Is("output_tokens"u8)) _output = json.OptionalCount(ref seen, 4, "request.output_tokens");
            else if (json.Is("cached_tokens"u8)) _record.CachedTokens = json.OptionalUInt64(ref seen, 5, "request.cached_tokens");
            else if (json.Is("queue_depth"u8)) _record.QueueDepth = json.OptionalUInt64(ref seen, 6, "request.queue_depth");
            else if (json.Is("request_received_ms"u8)) _received = json.OptionalSaturating(ref seen, 7, "request.request_received_ms");
            else if (json.Is("total_time_ms"u8)) _record.TotalTimeMs = json.OptionalNumber(ref seen, 8, "request.total_time_ms");
            else if (json.Is("replay"u8))
            {
                _hasReplay = json.BeginObject(ref seen, 9, "request.replay");
                if (_hasReplay) ReadReplay(ref json);
            }
            else if (json.Is("prefill_wait_time_ms"u8)) _record.PrefillWaitTimeMs = json.OptionalNumber(ref seen, 10, "request.prefill_wait_time_ms");
            else if (json.Is("prefill_time_ms"u8)) _record.PrefillTimeMs = json.OptionalNumber(ref seen, 11, "request.prefill_time_ms");
            else if (json.Is("ttft_ms"u8)) _record.TtftMs = json.OptionalNumber(ref seen, 12, "request.ttft_ms");
            else if (json.Is("avg_itl_ms"u8)) _record.AverageItlMs = json.OptionalNumber(ref seen, 13, "request.avg_itl_ms");
            else if (json.Is("kv_hit_rate"u8)) _record.KvHitRate = json.OptionalNumber(ref seen, 14, "request.kv_hit_rate");
            else if (json.Is("kv_transfer_estimated_latency_ms"u8))
                _record.KvTransferEstimatedLatencyMs = json.OptionalNumber(ref seen, 15, "request.kv_transfer_estimated_latency_ms");
            else if (json.Is("worker"u8))
            {
                if (json.BeginObject(ref seen, 16, "request.worker")) _record.Worker = FinishFields.ReadWorker(ref json);
            }
            else if (json.Is("finish_reason_metadata"u8))
            {
                if (json.BeginObject(ref seen, 17, "request.finish_reason_metadata")) _record.Finish = FinishFields.Read(ref json);
            }
            else if (json.Is("import"u8)) _record.Import = FinishFields.ReadImport(ref json);
            else json.SkipDecoded();
        }

        _record.RequestId = id ?? throw JsonRow.Missing("request.request_id");
    }

    /// <summary>The finished request, without its hashes.</summary>
    public RequestRecord ToRecord()
    {
        if (!_hasReplay) throw JsonRow.Missing("request.replay");
        _record.ReceivedUnixMs = _received ?? throw JsonRow.Missing("request.request_received_ms");
        _record.OutputTokens = _output ?? throw JsonRow.Missing("request.output_tokens");
        return _record;
    }

    private void ReadReplay(ref JsonRow json)
    {
        uint seen = 0;
        long? blockSize = null, inputLength = null;
        bool hasHashes = false;
        while (json.NextKey())
        {
            if (json.Is("trace_block_size"u8)) blockSize = json.RequiredCount(ref seen, 0, "replay.trace_block_size");
            else if (json.Is("input_length"u8)) inputLength = json.RequiredCount(ref seen, 1, "replay.input_length");
            else if (json.Is("input_sequence_hashes"u8))
            {
                hasHashes = json.BeginArray(ref seen, 2, "replay.input_sequence_hashes");
                if (hasHashes) _hashCount = json.UInt64Array(ref _hashes, "replay.input_sequence_hashes");
            }
            else if (readsDependencies && json.Is("dependencies"u8))
            {
                if (json.BeginArray(ref seen, 3, "replay.dependencies")) _record.Dependencies = ReadDependencies(ref json);
            }
            else json.SkipDecoded();
        }

        _record.TraceBlockSize = blockSize ?? throw JsonRow.Missing("replay.trace_block_size");
        _record.InputLength = inputLength ?? throw JsonRow.Missing("replay.input_length");
        if (!hasHashes) throw JsonRow.Missing("replay.input_sequence_hashes");
    }

    private static List<RecordedDependency> ReadDependencies(ref JsonRow json)
    {
        var dependencies = new List<RecordedDependency>();
        while (json.NextItem())
        {
            if (json.TokenType != JsonTokenType.StartObject) throw json.Wrong("replay.dependencies", "an array of objects");
            uint seen = 0;
            string? id = null;
            DependencyRelation? relation = null;
            DependencyTrigger? trigger = null;
            while (json.NextKey())
            {
                if (json.Is("request_id"u8)) id = json.RequiredText(ref seen, 0, "dependencies.request_id");
                else if (json.Is("relation"u8)) relation = DependencyNames.Relation(ref json, ref seen, 1, "dependencies.relation");
                else if (json.Is("trigger"u8)) trigger = DependencyNames.Trigger(ref json, ref seen, 2, "dependencies.trigger");
                else json.SkipDecoded();
            }

            dependencies.Add(new RecordedDependency(
                id ?? throw JsonRow.Missing("dependencies.request_id"),
                relation ?? throw JsonRow.Missing("dependencies.relation"),
                trigger ?? throw JsonRow.Missing("dependencies.trigger")));
        }

        return dependencies;
    }
}
