using AgentSim.Json;

namespace AgentSim.Recording;

/// <summary>Writes one compact JSON object a line for every request that has ended (behaviour 06#7).</summary>
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
        var json = new JsonLineWriter(stream);
        for (int i = 0; i < requests.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            WriteRecord(json, requests[i]);
        }

        json.Flush();
    }

    private static void WriteRecord(JsonLineWriter json, RequestResult request)
    {
        Text(json, "{\"session_id\":"u8, request.SessionId);
        Whole(json, ",\"turn_index\":"u8, request.TurnIndex);
        Text(json, ",\"uuid\":"u8, request.Uuid);
        Real(json, ",\"arrival_time_ms\":"u8, request.ArrivalTimeMs);
        Real(json, ",\"first_admit_ms\":"u8, request.FirstAdmitMs);
        Real(json, ",\"terminal_time_ms\":"u8, request.TerminalTimeMs);
        Real(json, ",\"first_token_ms\":"u8, request.FirstTokenMs);
        Real(json, ",\"last_token_ms\":"u8, request.LastTokenMs);
        Real(json, ",\"ttft_ms\":"u8, request.TtftMs);
        Real(json, ",\"ttst_ms\":"u8, request.TtstMs);
        Real(json, ",\"e2e_latency_ms\":"u8, request.E2eLatencyMs);
        Real(json, ",\"itl_ms\":"u8, request.ItlMs);
        Whole(json, ",\"input_length\":"u8, request.InputLength);
        Whole(json, ",\"requested_output_length\":"u8, request.RequestedOutputLength);
        Whole(json, ",\"output_length\":"u8, request.OutputLength);
        Whole(json, ",\"reused_input_tokens\":"u8, request.ReusedInputTokens);
        Whole(json, ",\"prefill_worker_idx\":"u8, request.PrefillWorkerIdx);
        Whole(json, ",\"decode_worker_idx\":"u8, request.DecodeWorkerIdx);

        // Only disaggregated replays have these.
        Real(json, ",\"prefill_admit_ms\":"u8, request.PrefillAdmitMs);
        Real(json, ",\"source_held_ms\":"u8, request.SourceHeldMs);
        Real(json, ",\"destination_reserved_ms\":"u8, request.DestinationReservedMs);
        Real(json, ",\"destination_activated_ms\":"u8, request.DestinationActivatedMs);
        Real(json, ",\"decode_admit_ms\":"u8, request.DecodeAdmitMs);
        Real(json, ",\"source_released_ms\":"u8, request.SourceReleasedMs);
        Whole(json, ",\"decode_reused_input_tokens\":"u8, request.DecodeReusedInputTokens);
        Whole(json, ",\"prefill_route_overlap_tokens\":"u8, request.PrefillRouteOverlapTokens);
        Whole(json, ",\"decode_route_overlap_tokens\":"u8, request.DecodeRouteOverlapTokens);
        json.Raw(",\"terminal_status\":"u8);
        json.Raw(StatusName(request.TerminalStatus));
        if (request.RequestId is not null) Text(json, ",\"request_id\":"u8, request.RequestId);
        json.Raw("}\n"u8);
    }

    private static ReadOnlySpan<byte> StatusName(TerminalStatus status) => status switch
    {
        TerminalStatus.Completed => "\"completed\""u8,
        TerminalStatus.Rejected => "\"rejected\""u8,
        TerminalStatus.Canceled => "\"canceled\""u8,
        _ => "\"failed\""u8,
    };

    private static void Text(JsonLineWriter json, ReadOnlySpan<byte> name, string? value)
    {
        json.Raw(name);
        if (value is null) json.Raw("null"u8);
        else json.Escaped(JsonLineWriter.Encoder.Encode(value));
    }

    private static void Whole(JsonLineWriter json, ReadOnlySpan<byte> name, int? value)
    {
        json.Raw(name);
        if (value is { } number) json.Number((long)number);
        else json.Raw("null"u8);
    }

    private static void Real(JsonLineWriter json, ReadOnlySpan<byte> name, double? value)
    {
        json.Raw(name);
        if (value is { } number) json.Number(number);
        else json.Raw("null"u8);
    }
}
