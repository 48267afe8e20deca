namespace AgentSim.Traces.Schema;

/// <summary>The names in a request trace (behaviour 07#A5 and 01#2.3). No other file spells those that only request traces have.</summary>
internal static class TraceNames
{
    /// <summary>What the field <see cref="Schema"/> holds.</summary>
    public const string Version = "dynamo.request.trace.v1";

    // A line, and a record in it.
    public const string Event = "event";
    public const string Schema = "schema";
    public const string EventType = "event_type";
    public const string EventTime = "event_time_unix_ms";
    public const string EventSource = "event_source";
    public const string AgentContext = "agent_context";
    public const string Request = "request";
    public const string Tool = "tool";

    // Types of events, and who tells of them.
    public const string RequestEnd = "request_end";
    public const string RequestPayload = "request_payload";
    public const string ToolStart = "tool_start";
    public const string ToolEnd = "tool_end";
    public const string ToolError = "tool_error";
    public const string Dynamo = "dynamo";
    public const string Harness = "harness";

    // agent_context
    public const string SessionId = "session_id";
    public const string ParentSessionId = "parent_session_id";
    public const string SessionFinal = "session_final";
    public const string KvHints = "kv_hints";
    public const string EvictSession = "evict_session";

    // request
    public const string RequestId = "request_id";
    public const string XRequestId = "x_request_id";
    public const string Model = "model";
    public const string InputTokens = "input_tokens";
    public const string OutputTokens = "output_tokens";   // of tools, too
    public const string CachedTokens = "cached_tokens";
    public const string RequestReceived = "request_received_ms";
    public const string PrefillWaitTime = "prefill_wait_time_ms";
    public const string PrefillTime = "prefill_time_ms";
    public const string Ttft = "ttft_ms";
    public const string TotalTime = "total_time_ms";
    public const string AverageItl = "avg_itl_ms";
    public const string KvHitRate = "kv_hit_rate";
    public const string KvTransferLatency = "kv_transfer_estimated_latency_ms";
    public const string QueueDepth = "queue_depth";
    public const string Worker = "worker";
    public const string Replay = "replay";
    public const string FinishMetadata = "finish_reason_metadata";
    public const string Import = "import";
    public const string Capture = "capture";

    // request.worker
    public const string PrefillWorker = "prefill_worker_id";
    public const string PrefillRank = "prefill_dp_rank";
    public const string DecodeWorker = "decode_worker_id";
    public const string DecodeRank = "decode_dp_rank";

    // request.replay
    public const string BlockSize = "trace_block_size";
    public const string InputLength = "input_length";
    public const string Hashes = "input_sequence_hashes";
    public const string Dependencies = "dependencies";
    public const string Relation = "relation";
    public const string Trigger = "trigger";

    // request.finish_reason_metadata
    public const string FinishReason = "finish_reason";
    public const string BackendFinishReason = "backend_finish_reason";
    public const string StopReason = "stop_reason";
    public const string ToolCalls = "tool_calls";
    public const string Choices = "choices";
    public const string ChoiceIndex = "choice_index";
    public const string ToolCallIndex = "tool_call_index";
    public const string CallId = "id";
    public const string CallName = "name";

    // request.import
    public const string ImportFormat = "format";
    public const string ImportTimes = "times";
    public const string ImportOutput = "output";
    public const string ImportPrefix = "prefix";

    // request.capture
    public const string CaptureApi = "api";
    public const string CaptureInput = "input";
    public const string CaptureOutput = "output";
    public const string CaptureSession = "session";
    public const string CacheCreationTokens = "cache_creation_tokens";
    public const string ReasoningTokens = "reasoning_tokens";
    public const string RefusedBefore = "refused_before";

    // request.capture.refused_before
    public const string RefusedCount = "count";
    public const string RefusedFirst = "first_received_ms";
    public const string RefusedStatus = "last_status";

    // tool
    public const string ToolCallId = "tool_call_id";
    public const string ToolClass = "tool_class";
    public const string StartedAt = "started_at_unix_ms";
    public const string EndedAt = "ended_at_unix_ms";
    public const string Status = "status";
    public const string Duration = "duration_ms";
    public const string OutputBytes = "output_bytes";
    public const string ToolNameHash = "tool_name_hash";
    public const string ErrorType = "error_type";
    public const string Causality = "claude";

