using System.Dynamic;
using System.Linq.Expressions;
using System.Text.Json.Serialization;

namespace AgentSim.Metrics;

/// <summary>Compares reports metric by metric.</summary>
public static class ReportComparison
{
    /// <summary>Compares two or more reports with the first one.</summary>
    /// <param name="reports">The metrics of each report.</param>
    /// <param name="tolerancePercent">Changes up to this percentage of the baseline count as none; finite and not negative.</param>
    /// <returns>One comparison for every metric that any report has, in ascending order of the names.</returns>
    public static IReadOnlyList<MetricComparison> Compare(IReadOnlyList<IReadOnlyList<Metric>> reports, double tolerancePercent = 0.0)
    {
        ArgumentNullException.ThrowIfNull(reports);
        ArgumentOutOfRangeException.ThrowIfLessThan(reports.Count, 2, nameof(reports));
        if (!double.IsFinite(tolerancePercent) || tolerancePercent < 0.0) throw new ArgumentOutOfRangeException(nameof(tolerancePercent));
        IEnumerable<string> names = reports.SelectMany(report => report.Select(metric => metric.Name)).Distinct()
            .Order(StringComparer.Ordinal);
        return [.. names.Select(name => new MetricComparison(name, [.. reports.Select(report => ReportMetrics.Find(report, name))],
            tolerancePercent))];
    }
}

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

    /// <summary>It has no samples in one of the reports, where no request gave any: it is no number there.</summary>
    NoSamples,
}

/// <summary>One metric in two or more reports, the first of which is the baseline.</summary>
public sealed class MetricComparison : IDynamicMetaObjectProvider
{
    internal MetricComparison(string metric, IReadOnlyList<double?> values, double tolerancePercent)
    {
        Metric = metric;
        Values = values;
        Direction = MetricNames.Of(metric);
        Verdicts = [.. values.Skip(1).Select(value => MetricChange.Verdict(values[0], value, Direction, tolerancePercent))];
    }

    [JsonConstructor]
    internal MetricComparison(string metric, MetricDirection direction, IReadOnlyList<double?> values,
        IReadOnlyList<ComparisonVerdict> verdicts) =>
        (Metric, Direction, Values, Verdicts) = (metric, direction, values, verdicts);

    /// <summary>Name in the report file.</summary>
    public string Metric { get; }

    /// <summary>Which way it gets better.</summary>
    public MetricDirection Direction { get; }

    /// <summary>True when no report has samples of it.</summary>
    internal bool IsEmpty => Values.All(value => value is { } number && !double.IsFinite(number));

    /// <summary>False when it is the same in all reports, or empty in all.</summary>
    internal bool IsChanged => !IsEmpty && Verdicts.Any(verdict => verdict != ComparisonVerdict.Same);

    /// <summary>Value in the first report; null where it is missing, infinitely bad where it has no samples.</summary>
    public double? Baseline => Values[0];

    /// <summary>Value in the last report; null where it is missing, infinitely bad where it has no samples.</summary>
    public double? Value => Values[^1];

    /// <summary><see cref="Value"/> less <see cref="Baseline"/>; null where one of them is no number.</summary>
    public double? Difference => MetricChange.Difference(Baseline, Value);

    /// <summary>The difference in percent of the baseline; null for one from (next to) 0, and where one of them is no number.</summary>
    public double? Percent => MetricChange.Percent(Baseline, Value);

    /// <summary>What became of the metric from the first to the last report.</summary>
    public ComparisonVerdict Verdict => Verdicts[^1];

    /// <summary>The values of all reports, the baseline first.</summary>
    public IReadOnlyList<double?> Values { get; }

    /// <summary>What became of the metric from the first to each of the other reports.</summary>
    public IReadOnlyList<ComparisonVerdict> Verdicts { get; }

    /// <summary>How many of some metrics are the same in all reports, and have no samples in any, in words.</summary>
    internal static string Rest(IReadOnlyCollection<MetricComparison> metrics)
    {
        int empty = metrics.Count(metric => metric.IsEmpty), same = metrics.Count(metric => !metric.IsChanged) - empty;
        string text = same == 1 ? "1 metric is the same" : $"{same} metrics are the same";
        return empty == 0 ? text : $"{text}, {empty} {(empty == 1 ? "has" : "have")} no samples";
    }

    DynamicMetaObject IDynamicMetaObjectProvider.GetMetaObject(Expression parameter) =>
        new StrictNames(parameter, this, typeof(MetricComparison));
}

/// <summary>How two values of a metric differ.</summary>
internal static class MetricChange
{
    // Equal runs of different programs agree to this much (behaviour 00#tolerance).
    public const double RelativeNoise = 1e-9;

    public static double? Percent(double? baseline, double? value)
    {
        if (!IsNumber(value) || !IsNumber(baseline)) return null;
        if (value == baseline) return 0.0;
        double change = (value!.Value - baseline!.Value) / Math.Abs(baseline.Value) * 100.0;
        return double.IsFinite(change) ? change : null;   // from 0, or from next to it
    }

    /// <summary>The change; null where there is none to speak of.</summary>
    public static double? Difference(double? baseline, double? value) => IsNumber(value) && IsNumber(baseline)
        && double.IsFinite(value!.Value - baseline!.Value) ? value - baseline : null;

    public static ComparisonVerdict Verdict(double? baseline, double? value, MetricDirection direction, double tolerancePercent)
    {
        if (baseline is not { } before || value is not { } after) return ComparisonVerdict.Missing;
        if (!IsNumber(before) || !IsNumber(after)) return ComparisonVerdict.NoSamples;
        double allowed = Math.Max(tolerancePercent / 100.0, RelativeNoise) * Math.Abs(before);
        if (Math.Abs(after - before) <= allowed) return ComparisonVerdict.Same;
        return direction switch
        {
            MetricDirection.None => ComparisonVerdict.Changed,
            MetricDirection.Lower => after < before ? ComparisonVerdict.Better : ComparisonVerdict.Worse,
            _ => after > before ? ComparisonVerdict.Better : ComparisonVerdict.Worse,
        };
    }

    private static bool IsNumber(double? value) => value is { } number && double.IsFinite(number);
}
