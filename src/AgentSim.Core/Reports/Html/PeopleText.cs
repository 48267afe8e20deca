using AgentSim.Metrics;

namespace AgentSim.Reports.Html;

/// <summary>Metrics as the page shows them: in units that people read, so that titles need none.</summary>
internal static class PeopleText
{
    private const string Milliseconds = "ms", Share = "0 to 1";

    /// <summary>Title of a metric, without a unit that stands with its values.</summary>
    public static string Title(MetricDefinition metric)
    {
        string unit = $" ({metric.Row.Unit})";
        return metric.Row.Unit == Milliseconds && metric.Title.EndsWith(unit, StringComparison.Ordinal)
            ? metric.Title[..^unit.Length] : metric.Title;
    }

    /// <summary>A value of a metric with its unit.</summary>
    public static string Value(MetricDefinition metric, double? value) => metric.Row.Unit switch
    {
        Milliseconds => Ms(value),
        Share when value is { } share && double.IsFinite(share) => PeopleUnits.Percent(share),
        _ => MetricText.Value(value),
    };

    /// <summary>How a metric changed, with its sign: in percent of the baseline, shares in percentage points.</summary>
    /// <param name="metric">The metric; null: it has no definition.</param>
    /// <param name="baseline">What it was.</param>
    /// <param name="value">What it is.</param>
    public static string Change(MetricDefinition? metric, double? baseline, double? value) =>
        metric?.Row.Unit == Share && MetricChange.Difference(baseline, value) is { } difference
            ? $"{MetricText.Signed(difference * 100.0)} points" : MetricText.Percent(baseline, value);

    /// <summary>A time.</summary>
    public static string Ms(double? ms) => ms is { } time && double.IsFinite(time) ? PeopleUnits.Duration(time) : MetricText.Value(ms);

    /// <summary>The value in all its digits, for those who point at it.</summary>
    public static string Exact(MetricDefinition metric, double? value) =>
        metric.Row.Unit == Milliseconds && value is { } time && double.IsFinite(time)
            ? $"{MetricText.Value(value)} ms" : MetricText.Value(value);
}
