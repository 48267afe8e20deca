using AgentSim.Collections;
using AgentSim.Rows;

namespace AgentSim.Traces;

/// <summary>
/// A finished request (<c>request_end</c>). Times are milliseconds, lengths are tokens. Only the session, the id, the
/// times, the output length and the prompt decide a replay; everything else is informative (behaviour 01#2.3).
/// </summary>
public sealed class RequestRecord : TraceRecord
{
    private ulong[]? _hashes = [];
    private ReadOnlyMemory<ulong> _lent;   // in place of the former: of the reader's buffer

    /// <summary>Id of the request, unique within a trace.</summary>
    public string RequestId { get; set; } = "";

    /// <summary>The client's own id. Informative.</summary>
    public string? XRequestId { get; set; }

    /// <summary>Model that was asked. Informative, but agentic rows of version 2 must have one.</summary>
    public string? Model { get; set; }

    /// <summary>When the request was received, milliseconds since 1970: its start.</summary>
    public long ReceivedUnixMs { get; set; }

    /// <summary>Duration of the request; null when not recorded.</summary>
    public double? TotalTimeMs { get; set; }

    /// <summary>Output tokens.</summary>
    public long OutputTokens { get; set; }

    /// <summary>Tokens for which one entry of <see cref="InputSequenceHashes"/> stands.</summary>
    public long TraceBlockSize { get; set; }

    /// <summary>Prompt tokens.</summary>
    public long InputLength { get; set; }

    /// <summary>One hash per block of the prompt, a partial last block included; equal hashes mean equal prompt prefixes.</summary>
    public ulong[] InputSequenceHashes
    {
        get => _hashes ??= _lent.ToArray();
        set => _hashes = value;
    }

    /// <summary>Explicit edges to other requests; they count only for agentic rows of version 2 (behaviour 01#12.4).</summary>
    public IReadOnlyList<RecordedDependency> Dependencies { get; set => field = value ?? []; } = [];

    /// <summary>Prompt tokens as the server counted them. Informative.</summary>
    public ulong? InputTokens { get; set; }

    /// <summary>Prompt tokens found in a cache. Informative.</summary>
    public ulong? CachedTokens { get; set; }

    /// <summary>Requests that were waiting. Informative.</summary>
    public ulong? QueueDepth { get; set; }

    /// <summary>Wait before the prefill. Informative.</summary>
    public double? PrefillWaitTimeMs { get; set; }

    /// <summary>Duration of the prefill. Informative.</summary>
    public double? PrefillTimeMs { get; set; }

    /// <summary>Time to the first token. Informative.</summary>
    public double? TtftMs { get; set; }

    /// <summary>Mean gap between tokens. Informative.</summary>
    public double? AverageItlMs { get; set; }

    /// <summary>Share of the prompt found in the KV cache, as recorded. Informative.</summary>
    public double? KvHitRate { get; set; }

    /// <summary>Estimated KV transfer latency. Informative.</summary>
    public double? KvTransferEstimatedLatencyMs { get; set; }

    /// <summary>Workers that served the request. Informative.</summary>
    public WorkerPlacement? Worker { get; set; }

    /// <summary>How the output ended. Informative.</summary>
    public FinishReason? Finish { get; set; }

    /// <summary>For a request imported from another kind of recording: what its values are made of. Informative.</summary>
    public ImportOrigin? Import { get; set; }

    /// <summary>For a request that the recording proxy captured: what it knows of its values. Informative.</summary>
    public CaptureMarks? Capture { get; set; }

    /// <summary>True if the output ended with the reason <c>error</c>.</summary>
    public override bool IsError => Finish?.Reason == "error";

    /// <summary>Start of the request, milliseconds since 1970.</summary>
    public override long StartUnixMs => Math.Max(ReceivedUnixMs, 0);

    private protected override int Content => ContentHash.Of(this);

    /// <summary>
    /// End of the request, milliseconds since 1970: the start plus the rounded total time, or the time of the event
    /// when no total time was recorded; never before the start (behaviour 01#2.5).
    /// </summary>
    public override long EndUnixMs => TotalTimeMs is { } total
        ? Milliseconds.Add(StartUnixMs, Milliseconds.Round(total))
        : Math.Max(StartUnixMs, EventUnixMs);

    /// <summary>The hashes as they lie in memory.</summary>
    internal ReadOnlySpan<ulong> Hashes => _hashes ?? _lent.Span;

    /// <summary>Gives the record hashes that are overwritten when the reader goes on; whoever keeps it calls <see
    /// cref="KeepHashes"/>.</summary>
    internal void LendHashes(ReadOnlyMemory<ulong> hashes) => (_hashes, _lent) = (null, hashes);

