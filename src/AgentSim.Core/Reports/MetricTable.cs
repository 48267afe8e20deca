using System.Globalization;
using System.Text;
using AgentSim.Metrics;
using AgentSim.Simulation;
using AgentSim.Statistics;

namespace AgentSim.Reports;

/// <summary>The table a replay prints at its end (behaviour 06#8).</summary>
public static class MetricTable
{
    private const string None = "N/A";   // as the reference has it where there is nothing to show

    private static readonly string[] Headers = ["Metric", "avg", "min", "max", "p99", "p90", "p75", "std"];

    /// <summary>Title, table and the three lines below it; every line ends with a line feed.</summary>
    /// <param name="report">The metrics to show.</param>
    public static string Render(ReplayReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return Render(report, Rows(report), "");
    }

    /// <summary>The same with the warnings of the run below.</summary>
    /// <param name="result">The run to show.</param>
    /// <param name="wording">How the front end that shows it calls settings; null: by their neutral names.</param>
    public static string Render(ReplayResult result, Wording? wording = null)
    {
        ArgumentNullException.ThrowIfNull(result);
        return Render(result.Summary) + Timing(result) + Warnings(result.Warnings, wording);
    }

    /// <summary>The same with a column that shows the distributions.</summary>
    /// <param name="result">The run to show.</param>
    /// <param name="wording">How the front end that shows it calls settings; null: by their neutral names.</param>
    public static string RenderWithPlots(ReplayResult result, Wording? wording = null)
    {
        ArgumentNullException.ThrowIfNull(result);
        string[] plots =
        [
            "distribution",
            .. Lines(result.Summary).Select(line => PlottedSamples.Of(result, line.Row.Name) is { } samples ? Sparkline.Of(samples) : None),
        ];
        string[][] rows = [.. Rows(result.Summary).Zip(plots, (row, plot) => (string[])[.. row, plot])];
        return Render(result.Summary, rows, Sparkline.Legend + "\n") + Timing(result) + Warnings(result.Warnings, wording);
    }

    /// <summary>A line for each warning; nothing where there is none.</summary>
    /// <param name="warnings">The warnings of a run.</param>
    /// <param name="wording">How the front end that shows them calls settings; null: by their neutral names.</param>
    public static string Warnings(IReadOnlyList<RunWarning> warnings, Wording? wording = null)
    {
        ArgumentNullException.ThrowIfNull(warnings);
        return string.Concat(warnings.Select(warning => $"Warning: {warning.In(wording ?? Wording.Neutral)}\n"));
    }

    // Without a profile the table is as the reference has it, and whose timing it is stands elsewhere.
    private static string Timing(ReplayResult result) => result.Run.Calibration is { } calibration ? $"Timing: {calibration}\n" : "";

    private static string[][] Rows(ReplayReport report) =>
        [Headers, .. Lines(report).Select(line => line.Statistics is { } values ? Row(line.Label, values) : Row(line.Label, line.Value))];

    private static IEnumerable<MetricLine> Lines(ReplayReport report) => MetricCatalog.Current.Lines(report, row => row.TableLabel);

    private static string Render(ReplayReport report, string[][] rows, string legend)
    {
        var text = new StringBuilder("NVIDIA AIPerf | LLM Metrics\n");
        TextTable.Append(text, rows);
        text.Append(legend);
        text.Append("Wall Time (ms): ").Append(Number(report.WallTimeMs)).Append('\n');
        text.Append("Prefix Cache Reused Ratio: ").Append(Number(report.PrefixCacheReusedRatio)).Append('\n');
        text.Append("First Admission Prefix Cache Reused Ratio: ").Append(Number(report.FirstAdmissionPrefixCacheReusedRatio)).Append('\n');
        if (MetricText.CutOff(report) is { } cut) text.Append(cut).Append('\n');
        return text.ToString();
    }

    /// <summary>Thousands separators and two decimals, rounded from the exact binary value with ties to even.</summary>
    internal static string Number(double value) => double.IsFinite(value) ? value.ToString("N2", CultureInfo.InvariantCulture) : None;

    private static string[] Row(string label, Distribution values) =>
    [
        label, Number(values.Mean), Number(values.Min), Number(values.Max),
        Number(values.P99), Number(values.P90), Number(values.P75), Number(values.Std),
    ];

    private static string[] Row(string label, double value) => [label, Number(value), None, None, None, None, None, None];
}
