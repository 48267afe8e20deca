using System.Globalization;
using AgentSim.Statistics;

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

/// <summary>What is known of the calls of one class of tools.</summary>
/// <param name="ToolClass">The class.</param>
/// <param name="Calls">Finished calls.</param>
/// <param name="Errors">Those that failed.</param>
/// <param name="DurationMs">How long the calls took, by their start and end.</param>
public sealed record ToolMeasure(string ToolClass, int Calls, int Errors, SampleSummary DurationMs)
{
    /// <summary>Class and number of calls.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{ToolClass}: {Calls:N0}");
}

/// <summary>Statistics of a list of samples; all but the count are NaN when there are none. Percentiles are nearest rank, without
/// interpolation.</summary>
/// <param name="Count">Number of samples.</param>
/// <param name="Mean">Arithmetic mean.</param>
/// <param name="P50">50th percentile, the median.</param>
/// <param name="P90">90th percentile.</param>
/// <param name="P99">99th percentile.</param>
/// <param name="Min">Smallest sample.</param>
/// <param name="Max">Largest sample.</param>
public sealed record SampleSummary(long Count, double Mean, double P50, double P90, double P99, double Min, double Max)
{
    /// <summary>The statistics in one line, for views and tables of text.</summary>
    public override string ToString() => Count == 0 ? "no samples" : string.Create(CultureInfo.InvariantCulture,
        $"mean {Mean:#,0.##}, p50 {P50:#,0.##}, p90 {P90:#,0.##}, p99 {P99:#,0.##}, {Min:#,0.##} to {Max:#,0.##}");

    internal static SampleSummary Of(ReadOnlySpan<double> samples)
    {
        Distribution all = samples.IsEmpty ? Distribution.NoNumbers : Distribution.Of(samples);
        return new SampleSummary(samples.Length, all.Mean, all.Median, all.P90, all.P99, all.Min, all.Max);
    }

    internal static SampleSummary Of(IEnumerable<double> samples) => Of([.. samples]);
}
