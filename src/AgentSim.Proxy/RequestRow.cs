using System.Buffers;
using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AgentSim.Proxy;

/// <summary>A finished request, as it is recorded (behaviour 07#A5 and 07#A6).</summary>
internal sealed record RequestRow
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public required Guid RequestId { get; init; }
    public required SessionIdentity? Session { get; init; }
    public required string? ClientRequestId { get; init; }
    public required string? Model { get; init; }

    /// <summary>When the request came, by the clock and by the stopwatch.</summary>
    public required DateTimeOffset Received { get; init; }
    public required long ReceivedTimestamp { get; init; }

    public required ResponseFacts Facts { get; init; }
    public required RowPrompt Prompt { get; init; }
    public required int BlockSize { get; init; }

    /// <summary>Whether the session was inferred from prompts.</summary>
    public bool IsInferred { get; init; }

    /// <summary>The record as JSON, without an envelope.</summary>
    public byte[] ToRecord()
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, Relaxed)) WriteTo(json);
        return buffer.WrittenSpan.ToArray();
    }

    private double? TotalMs => Facts.LastChoice is { } last ? Milliseconds(last) : null;

    private double Milliseconds(long timestamp) => Math.Max(0, Stopwatch.GetElapsedTime(ReceivedTimestamp, timestamp).TotalMilliseconds);

    private void WriteTo(Utf8JsonWriter json)
    {
        long received = Received.ToUnixTimeMilliseconds();
        long ended = TotalMs is { } total ? received + (long)Math.Round(total, MidpointRounding.AwayFromZero)
            : Session is null ? DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() : received;
        json.WriteStartObject();
        json.WriteString("schema"u8, "dynamo.request.trace.v1"u8);
        json.WriteString("event_type"u8, "request_end"u8);
        json.WriteNumber("event_time_unix_ms"u8, ended);
        if (Session is not null) WriteSession(json, Session);
        json.WriteStartObject("request"u8);
        json.WriteString("request_id"u8, RequestId);
        if (Session is not null)
        {
            if (ClientRequestId is not null) json.WriteString("x_request_id"u8, ClientRequestId);
            if (Model is not null) json.WriteString("model"u8, Model);
            Number(json, "input_tokens"u8, Facts.InputTokens);
        }

        json.WriteNumber("output_tokens"u8, Facts.OutputTokens);
        if (Session is not null) Number(json, "cached_tokens"u8, Facts.CachedTokens);
        json.WriteNumber("request_received_ms"u8, received);
        if (Session is not null) WriteTimes(json);
        WriteReplay(json);
        if (Session is not null) WriteFinish(json);
        WriteMarks(json);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteSession(Utf8JsonWriter json, SessionIdentity session)
    {
        json.WriteString("event_source"u8, "dynamo"u8);
        json.WriteStartObject("agent_context"u8);
        json.WriteString("session_id"u8, session.SessionId);
        if (session.ParentSessionId is not null) json.WriteString("parent_session_id"u8, session.ParentSessionId);
        if (session.IsFinal is { } isFinal)
        {
            json.WriteBoolean("session_final"u8, isFinal);
            if (isFinal)
            {
                json.WriteStartObject("kv_hints"u8);
                json.WriteBoolean("evict_session"u8, true);
                json.WriteEndObject();
            }
        }

        json.WriteEndObject();
    }

    private void WriteTimes(Utf8JsonWriter json)
    {
        if (Facts.FirstToken is { } first) json.WriteNumber("ttft_ms"u8, Milliseconds(first));
        if (TotalMs is not { } total) return;
        json.WriteNumber("total_time_ms"u8, total);
        if (Facts.FirstToken is { } begin && Facts.OutputTokens >= 2) json.WriteNumber("avg_itl_ms"u8, (total - Milliseconds(begin)) / (Facts.OutputTokens - 1));
    }

    private void WriteReplay(Utf8JsonWriter json)
    {
        json.WriteStartObject("replay"u8);
        json.WriteNumber("trace_block_size"u8, BlockSize);
        json.WriteNumber("input_length"u8, Prompt.Length);
        json.WriteStartArray("input_sequence_hashes"u8);
        foreach (ulong hash in Prompt.Hashes) json.WriteNumberValue(hash);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteFinish(Utf8JsonWriter json)
    {
        if (Facts.FinishReason is null && Facts.BackendFinishReason is null && Facts.ToolCalls.Count == 0) return;
        json.WriteStartObject("finish_reason_metadata"u8);
        if (Facts.FinishReason is not null) json.WriteString("finish_reason"u8, Facts.FinishReason);
        if (Facts.BackendFinishReason is not null) json.WriteString("backend_finish_reason"u8, Facts.BackendFinishReason);
        Stop(json, Facts.StopReason);
        if (Facts.ToolCalls.Count > 0)
        {
            json.WriteStartArray("tool_calls"u8);
            foreach (ToolCall call in Facts.ToolCalls)
            {
                json.WriteStartObject();
                json.WriteNumber("choice_index"u8, call.ChoiceIndex);
                json.WriteNumber("tool_call_index"u8, call.Index);
                if (call.Id is not null) json.WriteString("id"u8, call.Id);
                if (call.Name is not null) json.WriteString("name"u8, call.Name);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (Facts.Choices is { Count: > 0 } choices)
        {
            json.WriteStartArray("choices"u8);
            foreach (Choice choice in choices)
            {
                json.WriteStartObject();
                json.WriteNumber("choice_index"u8, choice.Index);
                json.WriteString("finish_reason"u8, choice.FinishReason);
                Stop(json, choice.StopReason);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    // What a reader should know about the figures; readers of the format pass it over.
    private void WriteMarks(Utf8JsonWriter json)
    {
        bool isNew = Facts.Api is Api.Messages or Api.Responses;
        bool isPlain = Facts.ReasoningTokens is null && Prompt.Failures is null && !Facts.IsOutputEstimated && !Prompt.IsEstimated;
        if (!isNew && isPlain && !IsInferred) return;
        json.WriteStartObject("capture"u8);
        json.WriteString("api"u8, Facts.Api.Name());
        if (Prompt.IsEstimated) json.WriteString("input"u8, "estimated"u8);
        if (Facts.IsOutputEstimated) json.WriteString("output"u8, "estimated"u8);
        if (IsInferred) json.WriteString("session"u8, "inferred"u8);
        Number(json, "cache_creation_tokens"u8, Facts.CacheCreation);
        Number(json, "reasoning_tokens"u8, Facts.ReasoningTokens);
        if (Prompt.Failures is { } failures)
        {
            json.WriteStartObject("refused_before"u8);
            json.WriteNumber("count"u8, failures.Count);
            json.WriteNumber("first_received_ms"u8, failures.First.ToUnixTimeMilliseconds());
            json.WriteNumber("last_status"u8, failures.Status);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, ReadOnlySpan<byte> name, long? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
    }

    private static void Stop(Utf8JsonWriter json, object? reason)
    {
        if (reason is string text) json.WriteString("stop_reason"u8, text);
        else if (reason is long number) json.WriteNumber("stop_reason"u8, number);
    }
}

/// <summary>The prompt of a row.</summary>
/// <param name="Length">Its tokens.</param>
/// <param name="Hashes">Hashes of its blocks.</param>
/// <param name="IsEstimated">Whether the length is an estimate.</param>
/// <param name="Failures">How often the server refused it before, when first, and with which status last.</param>
internal sealed record RowPrompt(long Length, ulong[] Hashes, bool IsEstimated, (int Count, DateTimeOffset First, int Status)? Failures);
