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
        IEnumerable<string> names = reports.SelectMany(report => report.Select(metric => metric.Name)).Distinct().Order(StringComparer.Ordinal);
        return [.. names.Select(name => new MetricComparison(name, [.. reports.Select(report => ReportMetrics.Find(report, name))], tolerancePercent))];
    }
}
