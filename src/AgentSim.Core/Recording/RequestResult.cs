using System.Dynamic;
using System.Linq.Expressions;
using System.Text.Json.Serialization;

namespace AgentSim.Recording;

/// <summary>
/// The record of one request that has ended (behaviour 06#7). Times are simulated milliseconds; values that do not exist are null.
/// </summary>
public sealed class RequestResult : IDynamicMetaObjectProvider
{
    private readonly RequestOutcome _outcome;
    private readonly HandoffOutcome? _handoff;
    private readonly LiveFacts? _live;
    private readonly IRequestIdentities? _identities;
    private RequestIdentity? _identity;   // of these, once it is asked for: names are most of what a record would take

    internal RequestResult(
        int ordinal, in RequestOutcome outcome, HandoffOutcome? handoff, IRequestIdentities identities, LiveFacts? live = null)
        : this(ordinal, outcome, handoff, live) => _identities = identities;

    internal RequestResult(
        int ordinal, in RequestOutcome outcome, HandoffOutcome? handoff, RequestIdentity identity, LiveFacts? live = null)
        : this(ordinal, outcome, handoff, live) => _identity = identity;

    private RequestResult(int ordinal, in RequestOutcome outcome, HandoffOutcome? handoff, LiveFacts? live)
    {
        Ordinal = ordinal;
        (_outcome, _handoff, _live) = (outcome, handoff, live);
    }

    // One that was stored, by its properties; what they do not say is not recorded either.
    [JsonConstructor]
    internal RequestResult(
        int ordinal, string? sessionId, int? turnIndex, string? requestId, double arrivalTimeMs, double? firstAdmitMs,
            double terminalTimeMs,
        double? firstTokenMs, double? secondTokenMs, double? lastTokenMs, int inputLength, int requestedOutputLength, int outputLength,
        int reusedInputTokens, int? decodeWorkerIdx, int? prefillWorkerIdx, double? prefillAdmitMs, double? sourceHeldMs,
        double? destinationReservedMs, double? destinationActivatedMs, double? decodeAdmitMs, double? sourceReleasedMs,
        int? decodeReusedInputTokens, int? prefillRouteOverlapTokens, int? decodeRouteOverlapTokens, TerminalStatus terminalStatus,
        double? dispatchDelayMs = null, double? sentMs = null, int? statusCode = null, int? cachedTokens = null,
            string? finishReason = null,
        string? error = null)
    {
        if (dispatchDelayMs is not null)
        {
            _live = new LiveFacts
            {
                DispatchDelay = dispatchDelayMs.Value, Sent = sentMs ?? double.NaN, StatusCode = statusCode ?? 0,
                Cached = cachedTokens ?? -1, FinishReason = finishReason, Error = error,
            };
        }

        (Ordinal, _identity) = (ordinal, new RequestIdentity(sessionId, turnIndex, requestId));
        _outcome = new RequestOutcome
        {
            Arrival = arrivalTimeMs, FirstAdmit = firstAdmitMs ?? double.NaN, Terminal = terminalTimeMs, FirstToken = firstTokenMs
                ?? double.NaN,
            SecondToken = secondTokenMs ?? double.NaN, LastToken = lastTokenMs ?? double.NaN, InputLength = inputLength,
            RequestedOutput = requestedOutputLength, OutputLength = outputLength, ReusedInput = reusedInputTokens,
                Worker = decodeWorkerIdx ?? -1,
            Status = terminalStatus,
        };
        HandoffOutcome handoff = HandoffOutcome.Empty with
        {
            PrefillAdmit = prefillAdmitMs ?? double.NaN, SourceHeld = sourceHeldMs ?? double.NaN,
                DestinationReserved = destinationReservedMs ?? double.NaN,
            DestinationActivated = destinationActivatedMs ?? double.NaN, DecodeAdmit = decodeAdmitMs ?? double.NaN,
            SourceReleased = sourceReleasedMs ?? double.NaN, PrefillWorker = prefillWorkerIdx ?? -1,
                DecodeReused = decodeReusedInputTokens ?? -1,
            PrefillOverlapTokens = prefillRouteOverlapTokens ?? -1, DecodeOverlapTokens = decodeRouteOverlapTokens ?? -1,
        };
        _handoff = handoff;
    }

    /// <summary>Position of the request in load order, from 1.</summary>
    public int Ordinal { get; }

    /// <summary>Session of the request, where the runtime knows sessions.</summary>
    public string? SessionId => Identity.SessionId;

    /// <summary>0-based turn within the session; null together with <see cref="SessionId"/>.</summary>
    public int? TurnIndex => Identity.TurnIndex;

    /// <summary>Id of the trace row, for agentic workloads.</summary>
    public string? RequestId => Identity.RequestId;

    private RequestIdentity Identity => _identity ??= _identities![Ordinal];

    /// <summary>The ordinal as UUID text.</summary>
    public string Uuid => $"00000000-0000-0000-0000-{Ordinal:x12}";

    /// <summary>When the request became ready.</summary>
    public double ArrivalTimeMs => _outcome.Arrival;

