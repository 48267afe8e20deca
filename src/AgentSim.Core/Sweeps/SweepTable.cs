using System.Text;
using AgentSim.Reports;

namespace AgentSim.Sweeps;

/// <summary>The rows of a sweep as a table for the terminal.</summary>
public static class SweepTable
{
    private const int LongestText = 60;

    /// <summary>The metrics that are shown unless others are asked for.</summary>
    public static IReadOnlyList<string> DefaultMetrics { get; } =
        ["mean_ttft_ms", "p99_ttft_ms", "mean_itl_ms", "mean_e2e_latency_ms", "output_throughput_tok_s", "prefix_cache_reused_ratio"];

    /// <summary>A line per row: its number, what differs between the rows, and metrics. Every line ends with a line feed.</summary>
    /// <param name="rows">Rows, in the order to show them.</param>
    /// <param name="metrics">Names of metrics.</param>
    /// <exception cref="AgentSimException"><c>MetricUnknown</c>.</exception>
    public static string Render(IReadOnlyList<SweepRow> rows, IReadOnlyList<string> metrics)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(metrics);
        IReadOnlyList<(string Name, Func<SweepRow, string> Text)> differing = SweepColumns.Differing(rows);
        List<string[]> table = [["#", .. differing.Select(column => column.Name), .. metrics]];
        foreach (SweepRow row in rows)
        {
            table.Add([
                CsvText.Of(row.Index),
                .. differing.Select(column => Short(column.Text(row))),
                .. metrics.Select(metric => row.Error is null ? MetricText.Value(row[metric]) : "failed"),
            ]);
        }

        var text = new StringBuilder();
        TextTable.Append(text, table);
        return text.ToString();
    }

    private static string Short(string text) => text.Length <= LongestText ? text : text[..(LongestText - 1)] + "…";
}
