using System.Text;
using AgentSim.Json;

namespace AgentSim.Traces;

/// <summary>Writes records as JSON in the form and order of captured ones (behaviour 07#A5), without an envelope.</summary>
internal sealed class TraceRecordWriter
{
    private const int TypicalLength = 1024;

    private readonly JsonLineWriter _json;

    /// <param name="stream">Takes the JSON.</param>
    /// <param name="bufferSize">Bytes held before they are passed on.</param>
    public TraceRecordWriter(Stream stream, int bufferSize = 1 << 16) => _json = new JsonLineWriter(stream, bufferSize);

    /// <summary>A single record as JSON; for many, one writer is to be kept.</summary>
    public static byte[] ToBytes(TraceRecord record)
    {
        using var bytes = new MemoryStream(TypicalLength);
        new TraceRecordWriter(bytes, TypicalLength).Write(record);
        return bytes.ToArray();
    }

    /// <summary>A text as the JSON that <see cref="FinishReason.StopReasonJson"/> holds.</summary>
    public static string JsonOf(string text)
    {
        using var bytes = new MemoryStream();
        var json = new JsonLineWriter(bytes, TypicalLength);
        json.Text(text);
        json.Flush();
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    /// <summary>Writes a record and passes it on to the stream, without a line end.</summary>
    public void Write(TraceRecord record)
    {
        _json.Raw("{\"schema\":\"dynamo.request.trace.v1\",\"event_type\":"u8);
        _json.Text(record.EventType);
        _json.Raw(",\"event_time_unix_ms\":"u8);
        _json.Number((ulong)record.EventUnixMs);   // times of the schema have no sign
        if (record.SessionId is { } session)
        {
            _json.Raw(",\"event_source\":"u8);
            _json.Text(record.EventSource);
            _json.Raw(",\"agent_context\":{\"session_id\":"u8);
            _json.Text(session);
            Text(",\"parent_session_id\":"u8, record.ParentSessionId);
            if (record.SessionFinal is { } isFinal)
                _json.Raw(isFinal ? ",\"session_final\":true,\"kv_hints\":{\"evict_session\":true}"u8 : ",\"session_final\":false"u8);
            _json.Raw("}"u8);
        }

        if (record is RequestRecord request) Write(request);
        else Write((ToolRecord)record);
        _json.Raw("}"u8);
        _json.Flush();
    }

    private void Write(RequestRecord request)
    {
        _json.Raw(",\"request\":{\"request_id\":"u8);
        _json.Text(request.RequestId);
        Text(",\"x_request_id\":"u8, request.XRequestId);
        Text(",\"model\":"u8, request.Model);
        Whole(",\"input_tokens\":"u8, request.InputTokens);
        _json.Raw(",\"output_tokens\":"u8);
        _json.Number(request.OutputTokens);
        Whole(",\"cached_tokens\":"u8, request.CachedTokens);
        _json.Raw(",\"request_received_ms\":"u8);
        _json.Number(request.ReceivedUnixMs);
        Number(",\"prefill_wait_time_ms\":"u8, request.PrefillWaitTimeMs);
        Number(",\"prefill_time_ms\":"u8, request.PrefillTimeMs);
        Number(",\"ttft_ms\":"u8, request.TtftMs);
        Number(",\"total_time_ms\":"u8, request.TotalTimeMs);
        Number(",\"avg_itl_ms\":"u8, request.AverageItlMs);
        Number(",\"kv_hit_rate\":"u8, request.KvHitRate);
        Number(",\"kv_transfer_estimated_latency_ms\":"u8, request.KvTransferEstimatedLatencyMs);
        Whole(",\"queue_depth\":"u8, request.QueueDepth);
        if (request.Worker is { } worker) Write(worker);
        _json.Raw(",\"replay\":{\"trace_block_size\":"u8);
        _json.Number(request.TraceBlockSize);
        _json.Raw(",\"input_length\":"u8);
        _json.Number(request.InputLength);
        _json.Raw(",\"input_sequence_hashes\":"u8);
        _json.Array(request.InputSequenceHashes);
        if (request.Dependencies.Count > 0) Write(request.Dependencies);
        _json.Raw("}"u8);
        if (request.Finish is { } finish) Write(finish);
        if (request.Import is { } import) Write(import);
        _json.Raw("}"u8);
    }

    private void Write(WorkerPlacement worker)
    {
        _json.Raw(",\"worker\":"u8);
        bool isFirst = true;
        Field("prefill_worker_id"u8, worker.PrefillWorkerId);
        Field("prefill_dp_rank"u8, worker.PrefillDpRank);
        Field("decode_worker_id"u8, worker.DecodeWorkerId);
        Field("decode_dp_rank"u8, worker.DecodeDpRank);
        _json.Raw(isFirst ? "{}"u8 : "}"u8);

        void Field(ReadOnlySpan<byte> name, ulong? value)
        {
            if (value is not { } number) return;
            _json.Raw(isFirst ? "{\""u8 : ",\""u8);
            _json.Raw(name);
            _json.Raw("\":"u8);
            _json.Number(number);
            isFirst = false;
        }
    }

    private void Write(IReadOnlyList<RecordedDependency> dependencies)
    {
        for (int i = 0; i < dependencies.Count; i++)
        {
            _json.Raw(i == 0 ? ",\"dependencies\":[{\"request_id\":"u8 : ",{\"request_id\":"u8);
            _json.Text(dependencies[i].RequestId);
            _json.Raw(",\"relation\":"u8);
            _json.Raw("\""u8);
            _json.Raw(Rows.DependencyNames.Of(dependencies[i].Relation));
            _json.Raw("\",\"trigger\":\""u8);
            _json.Raw(Rows.DependencyNames.Of(dependencies[i].Trigger));
            _json.Raw("\"}"u8);
        }

        _json.Raw("]"u8);
    }

    private void Write(FinishReason finish)
    {
        _json.Raw(",\"finish_reason_metadata\":"u8);
        bool isFirst = true;
        Field("finish_reason"u8, finish.Reason);
        Field("backend_finish_reason"u8, finish.BackendReason);
        if (finish.StopReasonJson is { } stop)
        {
            _json.Raw(isFirst ? "{\"stop_reason\":"u8 : ",\"stop_reason\":"u8);
            _json.Raw(Encoding.UTF8.GetBytes(stop));
            isFirst = false;
        }

        if (finish.ToolCalls.Count > 0)
        {
            _json.Raw(isFirst ? "{\"tool_calls\":["u8 : ",\"tool_calls\":["u8);
            isFirst = false;
            for (int i = 0; i < finish.ToolCalls.Count; i++)
            {
                FinishToolCall call = finish.ToolCalls[i];
                _json.Raw(i == 0 ? "{\"choice_index\":"u8 : ",{\"choice_index\":"u8);
                _json.Number((long)call.ChoiceIndex);
                _json.Raw(",\"tool_call_index\":"u8);
                _json.Number((long)call.ToolCallIndex);
                Text(",\"id\":"u8, call.Id);
                Text(",\"name\":"u8, call.Name);
                _json.Raw("}"u8);
            }

            _json.Raw("]"u8);
        }

        for (int i = 0; i < finish.Choices.Count; i++)
        {
            FinishChoice choice = finish.Choices[i];
            _json.Raw(i > 0 ? ",{\"choice_index\":"u8 : isFirst ? "{\"choices\":[{\"choice_index\":"u8 : ",\"choices\":[{\"choice_index\":"u8);
            _json.Number((long)choice.ChoiceIndex);
            Text(",\"finish_reason\":"u8, choice.Reason);
            Text(",\"backend_finish_reason\":"u8, choice.BackendReason);
            if (choice.StopReasonJson is { } reason)
            {
                _json.Raw(",\"stop_reason\":"u8);
                _json.Raw(Encoding.UTF8.GetBytes(reason));
            }

            _json.Raw(i + 1 < finish.Choices.Count ? "}"u8 : "}]"u8);
            isFirst = false;
        }

        _json.Raw(isFirst ? "{}"u8 : "}"u8);

        void Field(ReadOnlySpan<byte> name, string? value)
        {
            if (value is null) return;
            _json.Raw(isFirst ? "{\""u8 : ",\""u8);
            _json.Raw(name);
            _json.Raw("\":"u8);
            _json.Text(value);
            isFirst = false;
        }
    }

    private void Write(ImportOrigin import)
    {
        _json.Raw(",\"import\":{\"format\":"u8);
        _json.Text(import.Format ?? "");
        Text(",\"times\":"u8, import.Times);
        Text(",\"output\":"u8, import.Output);
        Text(",\"prefix\":"u8, import.Prefix);
        _json.Raw("}"u8);
    }

    private void Write(ToolRecord tool)
    {
        _json.Raw(",\"tool\":{\"tool_call_id\":"u8);
        _json.Text(tool.ToolCallId);
        _json.Raw(",\"tool_class\":"u8);
        _json.Text(tool.ToolClass);
        Whole(",\"started_at_unix_ms\":"u8, (ulong?)tool.StartedUnixMs);
        Whole(",\"ended_at_unix_ms\":"u8, (ulong?)tool.EndedUnixMs);
        Text(",\"status\":"u8, tool.Status);
        Number(",\"duration_ms\":"u8, tool.DurationMs);
        Whole(",\"output_tokens\":"u8, tool.OutputTokens);
        Whole(",\"output_bytes\":"u8, tool.OutputBytes);
        Text(",\"tool_name_hash\":"u8, tool.ToolNameHash);
        Text(",\"error_type\":"u8, tool.ErrorType);
        if (tool.Causality is { } causality)
        {
            _json.Raw(",\"claude\":{\"source_request_id\":"u8);
            _json.Text(causality.SourceRequestId);
            Text(",\"consumer_request_id\":"u8, causality.ConsumerRequestId);
            Text(",\"child_session_id\":"u8, causality.ChildSessionId);
            Text(",\"execution_mode\":"u8, causality.ExecutionMode);
            _json.Raw("}"u8);
        }

        _json.Raw("}"u8);
    }

    private void Text(ReadOnlySpan<byte> name, string? value)
    {
        if (value is null) return;
        _json.Raw(name);
        _json.Text(value);
    }

    private void Whole(ReadOnlySpan<byte> name, ulong? value)
    {
        if (value is not { } number) return;
        _json.Raw(name);
        _json.Number(number);
    }

    private void Number(ReadOnlySpan<byte> name, double? value)
    {
        if (value is not { } number) return;
        _json.Raw(name);
        _json.Number(number);
    }
}
