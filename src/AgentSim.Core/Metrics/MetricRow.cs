using System.Diagnostics;
using AgentSim.Statistics;

namespace AgentSim.Metrics;

/// <summary>
/// All that is said of a metric, or of metrics that belong together: those of a distribution, one for each <see cref="Statistic"/>,
/// and those of which a run knows the names. One of <see cref="Value"/>, <see cref="Distribution"/> and <see cref="Parts"/> is given.
/// </summary>
internal sealed record MetricRow
{
    /// <summary>Stands in names, labels and titles for the part that only a run knows.</summary>
    public const char AnyPart = '*';

    /// <summary>Name in files; of a distribution the end of names (<c>ttft_ms</c>), with a star if open (<c>task_*_share</c>).</summary>
    public required string Name { get; init; }

    /// <summary>Short name, as columns have it; of a distribution without the statistic.</summary>
    public required string Label { get; init; }

    /// <summary>Long name, as reports have it, with the unit if it does not say that itself; of a distribution without both.</summary>
    public required string Title { get; init; }

    /// <summary>Unit of the values.</summary>
    public required string Unit { get; init; }

    /// <summary>What it is: one sentence for somebody who does not know it.</summary>
    public required string Meaning { get; init; }

    /// <summary>Which way it gets better.</summary>
    public MetricDirection Direction { get; init; }

    /// <summary>True for counts, which are written without a point.</summary>
    public bool IsWhole { get; init; }

    /// <summary>True for what the clock on the wall says of the simulation itself, which no two runs have in common.</summary>
    public bool IsOfClock { get; init; }

    /// <summary>In which reports it is, and where in their files.</summary>
    public MetricGroup Group { get; init; } = MetricGroup.Every;

    /// <summary>When it has no samples. A value that is not finite has none either.</summary>
    public EmptyRule Empty { get; init; } = EmptyRule.Never;

    /// <summary>True for what a reader looks for first; of a distribution by <see cref="HeadlineStatistics"/>.</summary>
    public bool IsHeadline { get; init; }

    /// <summary>True for a property of the rows of sweeps. Of a distribution by <see cref="SweepStatistics"/>.</summary>
    public bool IsSweepColumn { get; init; }

    /// <summary>The statistics among the headlines.</summary>
    public string[] HeadlineStatistics { get; init; } = [];

    /// <summary>The statistics that rows of sweeps have as properties.</summary>
    public string[] SweepStatistics { get; init; } = [];

    /// <summary>What the table of the command line calls it (behaviour 06#8); null: it is not there.</summary>
    public string? TableLabel { get; init; }

    /// <summary>What the default view of the module calls it, at most 28 characters; null: it is not there.</summary>
    public string? ViewLabel { get; init; }

    /// <summary>Where it stands in both; rows without a place come last, in the order of the catalog.</summary>
    public int Place { get; init; } = int.MaxValue;

    /// <summary>The value in a report that has the group; null: no samples.</summary>
    public Func<ReplayReport, double?>? Value { get; init; }

    /// <summary>What is written where there are no samples, because the reference does; 0 else.</summary>
    public Func<ReplayReport, double>? WrittenIfEmpty { get; init; }

    /// <summary>The distribution in a report that has the group.</summary>
    public Func<ReplayReport, Distribution>? Distribution { get; init; }

    /// <summary>Those of its statistics that are metrics.</summary>
    public Statistic[] Statistics { get; init; } = Statistic.All;

    /// <summary>The values in a report that has the group, by what stands for the star: small letters, digits, underscores.</summary>
    public Func<ReplayReport, IEnumerable<KeyValuePair<string, double>>>? Parts { get; init; }

    /// <summary>True for metrics of which only a run knows the names.</summary>
    public bool IsOpen => Parts is not null;

    /// <summary>The metrics that are known without a run.</summary>
    public IEnumerable<MetricDefinition> Definitions => IsOpen ? []
        : Distribution is null ? [new MetricDefinition(this)] : Statistics.Select(statistic => new MetricDefinition(this, statistic));

    /// <summary>The metric of a name that an open row stands for; null for other names.</summary>
    public MetricDefinition? Open(string name)
    {
        if (!IsOpen) return null;
        int star = Name.IndexOf(AnyPart, StringComparison.Ordinal), length = name.Length - (Name.Length - 1);
        bool begins = name.StartsWith(Name[..star], StringComparison.Ordinal);
        bool ends = name.EndsWith(Name[(star + 1)..], StringComparison.Ordinal);
        return length > 0 && begins && ends ? new MetricDefinition(this, part: name.Substring(star, length)) : null;
    }

    /// <summary>The metrics of a report that has the group.</summary>
    public IEnumerable<Metric> Measure(ReplayReport report)
    {
        Debug.Assert(Group.IsIn(report));
        if (Parts is not null) return Parts(report).Select(part => Metric(Filled(Name, part.Key), part.Value, report));
        if (Distribution is null) return [Metric(Name, Value!(report) ?? double.NaN, report)];
        Distribution values = Distribution(report);
        return Statistics.Select(statistic => Metric(statistic.NameOf(Name), statistic.Of(values), report));
    }

    /// <summary>Its lines in a table of one run.</summary>
    /// <param name="report">A report that has the group.</param>
    /// <param name="label">What the table calls it.</param>
    public IEnumerable<MetricLine> Lines(ReplayReport report, string label)
    {
        if (Parts is not null) return Parts(report).Select(part => new MetricLine(this, Filled(label, part.Key), null, part.Value));
        if (Distribution is not null) return [new MetricLine(this, label, Distribution(report), double.NaN)];
        return [new MetricLine(this, label, null, Value!(report) ?? double.NaN)];
    }

    /// <summary>A name, label or title with a part of names in the place of the star.</summary>
    public static string Filled(string text, string part) => text.Replace($"{AnyPart}", part, StringComparison.Ordinal);

    private Metric Metric(string name, double value, ReplayReport report) =>
        double.IsFinite(value) ? new(name, value, IsWhole) : Metrics.Metric.Empty(name, WrittenIfEmpty?.Invoke(report) ?? 0.0);
}

/// <summary>A line of a table of one run.</summary>
/// <param name="Row">What it is a line of.</param>
/// <param name="Label">What the table calls it.</param>
/// <param name="Statistics">The distribution; null where there is a single value.</param>
/// <param name="Value">That value.</param>
internal readonly record struct MetricLine(MetricRow Row, string Label, Distribution? Statistics, double Value);
