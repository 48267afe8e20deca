using AgentSim.Statistics;

namespace AgentSim.Metrics;

/// <summary>What the catalog says of one metric.</summary>
/// <param name="row">Its row.</param>
/// <param name="statistic">Which one of a distribution it is.</param>
/// <param name="part">What stands in its name for the star of an open row.</param>
internal sealed class MetricDefinition(MetricRow row, Statistic? statistic = null, string? part = null)
{
    /// <summary>Name in files.</summary>
    public string Name { get; } = statistic is not null ? statistic.NameOf(row.Name) : Filled(row.Name, part);

    /// <summary>Short name: <c>TTFT p99</c>.</summary>
    public string Label => statistic is not null ? $"{row.Label} {statistic.Name}" : Filled(row.Label, part);

    /// <summary>Long name: <c>Time to first token, p99 (ms)</c>.</summary>
    public string Title => statistic is not null ? $"{row.Title}, {statistic.Name} ({row.Unit})" : Filled(row.Title, part);

    /// <summary>What it is, in one sentence.</summary>
    public string Meaning => statistic is null ? row.Meaning : $"{statistic.Meaning}: {row.Meaning}";

    /// <summary>Name of the property that result objects have for it: <c>P99TtftMs</c>.</summary>
    public string PropertyName => PropertyOf(Name);

    /// <summary>The property of a metric, or of an object of them, by the name in files.</summary>
    public static string PropertyOf(string name) =>
        string.Concat(name.Split('_', StringSplitOptions.RemoveEmptyEntries).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    /// <summary>What else is said of it.</summary>
    public MetricRow Row => row;

    /// <summary>Which way it gets better.</summary>
    public MetricDirection Direction => statistic?.DirectionOf(row.Direction) ?? row.Direction;

    /// <summary>True for what a reader looks for first.</summary>
    public bool IsHeadline => statistic is null ? row.IsHeadline : row.HeadlineStatistics.Contains(statistic.Name);

    /// <summary>True for a property of the rows of sweeps.</summary>
    public bool IsSweepColumn => statistic is null ? row.IsSweepColumn : row.SweepStatistics.Contains(statistic.Name);

    private static string Filled(string text, string? part) => part is null ? text : MetricRow.Filled(text, part);
}

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
