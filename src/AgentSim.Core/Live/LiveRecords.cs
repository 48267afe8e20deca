using AgentSim.Metrics;
using AgentSim.Recording;
using AgentSim.Statistics;
using AgentSim.Workload;

namespace AgentSim.Live;

/// <summary>What became of the requests of a live replay, in the form in which simulated replays have it.</summary>
internal sealed class LiveRecords
{
    private readonly WorkloadColumns _load;
    private readonly PromptPieces _prompts;

    /// <param name="load">The workload.</param>
    /// <param name="prompts">Its prompts.</param>
    /// <param name="answers">By request; null: it never went out.</param>
    /// <param name="isInterrupted">Whether somebody stopped the run; requests that a time cap broke off have not ended.</param>
    public LiveRecords(WorkloadColumns load, PromptPieces prompts, LiveAnswer?[] answers, bool isInterrupted)
    {
        (_load, _prompts) = (load, prompts);
        Outcomes = new RequestOutcome[answers.Length];
        Facts = new LiveFacts?[answers.Length];
        Planned = new int[answers.Length];
        var failures = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int request = 0; request < answers.Length; request++)
        {
            Outcomes[request] = RequestOutcome.Empty;
            if (answers[request] is not { } answer) continue;
            Add(request, answer, isInterrupted);
            if (Facts[request]!.Error is not { } error || Outcomes[request].Status == TerminalStatus.None) continue;
            failures[error] = failures.GetValueOrDefault(error) + 1;
            if (answer.ErrorText is { Length: > 0 } text) ErrorTexts.TryAdd(error, text);
        }

        Failures = (RequestFailures[])[.. failures.OrderByDescending(each => each.Value).ThenBy(each => each.Key, StringComparer.Ordinal)
            .Select(each => new RequestFailures(each.Key, each.Value))];
    }

    public RequestOutcome[] Outcomes { get; }

    public LiveFacts?[] Facts { get; }

    /// <summary>Prompt tokens that each request was to have.</summary>
    public int[] Planned { get; }

    public GapStatistics Gaps { get; } = new();

    public IReadOnlyList<RequestFailures> Failures { get; }

    /// <summary>What was said of the first failure of each name.</summary>
    public Dictionary<string, string> ErrorTexts { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether the server said of any prompt how much of it was cached.</summary>
    public bool KnowsCached { get; private set; }

    /// <summary>Requests that ended well, and of these those whose counts the server did not say, or said otherwise.</summary>
    public (int Completed, int Unsaid, int InputOff, int OutputOff, int Merged) Counts { get; private set; }

    private void Add(int request, LiveAnswer answer, bool isInterrupted)
    {
        AnswerStream? stream = answer.Stream;
        bool hasEnded = !double.IsNaN(answer.Ended) && answer.Error != LiveFailure.Interrupted;
        long planned = _prompts.Of(request).Sum(piece => (long)piece.Tokens);
        Planned[request] = (int)Math.Min(planned, int.MaxValue);
        ref RequestOutcome outcome = ref Outcomes[request];
        outcome.Arrival = answer.Scheduled;
        outcome.RequestedOutput = _load.OutputLength[request];
        outcome.InputLength = stream?.PromptTokens ?? Planned[request];
        outcome.FirstAdmit = answer.Sent;
        // What may still be written to is left alone.
        double[] tokens = hasEnded && stream is not null ? [.. stream.TokenTimes] : [];
        bool completed = hasEnded && answer.Error is null;
        outcome.OutputLength = completed ? stream!.OutputTokens ?? tokens.Length : tokens.Length;
        if (completed && outcome.OutputLength == 0) outcome.OutputLength = tokens.Length;
        if (tokens.Length > 0) (outcome.FirstToken, outcome.LastToken) = (tokens[0], tokens[^1]);
        if (tokens.Length > 1) outcome.SecondToken = tokens[1];
        else if (outcome.OutputLength > 1) outcome.SecondToken = outcome.FirstToken;
        outcome.Status = completed ? TerminalStatus.Completed : hasEnded ? TerminalStatus.Failed
            : isInterrupted ? TerminalStatus.Canceled : TerminalStatus.None;
        outcome.Terminal = hasEnded ? answer.Ended : Math.Max(answer.Scheduled, double.IsNaN(answer.Ended) ? 0.0 : answer.Ended);
        if (stream?.CachedTokens is { } cached)
        {
            KnowsCached = true;
            outcome.ReusedInput = outcome.FirstAdmissionReused = cached;
        }

        Facts[request] = new LiveFacts
        {
            Sent = answer.Sent,
            DispatchDelay = answer.Acted - answer.Scheduled,
            StatusCode = answer.StatusCode,
            Cached = stream?.CachedTokens ?? -1,
            FinishReason = stream?.FinishReason,
            Error = hasEnded ? answer.Error : LiveFailure.Interrupted,
            TraceBlockSize = _load.IsDelta ? 0 : _load.TraceBlockSize,
            HashIds = _load.IsDelta ? null : () => _prompts.Blocks(request),
        };
        if (completed) Count(request, stream!, outcome, tokens);
    }

    private void Count(int request, AnswerStream stream, in RequestOutcome outcome, double[] tokens)
    {
        for (int i = 1; i < tokens.Length; i++) Gaps.Add(Math.Max(0.0, tokens[i] - tokens[i - 1]));
        (int completed, int unsaid, int inputOff, int outputOff, int merged) = Counts;
        completed++;
        if (stream.PromptTokens is null || stream.OutputTokens is null) unsaid++;
        if (stream.PromptTokens is { } input && input != Planned[request]) inputOff++;
        if (outcome.OutputLength != Math.Max(1, outcome.RequestedOutput)) outputOff++;
        if (tokens.Length != outcome.OutputLength) merged++;
        Counts = (completed, unsaid, inputOff, outputOff, merged);
    }
}