    /// <summary>Makes the hashes the record's own.</summary>
    internal void KeepHashes() => (_hashes, _lent) = (InputSequenceHashes, default);

    /// <summary>Checks that the hashes cover the prompt exactly (behaviour 01#2.4).</summary>
    /// <exception cref="AgentSimException">They do not, or a length is out of range.</exception>
    internal void Check()
    {
        if (TraceBlockSize <= 0)
            throw Error(Errors.TraceBlockSizeInvalid,
                $"request {Quote.Of(RequestId)}: replay.trace_block_size is {TraceBlockSize}; it must be at least 1");
        if (TraceBlockSize > int.MaxValue)
            throw Error(Errors.TraceBlockSizeInvalid,
                $"request {Quote.Of(RequestId)}: replay.trace_block_size is {TraceBlockSize}; the largest supported is {int.MaxValue}");
        if (InputLength < 0 || OutputTokens < 0)
            throw Error(Errors.TraceLengthInvalid,
                $"request {Quote.Of(RequestId)}: input length {InputLength} and output tokens {OutputTokens} must not be negative");
        long needed = InputLength / TraceBlockSize + (InputLength % TraceBlockSize == 0 ? 0 : 1);
        if (Hashes.Length != needed)
        {
            throw Error(Errors.TraceHashCount,
                $"request {Quote.Of(RequestId)}: {Hashes.Length} input_sequence_hashes, but input_length {InputLength} "
                + $"with trace_block_size {TraceBlockSize} needs {needed}");
        }
    }
}

/// <summary>Workers that served a request. Informative.</summary>
/// <param name="PrefillWorkerId">Prefill worker.</param>
/// <param name="PrefillDpRank">Its data-parallel rank.</param>
/// <param name="DecodeWorkerId">Decode worker.</param>
/// <param name="DecodeDpRank">Its data-parallel rank.</param>
public sealed record WorkerPlacement(ulong? PrefillWorkerId, uint? PrefillDpRank, ulong? DecodeWorkerId, uint? DecodeDpRank);

/// <summary>How the output of a request ended. Informative.</summary>
/// <param name="Reason">Finish reason as sent to the client.</param>
/// <param name="BackendReason">Finish reason of the engine.</param>
/// <param name="StopReasonJson">Stop reason as JSON text; it may be of any type.</param>
/// <param name="ToolCalls">Tool calls in the output.</param>
public sealed record FinishReason(string? Reason, string? BackendReason, string? StopReasonJson, IReadOnlyList<FinishToolCall> ToolCalls)
{
    /// <summary>How each choice of the output ended; written, not read.</summary>
    internal IReadOnlyList<FinishChoice> Choices { get; init; } = [];
}

/// <summary>How a choice of an output ended.</summary>
/// <param name="ChoiceIndex">The choice.</param>
/// <param name="Reason">Finish reason as sent to the client.</param>
/// <param name="BackendReason">Finish reason of the engine.</param>
/// <param name="StopReasonJson">Stop reason as JSON text.</param>
internal sealed record FinishChoice(uint ChoiceIndex, string? Reason, string? BackendReason, string? StopReasonJson);

/// <summary>A tool call in the output of a request. Informative.</summary>
/// <param name="ChoiceIndex">Choice it belongs to.</param>
/// <param name="ToolCallIndex">Position within the choice.</param>
/// <param name="Id">Id of the call.</param>
/// <param name="Name">Name of the tool.</param>
public sealed record FinishToolCall(uint ChoiceIndex, uint ToolCallIndex, string? Id, string? Name);

/// <summary>What the values of an imported request are made of. Informative.</summary>
/// <param name="Format">The kind of recording, e.g. <c>claude-code</c>.</param>
/// <param name="Times">Start and end: <c>recorded</c>, <c>derived</c> from the times of rows, or <c>estimated</c>.</param>
/// <param name="Output">The output length: <c>reported</c> or <c>estimated</c>.</param>
/// <param name="Prefix">
/// What the prompt shares: <c>recorded</c>, by the <c>chain</c> of messages, a <c>pool</c> (a fixed beginning), by the
/// provider's <c>usage</c>, or <c>none</c>.
/// </param>
public sealed record ImportOrigin(string? Format, string? Times, string? Output, string? Prefix);

/// <summary>An explicit edge of a request (behaviour 01#12.4).</summary>
/// <param name="RequestId">The request it depends on.</param>
/// <param name="Relation">Why.</param>
/// <param name="Trigger">What has to happen to that request; <see cref="DependencyTrigger.Dispatch"/> only with <see
/// cref="DependencyRelation.Spawn"/>.</param>
public sealed record RecordedDependency(string RequestId, DependencyRelation Relation, DependencyTrigger Trigger);
