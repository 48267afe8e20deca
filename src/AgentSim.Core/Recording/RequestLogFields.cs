using System.Globalization;
using System.Text.Json;
using AgentSim.Json;

namespace AgentSim.Recording;

/// <summary>The fields of a request record (behaviour 06#7); without a value they are null, those only of split replays, too.</summary>
internal static class RequestLogFields
{
    // Where a value goes.
    private delegate ref T Place<T>(RequestLogDraft draft);

    private static readonly JsonKind<double?> Real = JsonKinds.Number with { Write = (json, value) => json.Number(value!.Value) };

    private static readonly JsonKind<string?> Text = JsonKinds.Text with { Write = (json, text) =>
        json.Escaped(JsonLineWriter.Encoder.Encode(text!)) };

    private static readonly JsonKind<IReadOnlyList<ulong>?> HashIds = JsonKinds.List(
        (ref json, name) => json.UInt64(name), (json, value) => json.Number(value), value => LooseValue.Of((ulong?)value));

    private static readonly JsonKind<TerminalStatus?> Status = JsonKinds.Word(
        ("completed", TerminalStatus.Completed), ("rejected", TerminalStatus.Rejected), ("canceled", TerminalStatus.Canceled),
        ("failed", TerminalStatus.Failed));

    /// <summary>The fields, in the order in which they are written.</summary>
    public static readonly JsonFields<RequestLogDraft, RequestResult> All =
        new JsonFields<RequestLogDraft, RequestResult>(decodesUnknown: true)
            .Add("session_id", Text, (ref d, value) => d.Session = value, request => request.SessionId, writesNull: true)
            .Add("turn_index", JsonKinds.Int32, (ref d, value) => d.Turn = value, request => request.TurnIndex, writesNull: true)
            .Add("uuid", Text, (ref d, value) => d.Uuid = value, request => request.Uuid, writesNull: true)
            .AddTime("arrival_time_ms", d => ref d.Outcome.Arrival, request => request.ArrivalTimeMs, JsonRule.NotNull)
            .AddTime("first_admit_ms", d => ref d.Outcome.FirstAdmit, request => request.FirstAdmitMs)
            .AddTime("terminal_time_ms", d => ref d.Outcome.Terminal, request => request.TerminalTimeMs, JsonRule.NotNull)
            .AddTime("first_token_ms", d => ref d.Outcome.FirstToken, request => request.FirstTokenMs)
            .AddTime("last_token_ms", d => ref d.Outcome.LastToken, request => request.LastTokenMs)
            .Add("ttft_ms", Real, null, request => request.TtftMs, writesNull: true)
            .AddTime("ttst_ms", d => ref d.Outcome.SecondToken, request => request.TtstMs)   // made a time by ToResult
            .Add("e2e_latency_ms", Real, null, request => request.E2eLatencyMs, writesNull: true)
            .Add("itl_ms", Real, null, request => request.ItlMs, writesNull: true)
            .AddCount("input_length", d => ref d.Outcome.InputLength, request => request.InputLength)
            .AddCount("requested_output_length", d => ref d.Outcome.RequestedOutput, request => request.RequestedOutputLength)
            .AddCount("output_length", d => ref d.Outcome.OutputLength, request => request.OutputLength)
            .AddCount("reused_input_tokens", d => ref d.Outcome.ReusedInput, request => request.ReusedInputTokens)
            .AddCount("prefill_worker_idx", d => ref d.Handoff.PrefillWorker, request => request.PrefillWorkerIdx)
            .AddCount("decode_worker_idx", d => ref d.Outcome.Worker, request => request.DecodeWorkerIdx)
            .AddAll(AddHandoff)
            .Add(
                "terminal_status", Status, (ref d, value) => d.Outcome.Status = value!.Value, request => request.TerminalStatus,
                JsonRule.NotNull)
            .Add("request_id", Text, (ref d, value) => d.RequestId = value, request => request.RequestId)
            .AddAll(AddLive);

    // Only records of live replays have them.
    private static void AddLive(JsonFields<RequestLogDraft, RequestResult> fields) => fields
        .Add("dispatch_delay_ms", Real, (ref d, value) => d.Live = (d.Live ?? new()) with { DispatchDelay = value!.Value },
            request => request.DispatchDelayMs)
        .Add("sent_ms", Real, (ref d, value) => d.Live = (d.Live ?? new()) with { Sent = value!.Value }, request => request.SentMs)
        .Add("status_code", JsonKinds.Int32, (ref d, value) => d.Live = (d.Live ?? new()) with { StatusCode = value!.Value },
            request => request.StatusCode)
        .Add("cached_tokens", JsonKinds.Int32, (ref d, value) => d.Live = (d.Live ?? new()) with { Cached = value!.Value },
            request => request.CachedTokens)
        .Add("finish_reason", Text, (ref d, value) => d.Live = (d.Live ?? new()) with { FinishReason = value },
            request => request.FinishReason)
        .Add("error", Text, (ref d, value) => d.Live = (d.Live ?? new()) with { Error = value }, request => request.Error)
        .Add("trace_block_size", JsonKinds.Int32, (ref d, value) => d.Live = (d.Live ?? new()) with { TraceBlockSize = value!.Value },
            request => request.Live is { TraceBlockSize: > 0 and int size } ? size : null)
        .Add("hash_ids", HashIds, (ref d, value) => d.Live = (d.Live ?? new()) with { HashIds = () => value! },
            request => request.Live?.HashIds?.Invoke())
        .Add("live", JsonKinds.Any, (ref d, value) => d.Live = (d.Live ?? new()) with { Head = value }, request => request.Live?.Head);

