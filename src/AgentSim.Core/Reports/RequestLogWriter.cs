using System.Text.Json;

namespace AgentSim.Reports;

/// <summary>Writes one compact JSON object a line for every request that has ended (specification 06, 7).</summary>
public static class RequestLogWriter
{
    /// <summary>Writes the records, UTF-8 with line feeds.</summary>
    /// <param name="stream">Written to, not closed.</param>
    /// <param name="requests">In the order to write.</param>
    /// <param name="cancellation">Ends the writing.</param>
    public static void Write(Stream stream, IReadOnlyList<RequestResult> requests, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(requests);
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = ReportWriter.Encoder, SkipValidation = true });
        for (int i = 0; i < requests.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            WriteRecord(json, requests[i]);
            json.Flush();
            json.Reset();
            stream.WriteByte((byte)'\n');
        }
    }

    private static void WriteRecord(Utf8JsonWriter json, RequestResult request)
    {
        json.WriteStartObject();
        WriteText(json, "session_id"u8, request.SessionId);
        WriteWhole(json, "turn_index"u8, request.TurnIndex);
        WriteText(json, "uuid"u8, request.Uuid);
        WriteReal(json, "arrival_time_ms"u8, request.ArrivalTimeMs);
        WriteReal(json, "first_admit_ms"u8, request.FirstAdmitMs);
        WriteReal(json, "terminal_time_ms"u8, request.TerminalTimeMs);
        WriteReal(json, "first_token_ms"u8, request.FirstTokenMs);
        WriteReal(json, "last_token_ms"u8, request.LastTokenMs);
        WriteReal(json, "ttft_ms"u8, request.TtftMs);
        WriteReal(json, "ttst_ms"u8, request.TtstMs);
        WriteReal(json, "e2e_latency_ms"u8, request.E2eLatencyMs);
        WriteReal(json, "itl_ms"u8, request.ItlMs);
        WriteWhole(json, "input_length"u8, request.InputLength);
        WriteWhole(json, "requested_output_length"u8, request.RequestedOutputLength);
        WriteWhole(json, "output_length"u8, request.OutputLength);
        WriteWhole(json, "reused_input_tokens"u8, request.ReusedInputTokens);
        WriteWhole(json, "prefill_worker_idx"u8, request.PrefillWorkerIdx);
        WriteWhole(json, "decode_worker_idx"u8, request.DecodeWorkerIdx);

        // Only disaggregated replays have these.
        WriteReal(json, "prefill_admit_ms"u8, request.PrefillAdmitMs);
        WriteReal(json, "source_held_ms"u8, request.SourceHeldMs);
        WriteReal(json, "destination_reserved_ms"u8, request.DestinationReservedMs);
        WriteReal(json, "destination_activated_ms"u8, request.DestinationActivatedMs);
        WriteReal(json, "decode_admit_ms"u8, request.DecodeAdmitMs);
        WriteReal(json, "source_released_ms"u8, request.SourceReleasedMs);
        WriteWhole(json, "decode_reused_input_tokens"u8, request.DecodeReusedInputTokens);
        WriteWhole(json, "prefill_route_overlap_tokens"u8, request.PrefillRouteOverlapTokens);
        WriteWhole(json, "decode_route_overlap_tokens"u8, request.DecodeRouteOverlapTokens);
        json.WriteString("terminal_status"u8, StatusName(request.TerminalStatus));
        if (request.RequestId is not null) json.WriteString("request_id"u8, request.RequestId);
        json.WriteEndObject();
    }

    private static ReadOnlySpan<byte> StatusName(TerminalStatus status) => status switch
    {
        TerminalStatus.Completed => "completed"u8,
        TerminalStatus.Rejected => "rejected"u8,
        TerminalStatus.Canceled => "canceled"u8,
        _ => "failed"u8,
    };

    private static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? value)
    {
        if (value is null) json.WriteNull(name);
        else json.WriteString(name, value);
    }

    private static void WriteWhole(Utf8JsonWriter json, ReadOnlySpan<byte> name, int? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
        else json.WriteNull(name);
    }

    private static void WriteReal(Utf8JsonWriter json, ReadOnlySpan<byte> name, double? value)
    {
        json.WritePropertyName(name);
        if (value is { } number) json.WriteReal(number);
        else json.WriteNullValue();
    }
}
