using AgentSim.Statistics;

namespace AgentSim.Metrics;

/// <summary>A number that sums up a distribution; a metric of its own, whose name begins with that of the statistic.</summary>
/// <param name="Name">The beginning of the metric's name.</param>
/// <param name="Meaning">What it is, to stand before what the distribution is of.</param>
/// <param name="Of">The number.</param>
internal sealed record Statistic(string Name, string Meaning, Func<Distribution, double> Of)
{
    private const string Deviation = "std";

    /// <summary>All, in the order in which pages list them.</summary>
    public static readonly Statistic[] All =
    [
        new("mean", "Mean", values => values.Mean),
        new("min", "Smallest", values => values.Min),
        new("median", "Median", values => values.Median),
        new("p75", "75th percentile", values => values.P75),
        new("p90", "90th percentile", values => values.P90),
        new("p95", "95th percentile", values => values.P95),
        new("p99", "99th percentile", values => values.P99),
        new("max", "Largest", values => values.Max),
        new(Deviation, "Population standard deviation", values => values.Std),
    ];

    /// <summary>The metric of a distribution.</summary>
    /// <param name="distribution">Its name, which ends that of the metric.</param>
    public string NameOf(string distribution) => $"{Name}_{distribution}";

    /// <summary>What is better for this statistic where it is known of the samples: spread is never good.</summary>
    public MetricDirection DirectionOf(MetricDirection samples) =>
        samples == MetricDirection.Higher && Name == Deviation ? MetricDirection.Lower : samples;
}