    /// <summary>First admission into a running batch.</summary>
    public double? FirstAdmitMs => Known(_outcome.FirstAdmit);

    /// <summary>When the request ended.</summary>
    public double TerminalTimeMs => _outcome.Terminal;

    /// <summary>When the first token was out.</summary>
    public double? FirstTokenMs => HasTokens(1) ? Known(_outcome.FirstToken) : null;

    /// <summary>When the second token was out.</summary>
    public double? SecondTokenMs => HasTokens(2) ? Known(_outcome.SecondToken) : null;

    /// <summary>When the last token was out.</summary>
    public double? LastTokenMs => HasTokens(1) ? Known(_outcome.LastToken) : null;

    /// <summary>Arrival to first token.</summary>
    public double? TtftMs => HasTokens(1) ? Known(_outcome.Ttft) : null;

    /// <summary>First to second token.</summary>
    public double? TtstMs => HasTokens(2) ? Known(_outcome.Ttst) : null;

    /// <summary>Arrival to last token.</summary>
    public double? E2eLatencyMs => HasTokens(1) ? Known(_outcome.E2eLatency) : null;

    /// <summary>Mean gap between tokens.</summary>
    public double? ItlMs => HasTokens(2) ? Known(_outcome.Tpot) : null;

    /// <summary>Prompt tokens.</summary>
    public int InputLength => _outcome.InputLength;

    /// <summary>Output tokens asked for.</summary>
    public int RequestedOutputLength => _outcome.RequestedOutput;

    /// <summary>Output tokens produced.</summary>
    public int OutputLength => _outcome.OutputLength;

    /// <summary>Prompt tokens found in the prefix cache, maximum over all admissions; disaggregated, over those of the prefill
    /// worker.</summary>
    public int ReusedInputTokens => Count(_handoff?.PrefillReused) ?? _outcome.ReusedInput;

    /// <summary>Scheduler of the (decode) worker: worker * ranks + rank; null in the dedicated single-worker runtime.</summary>
    public int? DecodeWorkerIdx => _outcome.Worker >= 0 ? _outcome.Worker : null;

    /// <summary>Prefill worker, in disaggregated replays.</summary>
    public int? PrefillWorkerIdx => Count(_handoff?.PrefillWorker);

    /// <summary>First admission on the prefill worker, in disaggregated replays.</summary>
    public double? PrefillAdmitMs => Known(_handoff?.PrefillAdmit);

    /// <summary>When prefill had ended and its KV was kept for the transfer.</summary>
    public double? SourceHeldMs => Known(_handoff?.SourceHeld);

    /// <summary>When the decode worker had reserved room.</summary>
    public double? DestinationReservedMs => Known(_handoff?.DestinationReserved);

    /// <summary>When the transferred request could run on the decode worker.</summary>
    public double? DestinationActivatedMs => Known(_handoff?.DestinationActivated);

    /// <summary>First admission on the decode worker.</summary>
    public double? DecodeAdmitMs => Known(_handoff?.DecodeAdmit);

    /// <summary>When the prefill worker had freed its KV.</summary>
    public double? SourceReleasedMs => Known(_handoff?.SourceReleased);

    /// <summary>Tokens found in the decode worker's cache, maximum over its admissions.</summary>
    public int? DecodeReusedInputTokens => Count(_handoff?.DecodeReused);

    /// <summary>Prompt tokens the router knew to be cached on the prefill worker it chose.</summary>
    public int? PrefillRouteOverlapTokens => Count(_handoff?.PrefillOverlapTokens);

    /// <summary>The same for the decode worker; always 0.</summary>
    public int? DecodeRouteOverlapTokens => Count(_handoff?.DecodeOverlapTokens);

    /// <summary>How the request ended.</summary>
    public TerminalStatus TerminalStatus => _outcome.Status;

    /// <summary>Live replays: how long after its scheduled moment the client began to act on it.</summary>
    public double? DispatchDelayMs => Known(_live?.DispatchDelay);

    /// <summary>Live replays: when it began to go out; null where it never did.</summary>
    public double? SentMs => Known(_live?.Sent);

    /// <summary>Live replays: status of the answer; null where there was none.</summary>
    public int? StatusCode => _live is { StatusCode: > 0 } live ? live.StatusCode : null;

    /// <summary>Live replays: prompt tokens that the server says it had cached; null where it did not say.</summary>
    public int? CachedTokens => Count(_live?.Cached);

    /// <summary>Live replays: why the server ended the output, as <c>length</c>.</summary>
    public string? FinishReason => _live?.FinishReason;

    /// <summary>Live replays: what went wrong, as <c>connection_reset</c>; null where nothing did.</summary>
    public string? Error => _live?.Error;

    internal LiveFacts? Live => _live;

    private static double? Known(double? time) => time is double known && !double.IsNaN(known) ? known : null;

    private static int? Count(int? value) => value is int known && known >= 0 ? known : null;

    private bool HasTokens(int count) => _outcome.OutputLength >= count;

    DynamicMetaObject IDynamicMetaObjectProvider.GetMetaObject(Expression parameter) =>
        new StrictNames(parameter, this, typeof(RequestResult));
}
