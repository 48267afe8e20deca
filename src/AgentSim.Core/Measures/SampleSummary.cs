using System.Globalization;
using AgentSim.Statistics;

namespace AgentSim.Measures;

/// <summary>Statistics of a list of samples; all but the count are NaN when there are none. Percentiles are nearest rank, without interpolation.</summary>
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
