using AgentSim.Metrics;

namespace AgentSim.Reports.Html;

/// <summary>
/// How the page judges changes: by less than 1 % a metric is about the same there, since so little tells nothing of what was changed.
/// Objects, tables and files keep the exact verdicts.
/// </summary>
internal static class PageChange
{
    /// <summary>The rule, for those who read a table by it.</summary>
    public const string Rule = "A change of less than 1 % counts as about the same (≈).";

    private const double LeastPercent = 1.0;

    /// <summary>True for a change that is too small to judge.</summary>
    public static bool IsSlight(double? baseline, double? value, ComparisonVerdict verdict) =>
        IsChange(verdict) && MetricChange.Percent(baseline, value) is { } percent
        && Math.Round(Math.Abs(percent), 1, MidpointRounding.AwayFromZero) < LeastPercent;   // as it is shown

    /// <summary>A verdict as the page shows it, with the size of the change.</summary>
    /// <param name="metric">The metric; null: it has no definition.</param>
    /// <param name="baseline">Its value in the first run.</param>
    /// <param name="value">Its value in another.</param>
    /// <param name="verdict">What became of it.</param>
    public static string Text(MetricDefinition? metric, double? baseline, double? value, ComparisonVerdict verdict)
    {
        if (!IsChange(verdict)) return MetricText.Verdict(verdict);
        string word = IsSlight(baseline, value, verdict) ? "≈ about the same" : MetricText.Verdict(verdict);
        return $"{word} {PeopleText.Change(metric, baseline, value)}";
    }

    private static bool IsChange(ComparisonVerdict verdict) =>
        verdict is ComparisonVerdict.Better or ComparisonVerdict.Worse or ComparisonVerdict.Changed;
}
