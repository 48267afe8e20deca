using System.Globalization;
using System.Text;
using AgentSim.Metrics;
using AgentSim.Reports;
using AgentSim.Simulation;
using AgentSim.Statistics;

namespace AgentSim.PowerShell;

/// <summary>A report as the default view shows it: the metrics of the command line's table, in less than 100 columns.</summary>
public static class ReportText
{
    private const int LabelWidth = 29;
    private const int ValueWidth = 10;
    private const string NoSamples = "no samples";

    private static readonly string[] Statistics = ["avg", "min", "max", "p99", "p90", "p75", "std"];

    /// <summary>The text of the view of a result: its metrics, and what they have to be read with.</summary>
    /// <param name="result">The run to show.</param>
    public static string Of(ReplayResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        string timing = result.Run.Timing.Length > 0 ? $"{Environment.NewLine}Timing: {Quote.Shown(result.Run.Timing)}" : "";
        return string.Concat([Of(result.Summary), timing, .. result.Warnings.Select(warning =>
            $"{Environment.NewLine}Warning: {warning.In(ParameterNames.Wording)}")]);
    }

    /// <summary>The text of the view.</summary>
    /// <param name="report">The metrics to show.</param>
    public static string Of(ReplayReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var text = new StringBuilder();
        AddRow(text, "Metric", Statistics);
        AddRow(text, new string('-', LabelWidth - 1), [.. Statistics.Select(_ => new string('-', ValueWidth - 1))]);
        foreach (MetricLine line in MetricCatalog.Current.Lines(report, row => row.ViewLabel))
        {
            if (line.Statistics is { } values) AddRow(text, line.Label, values);
            else AddRow(text, line.Label, [Cell(line.Value)]);
        }

        text.AppendLine();
        string duration = double.IsFinite(report.DurationMs)
            ? string.Create(CultureInfo.InvariantCulture, $" in {report.DurationMs / 1000:N3} simulated seconds") : "";
        text.AppendLine(CultureInfo.InvariantCulture,
            $"Completed {report.CompletedRequests:N0} of {report.NumRequests:N0} requests{duration} (computed in " +
                $"{report.WallTimeMs:N0} ms)");
        text.Append(CultureInfo.InvariantCulture,
            $"Prompt tokens found in the prefix cache: {Share(report.PrefixCacheReusedRatio)} (first admission " +
                $"{Share(report.FirstAdmissionPrefixCacheReusedRatio)})");
        if (MetricText.CutOff(report) is { } cut) text.AppendLine().Append(cut);
        return text.ToString();
    }

    private static void AddRow(StringBuilder text, string label, Distribution values) => AddRow(text, label, double.IsFinite(values.Mean)
        ? [Cell(values.Mean), Cell(values.Min), Cell(values.Max), Cell(values.P99), Cell(values.P90), Cell(values.P75), Cell(values.Std)]
        : [NoSamples]);

    private static void AddRow(StringBuilder text, string label, string[] cells)
    {
        text.Append(label.PadRight(cells is [NoSamples] ? LabelWidth + 1 : LabelWidth));
        foreach (string cell in cells) text.Append(cell.PadLeft(ValueWidth));
        text.AppendLine();
    }

    private static string Share(double value) => double.IsFinite(value) ? value.ToString("P2", CultureInfo.InvariantCulture) : NoSamples;

    // As many decimals as leave a space before the number.
    private static string Cell(double value) => !double.IsFinite(value) ? NoSamples : value.ToString(
        Math.Abs(value) switch { < 99_999.995 => "N2", < 9_999_999.5 => "N0", _ => "0.00E+0" }, CultureInfo.InvariantCulture);
}
