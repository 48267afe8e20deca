namespace AgentSim.Metrics;

/// <summary>What became of a metric.</summary>
public enum ComparisonVerdict
{
    /// <summary>It is as it was, within the tolerance.</summary>
    Same,

    /// <summary>It got better.</summary>
    Better,

    /// <summary>It got worse.</summary>
    Worse,

    /// <summary>It changed, and neither way is better.</summary>
    Changed,

    /// <summary>One of the reports does not have it.</summary>
    Missing,
}

/// <summary>One metric in two or more reports, the first of which is the baseline.</summary>
public sealed class MetricComparison
{
    internal MetricComparison(string metric, IReadOnlyList<double?> values, double tolerancePercent)
    {
        Metric = metric;
        Values = values;
        Direction = MetricDirections.Of(metric);
        Verdicts = [.. values.Skip(1).Select(value => MetricChange.Verdict(values[0], value, Direction, tolerancePercent))];
    }

    /// <summary>Name in the report file.</summary>
    public string Metric { get; }

    /// <summary>Which way it gets better.</summary>
    public MetricDirection Direction { get; }

    /// <summary>False when it is the same in all reports.</summary>
    internal bool IsChanged => Verdicts.Any(verdict => verdict != ComparisonVerdict.Same);

    /// <summary>Value in the first report; null where it is missing.</summary>
    public double? Baseline => Values[0];

    /// <summary>Value in the last report; null where it is missing.</summary>
    public double? Value => Values[^1];

    /// <summary><see cref="Value"/> less <see cref="Baseline"/>.</summary>
    public double? Difference => Value - Baseline;

    /// <summary>The difference in percent of the baseline; null for a change from 0.</summary>
    public double? Percent => MetricChange.Percent(Baseline, Value);

    /// <summary>What became of the metric from the first to the last report.</summary>
    public ComparisonVerdict Verdict => Verdicts[^1];

    /// <summary>The values of all reports, the baseline first.</summary>
    public IReadOnlyList<double?> Values { get; }

    /// <summary>What became of the metric from the first to each of the other reports.</summary>
    public IReadOnlyList<ComparisonVerdict> Verdicts { get; }
}
