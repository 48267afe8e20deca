using System.Text;
using AgentSim.Metrics;

namespace AgentSim.Reports;

/// <summary>Comparisons of reports as a table for the terminal.</summary>
public static class ComparisonTable
{
    /// <summary>The metrics that changed, and a line about the others; every line ends with a line feed.</summary>
    /// <param name="names">What to call the reports, the baseline first.</param>
    /// <param name="metrics">Comparisons of those reports.</param>
    public static string Render(IReadOnlyList<string> names, IReadOnlyList<MetricComparison> metrics)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(metrics);
        MetricComparison[] changed = [.. metrics.Where(metric => metric.IsChanged)];
        var rows = new List<string[]> { Header(names) };
        rows.AddRange(changed.Select(Row));
        var text = new StringBuilder();
        if (changed.Length > 0) TextTable.Append(text, rows);
        text.Append(MetricComparison.Rest(metrics)).Append(".\n");
        return text.ToString();
    }

    private static string[] Header(IReadOnlyList<string> names) =>
        ["Metric", names[0], .. names.Skip(1).SelectMany(name => (string[])[name, "change", "verdict"])];

    private static string[] Row(MetricComparison metric)
    {
        var cells = new List<string> { metric.Metric, MetricText.Value(metric.Baseline) };
        for (int report = 1; report < metric.Values.Count; report++)
        {
            cells.Add(MetricText.Value(metric.Values[report]));
            cells.Add(MetricText.Percent(metric.Baseline, metric.Values[report]));
            cells.Add(MetricText.Verdict(metric.Verdicts[report - 1]));
        }

        return [.. cells];
    }
}
