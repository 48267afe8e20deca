using System.Globalization;
using System.Text.Json;
using AgentSim.Json;

namespace AgentSim.Recording;

/// <summary>The fields of a request record while it is decoded.</summary>
/// <param name="timeProblem">What is wrong with a time in milliseconds, if anything; null: any number will do.</param>
internal sealed class RequestLogFields(Func<double, string?>? timeProblem)
{
    private const string OrdinalUuid = "00000000-0000-0000-0000-";

    private RequestOutcome _outcome = RequestOutcome.Empty;
    private HandoffOutcome _handoff = HandoffOutcome.Empty;
    private string? _session;
    private string? _uuid;
    private string? _requestId;
    private int? _turn;
    private bool _hasHandoff;
    private uint _seen;

    public RequestResult Read(ref JsonRow json, int position)
    {
        while (json.NextKey())
        {
            if (json.Is("session_id"u8)) _session = json.OptionalText(ref _seen, 0, "session_id");
            else if (json.Is("turn_index"u8)) _turn = json.OptionalInt32(ref _seen, 1, "turn_index");
            else if (json.Is("uuid"u8)) _uuid = json.OptionalText(ref _seen, 2, "uuid");
            else if (json.Is("arrival_time_ms"u8)) _outcome.Arrival = InRange(json.RequiredNumber(ref _seen, 3, "arrival_time_ms"), "arrival_time_ms");
            else if (json.Is("first_admit_ms"u8)) _outcome.FirstAdmit = Time(ref json, 4, "first_admit_ms");
            else if (json.Is("terminal_time_ms"u8)) _outcome.Terminal = InRange(json.RequiredNumber(ref _seen, 5, "terminal_time_ms"), "terminal_time_ms");
            else if (json.Is("first_token_ms"u8)) _outcome.FirstToken = Time(ref json, 6, "first_token_ms");
            else if (json.Is("last_token_ms"u8)) _outcome.LastToken = Time(ref json, 7, "last_token_ms");
            else if (json.Is("ttst_ms"u8)) _outcome.SecondToken = Time(ref json, 8, "ttst_ms");   // made a time by Complete
            else if (json.Is("input_length"u8)) _outcome.InputLength = Count(ref json, 9, "input_length") ?? 0;
            else if (json.Is("requested_output_length"u8)) _outcome.RequestedOutput = Count(ref json, 10, "requested_output_length") ?? 0;
            else if (json.Is("output_length"u8)) _outcome.OutputLength = Count(ref json, 11, "output_length") ?? 0;
            else if (json.Is("reused_input_tokens"u8)) _outcome.ReusedInput = Count(ref json, 12, "reused_input_tokens") ?? 0;
            else if (json.Is("decode_worker_idx"u8)) _outcome.Worker = Count(ref json, 13, "decode_worker_idx") ?? -1;
            else if (json.Is("terminal_status"u8)) _outcome.Status = Status(json.RequiredText(ref _seen, 14, "terminal_status"));
            else if (json.Is("request_id"u8)) _requestId = json.OptionalText(ref _seen, 15, "request_id");
            else if (!ReadHandoff(ref json)) json.SkipDecoded();
        }

        json.EndRow();
        return Complete(position);
    }

    private bool ReadHandoff(ref JsonRow json)
    {
        if (json.Is("prefill_worker_idx"u8))
        {
            _handoff.PrefillWorker = Count(ref json, 16, "prefill_worker_idx") ?? -1;
            _hasHandoff |= _handoff.PrefillWorker >= 0;
        }
        else if (json.Is("prefill_admit_ms"u8)) _handoff.PrefillAdmit = Time(ref json, 17, "prefill_admit_ms");
        else if (json.Is("source_held_ms"u8)) _handoff.SourceHeld = Time(ref json, 18, "source_held_ms");
        else if (json.Is("destination_reserved_ms"u8)) _handoff.DestinationReserved = Time(ref json, 19, "destination_reserved_ms");
        else if (json.Is("destination_activated_ms"u8)) _handoff.DestinationActivated = Time(ref json, 20, "destination_activated_ms");
        else if (json.Is("decode_admit_ms"u8)) _handoff.DecodeAdmit = Time(ref json, 21, "decode_admit_ms");
        else if (json.Is("source_released_ms"u8)) _handoff.SourceReleased = Time(ref json, 22, "source_released_ms");
        else if (json.Is("decode_reused_input_tokens"u8)) _handoff.DecodeReused = Count(ref json, 23, "decode_reused_input_tokens") ?? -1;
        else if (json.Is("prefill_route_overlap_tokens"u8)) _handoff.PrefillOverlapTokens = Count(ref json, 24, "prefill_route_overlap_tokens") ?? -1;
        else if (json.Is("decode_route_overlap_tokens"u8)) _handoff.DecodeOverlapTokens = Count(ref json, 25, "decode_route_overlap_tokens") ?? -1;
        else return false;
        return true;
    }

    private RequestResult Complete(int position)
    {
        if (double.IsNaN(_outcome.Arrival)) throw JsonRow.Missing("arrival_time_ms");
        if (double.IsNaN(_outcome.Terminal)) throw JsonRow.Missing("terminal_time_ms");
        if (_outcome.Status == TerminalStatus.None) throw JsonRow.Missing("terminal_status");
        _outcome.SecondToken += _outcome.FirstToken;
        _handoff.PrefillReused = _outcome.ReusedInput;
        return new RequestResult(Ordinal() ?? position, _outcome, _hasHandoff ? _handoff : null, new RequestIdentity(_session, _turn, _requestId));
    }

    // The uuids of this program are ordinals.
    private int? Ordinal() =>
        _uuid is not null && _uuid.StartsWith(OrdinalUuid, StringComparison.Ordinal)
        && int.TryParse(_uuid.AsSpan(OrdinalUuid.Length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int ordinal) && ordinal > 0 ? ordinal : null;

    private double Time(ref JsonRow json, int bit, string name) =>
        json.OptionalNumber(ref _seen, bit, name) is { } value ? InRange(value, name) : double.NaN;

    private double InRange(double value, string name) => timeProblem?.Invoke(value) is not { } problem
        ? value
        : throw new JsonException($"{Quote.Of(name)} is {value.ToString(CultureInfo.InvariantCulture)}; {problem}");

    private int? Count(ref JsonRow json, int bit, string name) =>
        json.OptionalInt32(ref _seen, bit, name) is { } value ? value >= 0 ? value : throw new JsonException($"{Quote.Of(name)} is {value}; it must not be negative") : null;

    private static TerminalStatus Status(string name) => name switch
    {
        "completed" => TerminalStatus.Completed,
        "rejected" => TerminalStatus.Rejected,
        "canceled" => TerminalStatus.Canceled,
        "failed" => TerminalStatus.Failed,
        _ => throw new JsonException($"'terminal_status' is {Quote.Of(name)}; it must be completed, rejected, canceled or failed"),
    };
}
