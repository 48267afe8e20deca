using System.Text.Json;
using AgentSim.Traces;

namespace AgentSim.Timelines;

/// <summary>A record as the JSON line it could have been read from, as far as timelines show it.</summary>
internal static class RecordJson
{
    public static byte[] Of(TraceRecord record) => RecordValues.Object(json =>
    {
        json.WriteString("schema", "dynamo.request.trace.v1");
        json.WriteString("event_type", record.EventType.Length > 0 ? record.EventType : record is RequestRecord ? "request_end" : "tool_end");
        json.WriteNumber("event_time_unix_ms", record.EventUnixMs);
        if (record.SessionId is not null || record is ToolRecord)
        {
            json.WriteStartObject("agent_context");
            Write(json, "session_id", record.SessionId);
            Write(json, "parent_session_id", record.ParentSessionId);
            json.WriteEndObject();
        }

        if (record is RequestRecord request) Write(json, request);
        else if (record is ToolRecord tool) Write(json, tool);
    });

    private static void Write(Utf8JsonWriter json, RequestRecord request)
    {
        json.WriteStartObject("request");
        json.WriteString("request_id", request.RequestId);
        Write(json, "x_request_id", request.XRequestId);
        Write(json, "model", request.Model);
        WriteWhole(json, "input_tokens", request.InputTokens);
        json.WriteNumber("output_tokens", request.OutputTokens);
        WriteWhole(json, "cached_tokens", request.CachedTokens);
        json.WriteNumber("request_received_ms", request.ReceivedUnixMs);
        Write(json, "prefill_wait_time_ms", request.PrefillWaitTimeMs);
        Write(json, "prefill_time_ms", request.PrefillTimeMs);
        Write(json, "ttft_ms", request.TtftMs);
        Write(json, "total_time_ms", request.TotalTimeMs);
        Write(json, "avg_itl_ms", request.AverageItlMs);
        Write(json, "kv_hit_rate", request.KvHitRate);
        Write(json, "kv_transfer_estimated_latency_ms", request.KvTransferEstimatedLatencyMs);
        WriteWhole(json, "queue_depth", request.QueueDepth);
        if (request.Worker is { } worker)
        {
            json.WriteStartObject("worker");
            WriteWhole(json, "prefill_worker_id", worker.PrefillWorkerId);
            WriteWhole(json, "prefill_dp_rank", worker.PrefillDpRank);
            WriteWhole(json, "decode_worker_id", worker.DecodeWorkerId);
            WriteWhole(json, "decode_dp_rank", worker.DecodeDpRank);
            json.WriteEndObject();
        }

        if (request.Finish is { } finish) Write(json, finish);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, FinishReason finish)
    {
        json.WriteStartObject("finish_reason_metadata");
        Write(json, "finish_reason", finish.Reason);
        Write(json, "backend_finish_reason", finish.BackendReason);
        if (finish.StopReasonJson is { } stop)
        {
            json.WritePropertyName("stop_reason");
            json.WriteRawValue(stop);
        }

        if (finish.ToolCalls.Count > 0)
        {
            json.WriteStartArray("tool_calls");
            foreach (FinishToolCall call in finish.ToolCalls)
            {
                json.WriteStartObject();
                json.WriteNumber("choice_index", call.ChoiceIndex);
                json.WriteNumber("tool_call_index", call.ToolCallIndex);
                Write(json, "id", call.Id);
                Write(json, "name", call.Name);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ToolRecord tool)
    {
        json.WriteStartObject("tool");
        json.WriteString("tool_call_id", tool.ToolCallId);
        json.WriteString("tool_class", tool.ToolClass);
        WriteWhole(json, "started_at_unix_ms", tool.StartedUnixMs);
        WriteWhole(json, "ended_at_unix_ms", tool.EndedUnixMs);
        Write(json, "status", tool.Status);
        Write(json, "duration_ms", tool.DurationMs);
        WriteWhole(json, "output_tokens", tool.OutputTokens);
        WriteWhole(json, "output_bytes", tool.OutputBytes);
        Write(json, "error_type", tool.ErrorType);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null) json.WriteString(name, value);
    }

    private static void Write(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number)) json.WriteNumber(name, number);
    }

    private static void WriteWhole(Utf8JsonWriter json, string name, decimal? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
    }
}
