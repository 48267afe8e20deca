using System.Globalization;
using System.Text;
using AgentSim.Calibration;

namespace AgentSim.Reports;

/// <summary>Measured beside simulated, as a table for the terminal.</summary>
public static class AccuracyTable
{
    private static readonly string[] Headers = ["Metric", "measured", "simulated", "error", "baseline"];

    /// <summary>The table of a run; every line ends with a line feed.</summary>
    /// <param name="title">The line above it.</param>
    /// <param name="rows">The quantities.</param>
    public static string Render(string title, IReadOnlyList<AccuracyRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var text = new StringBuilder(title).Append('\n');
        TextTable.Append(text, [Headers, .. rows.Select(row => (string[])[Label(row.Metric), Value(row.Measured), Value(row.Simulated), Percent(row.Error), Percent(row.Baseline)])]);
        return text.ToString();
    }

    /// <summary>A metric as it is shown.</summary>
    public static string Label(string metric)
    {
        ArgumentNullException.ThrowIfNull(metric);
        string unit = metric == "throughput" ? " (requests/s)" : metric.EndsWith("_mape", StringComparison.Ordinal) ? " (mean of requests)" : " (ms)";
        return metric + unit;
    }

    private static string Value(double? value) => value is { } number && double.IsFinite(number) ? number.ToString("N2", CultureInfo.InvariantCulture) : "";

    private static string Percent(double? share) => share is { } number && double.IsFinite(number) ? (100 * number).ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture) + " %" : "";
}
