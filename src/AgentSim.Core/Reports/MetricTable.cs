using System.Globalization;
using System.Text;

namespace AgentSim.Reports;

/// <summary>The table a replay prints at its end (specification 06, 8).</summary>
public static class MetricTable
{
    private static readonly string[] Headers = ["Metric", "avg", "min", "max", "p99", "p90", "p75", "std"];

    /// <summary>Title, table and the three lines below it; every line ends with a line feed.</summary>
    /// <param name="report">The metrics to show.</param>
    public static string Render(ReplayReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        string[][] rows =
        [
            Headers,
            Row("Time to First Token (ms)", report.Ttft),
            Row("Time to Second Token (ms)", report.Ttst),
            Row("Request Latency (ms)", report.E2eLatency),
            Row("Inter Token Latency (ms)", report.InterTokenLatency),
            Row("Output Token Throughput Per User (tokens/sec/user)", report.OutputTokenThroughputPerUser),
            Row("Output Token Throughput (tokens/sec)", report.OutputThroughputTokS),
            Row("Request Throughput (requests/sec)", report.RequestThroughputRps),
            Row("Request Count (requests)", report.CompletedRequests),
        ];
        int[] widths = [.. Headers.Select((_, column) => rows.Max(row => row[column].Length))];

        var text = new StringBuilder("NVIDIA AIPerf | LLM Metrics\n");
        AppendRule(text, widths, '┏', '┳', '┓');
        AppendRow(text, widths, rows[0]);
        AppendRule(text, widths, '┡', '╇', '┩');
        foreach (string[] row in rows.AsSpan(1)) AppendRow(text, widths, row);
        AppendRule(text, widths, '└', '┴', '┘');
        text.Append("Wall Time (ms): ").Append(Number(report.WallTimeMs)).Append('\n');
        text.Append("Prefix Cache Reused Ratio: ").Append(Number(report.PrefixCacheReusedRatio)).Append('\n');
        text.Append("First Admission Prefix Cache Reused Ratio: ").Append(Number(report.FirstAdmissionPrefixCacheReusedRatio)).Append('\n');
        return text.ToString();
    }

    /// <summary>Thousands separators and two decimals, rounded from the exact binary value with ties to even.</summary>
    internal static string Number(double value) => value.ToString("N2", CultureInfo.InvariantCulture);

    private static string[] Row(string label, Distribution values) =>
    [
        label, Number(values.Mean), Number(values.Min), Number(values.Max),
        Number(values.P99), Number(values.P90), Number(values.P75), Number(values.Std),
    ];

    private static string[] Row(string label, double value) => [label, Number(value), "N/A", "N/A", "N/A", "N/A", "N/A", "N/A"];

    private static void AppendRule(StringBuilder text, int[] widths, char left, char middle, char right)
    {
        for (int column = 0; column < widths.Length; column++)
        {
            text.Append(column == 0 ? left : middle).Append('━', widths[column] + 2);
        }

        text.Append(right).Append('\n');
    }

    private static void AppendRow(StringBuilder text, int[] widths, string[] cells)
    {
        for (int column = 0; column < widths.Length; column++)
        {
            string cell = column == 0 ? cells[column].PadRight(widths[column]) : cells[column].PadLeft(widths[column]);
            text.Append("┃ ").Append(cell).Append(' ');
        }

        text.Append("┃\n");
    }
}
