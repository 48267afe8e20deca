using System.Diagnostics;
using System.Globalization;
using AgentSim.Traces;
using AgentSim.Traces.Schema;

namespace AgentSim.Proxy;

/// <summary>A finished request, as it is recorded (behaviour 07#A5 and 07#A6).</summary>
internal sealed record RequestRow
{
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

    private double? TotalMs => Facts.LastChoice is { } last ? Milliseconds(last) : null;

    /// <summary>The record; without a session it has only what a replay needs.</summary>
    public RequestRecord ToRecord()
    {
        long received = Received.ToUnixTimeMilliseconds();
        double? totalMs = TotalMs;
        var record = new RequestRecord
        {
            EventType = TraceNames.RequestEnd,
            EventUnixMs = totalMs is { } total ? received + (long)Math.Round(total, MidpointRounding.AwayFromZero)
                : Session is null ? DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() : received,
            RequestId = RequestId.ToString(),
            OutputTokens = Facts.OutputTokens,
            ReceivedUnixMs = received,
            TraceBlockSize = BlockSize,
            InputLength = Prompt.Length,
            InputSequenceHashes = Prompt.Hashes,
            Capture = Marks(),
        };
        if (Session is null) return record;
        record.EventSource = TraceNames.Dynamo;
        (record.SessionId, record.ParentSessionId, record.SessionFinal) = (Session.SessionId, Session.ParentSessionId, Session.IsFinal);
        (record.XRequestId, record.Model) = (ClientRequestId, Model);
        (record.InputTokens, record.CachedTokens) = ((ulong?)Facts.InputTokens, (ulong?)Facts.CachedTokens);
        record.TotalTimeMs = totalMs;
        record.TtftMs = Facts.FirstToken is { } first ? Milliseconds(first) : null;
        if (Facts.OutputTokens >= 2) record.AverageItlMs = (totalMs - record.TtftMs) / (Facts.OutputTokens - 1);
        record.Finish = Finish();
        return record;
    }

    private double Milliseconds(long timestamp) =>
        Math.Max(0, Stopwatch.GetElapsedTime(ReceivedTimestamp, timestamp).TotalMilliseconds);

    private FinishReason? Finish()
    {
        if (Facts.FinishReason is null && Facts.BackendFinishReason is null && Facts.ToolCalls.Count == 0) return null;
        return new FinishReason(
            Facts.FinishReason, Facts.BackendFinishReason, Json(Facts.StopReason),
            [.. Facts.ToolCalls.Select(call => new FinishToolCall((uint)call.ChoiceIndex, (uint)call.Index, call.Id, call.Name))])
        {
            Choices = [.. Facts.Choices.Select(
                choice => new FinishChoice((uint)choice.Index, choice.FinishReason, null, Json(choice.StopReason)))],
        };
    }

    // What a reader should know about the figures. A chat or completion of which there is nothing to say is not marked.
    private CaptureMarks? Marks()
    {
        bool isNew = Facts.Api is Api.Messages or Api.Responses;
        bool isPlain = Facts.ReasoningTokens is null && Prompt.Failures is null && !Facts.IsOutputEstimated && !Prompt.IsEstimated;
        if (!isNew && isPlain && !IsInferred) return null;
        return new CaptureMarks(
            Facts.Api.Name(),
            Prompt.IsEstimated ? CaptureMarks.Estimated : null,
            Facts.IsOutputEstimated ? CaptureMarks.Estimated : null,
            IsInferred ? CaptureMarks.Inferred : null,
            (ulong?)Facts.CacheCreation,
            (ulong?)Facts.ReasoningTokens,
            Prompt.Failures is { } failures
                ? new RefusedBefore(failures.Count, failures.First.ToUnixTimeMilliseconds(), failures.Status) : null);
    }

    private static string? Json(object? stopReason) => stopReason switch
    {
        string text => TraceRecordWriter.JsonOf(text),
        long number => number.ToString(CultureInfo.InvariantCulture),
        _ => null,
    };
}

/// <summary>The prompt of a row.</summary>
/// <param name="Length">Its tokens.</param>
/// <param name="Hashes">Hashes of its blocks.</param>
/// <param name="IsEstimated">Whether the length is an estimate.</param>
/// <param name="Failures">How often the server refused it before, when first, and with which status last.</param>
internal sealed record RowPrompt(long Length, ulong[] Hashes, bool IsEstimated, (int Count, DateTimeOffset First, int Status)? Failures);
