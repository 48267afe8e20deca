namespace AgentSim.Measures;

/// <summary>Totals and distributions of the records of request traces, or of Mooncake rows.</summary>
public sealed class TraceMeasure
{
    /// <summary>What the records have in common; null for a measure of all.</summary>
    public string? Group { get; init; }

    /// <summary>First start, UTC; null for rows, whose times are relative.</summary>
    public DateTime? Start { get; init; }

    /// <summary>From the first start to the last end; null for rows, which do not know when they ended.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Sessions; requests without a session count as none.</summary>
    public int Sessions { get; init; }

    /// <summary>Finished requests, or rows.</summary>
    public int Requests { get; init; }

    /// <summary>Finished tool calls.</summary>
    public int ToolCalls { get; init; }

    /// <summary>Requests and tool calls that failed (<see cref="Traces.TraceRecord.IsError"/>).</summary>
    public int Errors { get; init; }

    /// <summary>Prompt tokens.</summary>
    public long InputTokens { get; init; }

    /// <summary>Output tokens.</summary>
    public long OutputTokens { get; init; }

    /// <summary>Prompt tokens found in a cache, as recorded; null if no request has recorded any number.</summary>
    public long? CachedTokens { get; init; }

    /// <summary>
    /// Prompt tokens that an earlier request of the group began with, too, in whole blocks: what an unbounded prefix cache
    /// that is filled at once would find. Earlier means an earlier start, and among rows an earlier place.
    /// </summary>
    public long RepeatedTokens { get; init; }

    /// <summary><see cref="RepeatedTokens"/> as a share of <see cref="InputTokens"/>, 0 to 1; NaN without any.</summary>
    public double PrefixReuse { get; init; }

    /// <summary>Prompt tokens of a request.</summary>
    public required SampleSummary InputLength { get; init; }

    /// <summary>Output tokens of a request.</summary>
    public required SampleSummary OutputLength { get; init; }

    /// <summary>How long requests took, in milliseconds; null for rows.</summary>
    public SampleSummary? RequestMs { get; init; }

    /// <summary>Requests of a session.</summary>
    public required SampleSummary Turns { get; init; }

    /// <summary>Tool calls by class, the most frequent first.</summary>
    public IReadOnlyList<ToolMeasure> Tools { get; init; } = [];

    /// <summary>How many requests ran at the same time; null for rows, and when no request took any time.</summary>
    public Concurrency? Concurrency { get; init; }
}