    // tool.claude
    public const string SourceRequestId = "source_request_id";
    public const string ConsumerRequestId = "consumer_request_id";
    public const string ChildSessionId = "child_session_id";
    public const string ExecutionMode = "execution_mode";
}

/// <summary>
/// The same names as they stand before the values of a record that is written without spaces, as far as <see cref="PlainTraceParser"/>
/// reads it; before strings with their opening quote.
/// </summary>
internal static class PlainKeys
{
    public static ReadOnlySpan<byte> Event => ",\"event\":"u8;
    public static ReadOnlySpan<byte> SchemaEventType => "{\"schema\":\"dynamo.request.trace.v1\",\"event_type\":\""u8;
    public static ReadOnlySpan<byte> RequestEndEventTime => "request_end\",\"event_time_unix_ms\":"u8;
    public static ReadOnlySpan<byte> ToolEndEventTime => "tool_end\",\"event_time_unix_ms\":"u8;
    public static ReadOnlySpan<byte> ToolStartEventTime => "tool_start\",\"event_time_unix_ms\":"u8;
    public static ReadOnlySpan<byte> ToolErrorEventTime => "tool_error\",\"event_time_unix_ms\":"u8;
    public static ReadOnlySpan<byte> EventSource => ",\"event_source\":\""u8;
    public static ReadOnlySpan<byte> AgentContextSessionId => ",\"agent_context\":{\"session_id\":\""u8;
    public static ReadOnlySpan<byte> ParentSessionId => ",\"parent_session_id\":\""u8;
    public static ReadOnlySpan<byte> RequestRequestId => ",\"request\":{\"request_id\":\""u8;
    public static ReadOnlySpan<byte> XRequestId => ",\"x_request_id\":\""u8;
    public static ReadOnlySpan<byte> Model => ",\"model\":\""u8;
    public static ReadOnlySpan<byte> InputTokens => ",\"input_tokens\":"u8;
    public static ReadOnlySpan<byte> OutputTokens => ",\"output_tokens\":"u8;
    public static ReadOnlySpan<byte> CachedTokens => ",\"cached_tokens\":"u8;
    public static ReadOnlySpan<byte> RequestReceived => ",\"request_received_ms\":"u8;
    public static ReadOnlySpan<byte> PrefillWaitTime => ",\"prefill_wait_time_ms\":"u8;
    public static ReadOnlySpan<byte> PrefillTime => ",\"prefill_time_ms\":"u8;
    public static ReadOnlySpan<byte> Ttft => ",\"ttft_ms\":"u8;
    public static ReadOnlySpan<byte> TotalTime => ",\"total_time_ms\":"u8;
    public static ReadOnlySpan<byte> AverageItl => ",\"avg_itl_ms\":"u8;
    public static ReadOnlySpan<byte> KvHitRate => ",\"kv_hit_rate\":"u8;
    public static ReadOnlySpan<byte> QueueDepth => ",\"queue_depth\":"u8;
    public static ReadOnlySpan<byte> WorkerPrefillWorker => ",\"worker\":{\"prefill_worker_id\":"u8;
    public static ReadOnlySpan<byte> PrefillRank => ",\"prefill_dp_rank\":"u8;
    public static ReadOnlySpan<byte> DecodeWorker => ",\"decode_worker_id\":"u8;
    public static ReadOnlySpan<byte> DecodeRank => ",\"decode_dp_rank\":"u8;
    public static ReadOnlySpan<byte> ReplayBlockSize => ",\"replay\":{\"trace_block_size\":"u8;
    public static ReadOnlySpan<byte> InputLength => ",\"input_length\":"u8;
    public static ReadOnlySpan<byte> Hashes => ",\"input_sequence_hashes\":["u8;
    public static ReadOnlySpan<byte> ToolToolCallId => ",\"tool\":{\"tool_call_id\":\""u8;
    public static ReadOnlySpan<byte> ToolClass => ",\"tool_class\":\""u8;
    public static ReadOnlySpan<byte> StartedAt => ",\"started_at_unix_ms\":"u8;
    public static ReadOnlySpan<byte> EndedAt => ",\"ended_at_unix_ms\":"u8;
    public static ReadOnlySpan<byte> Status => ",\"status\":\""u8;
    public static ReadOnlySpan<byte> Duration => ",\"duration_ms\":"u8;
    public static ReadOnlySpan<byte> OutputBytes => ",\"output_bytes\":"u8;
    public static ReadOnlySpan<byte> ErrorType => ",\"error_type\":\""u8;
}
