using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text;
using AgentSim.Json;

namespace AgentSim.Recording;

/// <summary>
/// Puts the record of a simulated request into words where its names need no escapes, which is nearly always: without an object
/// for it, and in a quarter of the time. <see cref="RequestLogFields"/> is the definition, and writes every other one.
/// </summary>
internal ref struct PlainRecord
{
    private const int LongestWithoutNames = 2048;   // 27 names of fields, and 27 numbers

    // What is written as it is, by JsonLineWriter.Encoder.
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        [.. Enumerable.Range(' ', '~' - ' ' + 1).Select(unit => (char)unit).Where(unit => unit is not ('"' or '\\'))]);

    private readonly Span<byte> _target;
    private int _used;

    private PlainRecord(Span<byte> target) => _target = target;

    /// <summary>Writes a record with its line end; false if a name needs escapes, and nothing is written.</summary>
    public static bool TryWrite(JsonLineWriter json, int ordinal, in RequestOutcome outcome, HandoffOutcome[]? handoffs,
        RequestIdentity identity)
    {
        if (!IsPlain(identity.SessionId) || !IsPlain(identity.RequestId)) return false;
        int names = (identity.SessionId?.Length ?? 0) + (identity.RequestId?.Length ?? 0);
        var record = new PlainRecord(json.Room(LongestWithoutNames + names));
        record.AddHead(ordinal, identity);
        record.AddOutcome(outcome, handoffs is null ? outcome.ReusedInput : handoffs[ordinal - 1].PrefillReused);
        if (handoffs is null) record.AddNoHandoff(outcome);
        else record.AddHandoff(outcome, handoffs[ordinal - 1]);
        record.AddEnd(outcome.Status, identity);
        json.Advance(record._used);
        return true;
    }

    private static bool IsPlain(string? name) => name is null || !name.AsSpan().ContainsAnyExcept(Plain);

    private void AddHead(int ordinal, RequestIdentity identity)
    {
        Add("{\"session_id\":"u8);
        AddName(identity.SessionId);
        Add(",\"turn_index\":"u8);
        if (identity.TurnIndex is { } turn) AddInteger(turn);
        else Add("null"u8);
        Add(",\"uuid\":\"00000000-0000-0000-0000-"u8);
        _ = Utf8Formatter.TryFormat(ordinal, _target[_used..], out int digits, new StandardFormat('x', 12));
        _used += digits;
        Add("\""u8);
    }

    private void AddOutcome(in RequestOutcome outcome, int reused)
    {
        bool hasOne = outcome.OutputLength >= 1, hasTwo = outcome.OutputLength >= 2;
        Add(",\"arrival_time_ms\":"u8);
        AddReal(outcome.Arrival);
        Add(",\"first_admit_ms\":"u8);
        AddTime(outcome.FirstAdmit);
        Add(",\"terminal_time_ms\":"u8);
        AddReal(outcome.Terminal);
        Add(",\"first_token_ms\":"u8);
        AddTime(hasOne ? outcome.FirstToken : double.NaN);
        Add(",\"last_token_ms\":"u8);
        AddTime(hasOne ? outcome.LastToken : double.NaN);
        Add(",\"ttft_ms\":"u8);
        AddTime(hasOne ? outcome.Ttft : double.NaN);
        Add(",\"ttst_ms\":"u8);
        AddTime(hasTwo ? outcome.Ttst : double.NaN);
        Add(",\"e2e_latency_ms\":"u8);
        AddTime(hasOne ? outcome.E2eLatency : double.NaN);
        Add(",\"itl_ms\":"u8);
        AddTime(hasTwo ? outcome.Tpot : double.NaN);
        Add(",\"input_length\":"u8);
        AddInteger(outcome.InputLength);
        Add(",\"requested_output_length\":"u8);
        AddInteger(outcome.RequestedOutput);
        Add(",\"output_length\":"u8);
        AddInteger(outcome.OutputLength);
        Add(",\"reused_input_tokens\":"u8);
        AddInteger(reused >= 0 ? reused : outcome.ReusedInput);
        Add(",\"prefill_worker_idx\":"u8);
    }

    private void AddNoHandoff(in RequestOutcome outcome)
    {
        Add("null,\"decode_worker_idx\":"u8);
        AddCount(outcome.Worker);
        Add(",\"prefill_admit_ms\":null,\"source_held_ms\":null,\"destination_reserved_ms\":null"u8);
        Add(",\"destination_activated_ms\":null,\"decode_admit_ms\":null,\"source_released_ms\":null"u8);
        Add(",\"decode_reused_input_tokens\":null,\"prefill_route_overlap_tokens\":null,\"decode_route_overlap_tokens\":null"u8);
    }

    private void AddHandoff(in RequestOutcome outcome, in HandoffOutcome handoff)
    {
        AddCount(handoff.PrefillWorker);
        Add(",\"decode_worker_idx\":"u8);
        AddCount(outcome.Worker);
        Add(",\"prefill_admit_ms\":"u8);
        AddTime(handoff.PrefillAdmit);
        Add(",\"source_held_ms\":"u8);
        AddTime(handoff.SourceHeld);
        Add(",\"destination_reserved_ms\":"u8);
        AddTime(handoff.DestinationReserved);
        Add(",\"destination_activated_ms\":"u8);
        AddTime(handoff.DestinationActivated);
        Add(",\"decode_admit_ms\":"u8);
        AddTime(handoff.DecodeAdmit);
        Add(",\"source_released_ms\":"u8);
        AddTime(handoff.SourceReleased);
        Add(",\"decode_reused_input_tokens\":"u8);
        AddCount(handoff.DecodeReused);
        Add(",\"prefill_route_overlap_tokens\":"u8);
        AddCount(handoff.PrefillOverlapTokens);
        Add(",\"decode_route_overlap_tokens\":"u8);
        AddCount(handoff.DecodeOverlapTokens);
    }

    private void AddEnd(TerminalStatus status, RequestIdentity identity)
    {
        Add(",\"terminal_status\":\""u8);
        Add(status switch
        {
            TerminalStatus.Completed => "completed"u8,
            TerminalStatus.Rejected => "rejected"u8,
            TerminalStatus.Canceled => "canceled"u8,
            _ => "failed"u8,
        });
        Add("\""u8);
        if (identity.RequestId is { } id)
        {
            Add(",\"request_id\":"u8);
            AddName(id);
        }

        Add("}\n"u8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]   // so that the length is known, and the copy a few words
    private void Add(ReadOnlySpan<byte> text)
    {
        text.CopyTo(_target[_used..]);
        _used += text.Length;
    }

    private void AddName(string? name)
    {
        if (name is null)
        {
            Add("null"u8);
            return;
        }

        _target[_used++] = (byte)'"';
        _used += Encoding.ASCII.GetBytes(name, _target[_used..]);
        _target[_used++] = (byte)'"';
    }

    private void AddReal(double value) => _used += JsonDouble.Format(value, _target[_used..]);

    private void AddTime(double time)
    {
        if (double.IsNaN(time)) Add("null"u8);
        else AddReal(time);
    }

    private void AddCount(int count)
    {
        if (count < 0) Add("null"u8);
        else AddInteger(count);
    }

    private void AddInteger(int value)
    {
        int digits;
        if (value >= 0) digits = DigitText.Write((uint)value, _target[_used..]);
        else _ = Utf8Formatter.TryFormat(value, _target[_used..], out digits);
        _used += digits;
    }
}
