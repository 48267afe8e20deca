using AgentSim.Sessions;

namespace AgentSim.Measures;

/// <summary>Totals and distributions of sessions. What their times mean is said at <see cref="AgentSession"/>.</summary>
public sealed class SessionMeasure
{
    /// <summary>What the sessions have in common; null for a measure of all.</summary>
    public string? Group { get; init; }

    /// <summary>First start, UTC.</summary>
    public DateTime Start { get; init; }

    /// <summary>From the first start to the last end.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Number of sessions.</summary>
    public int Sessions { get; init; }

    /// <summary>Finished requests.</summary>
    public int Requests { get; init; }

    /// <summary>Finished tool calls.</summary>
    public int ToolCalls { get; init; }

    /// <summary>Requests and tool calls that failed.</summary>
    public int Errors { get; init; }

    /// <summary>Prompt tokens.</summary>
    public long InputTokens { get; init; }

    /// <summary>Output tokens.</summary>
    public long OutputTokens { get; init; }

    /// <summary>Prompt tokens found in a cache, as recorded; null if no request has recorded any number.</summary>
    public long? CachedTokens { get; init; }

    /// <summary>LLM time of all sessions together.</summary>
    public TimeSpan LlmTime { get; init; }

    /// <summary>Tool time of all sessions together.</summary>
    public TimeSpan ToolTime { get; init; }

    /// <summary>Idle time of all sessions together.</summary>
    public TimeSpan IdleTime { get; init; }

    /// <summary>Requests of a session.</summary>
    public required SampleSummary Turns { get; init; }

    /// <summary>Duration of a session, in milliseconds.</summary>
    public required SampleSummary DurationMs { get; init; }

    /// <summary>LLM time of a session, in milliseconds.</summary>
    public required SampleSummary LlmMs { get; init; }

    /// <summary>Tool time of a session, in milliseconds.</summary>
    public required SampleSummary ToolMs { get; init; }

    /// <summary>Idle time of a session, in milliseconds.</summary>
    public required SampleSummary IdleMs { get; init; }

    /// <summary>How many sessions ran at the same time; null when none took any time.</summary>
    public Concurrency? Concurrency { get; init; }

    /// <summary>Measures sessions.</summary>
    /// <param name="sessions">The sessions, at least one.</param>
    /// <param name="group">What they have in common, null for a measure of all.</param>
    public static SessionMeasure Of(IReadOnlyCollection<AgentSession> sessions, string? group = null)
    {
        ArgumentNullException.ThrowIfNull(sessions);
        ArgumentOutOfRangeException.ThrowIfZero(sessions.Count);
        DateTime start = sessions.Min(session => session.Start);
        return new SessionMeasure
        {
            Group = group,
            Start = start,
            Duration = sessions.Max(session => session.End) - start,
            Sessions = sessions.Count,
            Requests = sessions.Sum(session => session.Turns),
            ToolCalls = sessions.Sum(session => session.ToolCalls),
            Errors = sessions.Sum(session => session.Errors),
            InputTokens = Total(session => session.InputTokens),
            OutputTokens = Total(session => session.OutputTokens),
            CachedTokens = sessions.Any(session => session.CachedTokens is not null) ? Total(session => session.CachedTokens ?? 0) : null,
            LlmTime = Time(session => session.LlmTime),
            ToolTime = Time(session => session.ToolTime),
            IdleTime = Time(session => session.IdleTime),
            Turns = SampleSummary.Of(sessions.Select(session => (double)session.Turns)),
            DurationMs = Milliseconds(session => session.Duration),
            LlmMs = Milliseconds(session => session.LlmTime),
            ToolMs = Milliseconds(session => session.ToolTime),
            IdleMs = Milliseconds(session => session.IdleTime),
            Concurrency = Concurrency.Of(sessions.Select(TimeRange.Of)),
        };

        long Total(Func<AgentSession, long> count) => sessions.Aggregate(0L, (sum, session) => Sum.Of(sum, count(session)));

        TimeSpan Time(Func<AgentSession, TimeSpan> time) => new(Total(session => time(session).Ticks));

        SampleSummary Milliseconds(Func<AgentSession, TimeSpan> time) =>
            SampleSummary.Of(sessions.Select(session => time(session).TotalMilliseconds));
    }
}