    private static void AddHandoff(JsonFields<RequestLogDraft, RequestResult> fields) => fields
        .AddTime("prefill_admit_ms", d => ref d.Handoff.PrefillAdmit, request => request.PrefillAdmitMs)
        .AddTime("source_held_ms", d => ref d.Handoff.SourceHeld, request => request.SourceHeldMs)
        .AddTime("destination_reserved_ms", d => ref d.Handoff.DestinationReserved, request => request.DestinationReservedMs)
        .AddTime("destination_activated_ms", d => ref d.Handoff.DestinationActivated, request => request.DestinationActivatedMs)
        .AddTime("decode_admit_ms", d => ref d.Handoff.DecodeAdmit, request => request.DecodeAdmitMs)
        .AddTime("source_released_ms", d => ref d.Handoff.SourceReleased, request => request.SourceReleasedMs)
        .AddCount("decode_reused_input_tokens", d => ref d.Handoff.DecodeReused, request => request.DecodeReusedInputTokens)
        .AddCount("prefill_route_overlap_tokens", d => ref d.Handoff.PrefillOverlapTokens, request => request.PrefillRouteOverlapTokens)
        .AddCount("decode_route_overlap_tokens", d => ref d.Handoff.DecodeOverlapTokens, request => request.DecodeRouteOverlapTokens);

    private static JsonFields<RequestLogDraft, RequestResult> AddTime(
        this JsonFields<RequestLogDraft, RequestResult> fields, string name, Place<double> place, Func<RequestResult, double?> get,
        JsonRule rule = JsonRule.Optional) =>
        fields.AddOwn(name, (ref json, ref d, shown) => d.ReadTime(ref json, ref place(d), shown), Real, get, rule, writesNull: true);

    private static JsonFields<RequestLogDraft, RequestResult> AddCount(
        this JsonFields<RequestLogDraft, RequestResult> fields, string name, Place<int> place, Func<RequestResult, int?> get) =>
        fields.AddOwn(name, (ref json, ref d, shown) => ReadCount(ref json, ref place(d), shown), JsonKinds.Int32, get, writesNull: true);

    private static bool ReadCount(ref JsonRow json, ref int place, string name)
    {
        if (json.TokenType == JsonTokenType.Null) return false;
        int value = json.Int32(name);
        place = value >= 0 ? value : throw new JsonException($"{Quote.Of(name)} is {value}; it must not be negative");
        return true;
    }
}

/// <summary>A request record while it is decoded.</summary>
/// <param name="timeProblem">What is wrong with a time in milliseconds, if anything; null: any number will do.</param>
internal sealed class RequestLogDraft(Func<double, string?>? timeProblem)
{
    private const string OrdinalUuid = "00000000-0000-0000-0000-";

    public RequestOutcome Outcome = RequestOutcome.Empty;
    public HandoffOutcome Handoff = HandoffOutcome.Empty;
    public string? Session;
    public string? Uuid;
    public string? RequestId;
    public int? Turn;
    public LiveFacts? Live;

    /// <summary>Reads a time; false for null.</summary>
    public bool ReadTime(ref JsonRow json, ref double place, string name)
    {
        if (json.TokenType == JsonTokenType.Null) return false;
        place = json.Number(name);
        if (timeProblem?.Invoke(place) is { } problem)
            throw new JsonException($"{Quote.Of(name)} is {place.ToString(CultureInfo.InvariantCulture)}; {problem}");
        return true;
    }

    /// <summary>The request, with its ordinal or else its position.</summary>
    public RequestResult ToResult(int position)
    {
        if (double.IsNaN(Outcome.Arrival)) throw JsonRow.Missing("arrival_time_ms");
        if (double.IsNaN(Outcome.Terminal)) throw JsonRow.Missing("terminal_time_ms");
        if (Outcome.Status == TerminalStatus.None) throw JsonRow.Missing("terminal_status");
        if (Outcome.OutputLength > 0)
        {
            CheckToken(Outcome.FirstToken, "first_token_ms");
            CheckToken(Outcome.LastToken, "last_token_ms");
        }

        Outcome.SecondToken += Outcome.FirstToken;
        Handoff.PrefillReused = Outcome.ReusedInput;
        HandoffOutcome? handoff = Handoff.PrefillWorker >= 0 ? Handoff : null;
        return new RequestResult(Ordinal() ?? position, Outcome, handoff, new RequestIdentity(Session, Turn, RequestId), Live);
    }

    // Without tokens these times are null, with some never.
    private void CheckToken(double time, string name)
    {
        if (double.IsNaN(time)) throw new JsonException($"{Quote.Of(name)} is missing, but 'output_length' is {Outcome.OutputLength}");
    }

    // The uuids of this program are ordinals.
    private int? Ordinal() =>
        Uuid is not null && Uuid.StartsWith(OrdinalUuid, StringComparison.Ordinal)
        && int.TryParse(Uuid.AsSpan(OrdinalUuid.Length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int ordinal)
        && ordinal > 0 ? ordinal : null;
}
