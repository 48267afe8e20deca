using System.Globalization;
using System.Text;
using AgentSim.Agents;
using AgentSim.Metrics;
using AgentSim.Simulation;
using AgentSim.Statistics;

namespace AgentSim.Reports;

/// <summary>
/// A run as terminals show it: what ran and on whose timing, the metrics, and in sentences what they have to be read with. It fits 80
/// columns, and shows more where there is room for it.
/// </summary>
public static class RunTable
{
    private const int LabelWidth = 28;
    private const int ValueWidth = 10;
    private const int LeastWidth = 80;
    private const int WideWidth = LabelWidth + 8 * ValueWidth;
    private const int FactWidth = 9;
    private const string NoSamples = "no samples";

    private static readonly Column[] Narrow =
        [new("avg", v => v.Mean), new("p50", v => v.Median), new("p90", v => v.P90), new("p99", v => v.P99), new("max", v => v.Max)];

    private static readonly Column[] Wide =
        [new("avg", v => v.Mean), new("min", v => v.Min), new("p50", v => v.Median), new("p75", v => v.P75), new("p90", v => v.P90),
            new("p99", v => v.P99), new("max", v => v.Max), new("std", v => v.Std)];

    private static readonly Column[] Plotted = [new("p50", v => v.Median), new("p99", v => v.P99)];

    /// <summary>All of a run; every line ends with a line feed.</summary>
    /// <param name="result">The run.</param>
    /// <param name="agents">Its sessions and tasks, where they are known.</param>
    /// <param name="wording">How the front end calls settings; null: by their neutral names.</param>
    /// <param name="width">Columns of the terminal; null: none, so that no sentence is broken and the table is as for 80.</param>
    /// <param name="hasPlots">Whether the distributions are shown, too.</param>
    public static string Render(ReplayResult result, AgentResults? agents = null, Wording? wording = null, int? width = null,
        bool hasPlots = false)
    {
        ArgumentNullException.ThrowIfNull(result);
        int columns = width ?? int.MaxValue;
        RunFacts facts = RunFacts.Of(result, agents ?? result.Agents);
        var text = new StringBuilder();
        Fact(text, "Run", RunNames.Of([new ReportedRun(result)])[0], columns);
        Fact(text, "Load", facts.Load, columns);
        Fact(text, "Engine", facts.Engine, columns);
        Fact(text, "Workers", facts.Workers, columns);
        Fact(text, "Router", facts.Router, columns);
        string computed = result.Summary.WallTimeMs.ToString("N0", CultureInfo.InvariantCulture);
        Fact(text, "Time", $"{facts.Duration} (computed in {computed} ms)", columns);
        if (result.Run.Timing.Length > 0) Fact(text, "Timing", result.Run.Timing, columns);
        text.Append('\n');
        text.Append(Metrics(result.Summary, width ?? LeastWidth, hasPlots ? row => PlottedSamples.Of(result, row.Name) is { } samples
            ? Sparkline.Of(samples) : "" : null));
        text.Append('\n');
        foreach (string sentence in Sentences(result.Summary)) Wrap(text, sentence, "", "  ", columns);
        LoadAssessment load = result.Load;
        Wrap(text, $"{load.Sentence}.{(load.Basis.Length > 0 ? $" Basis: {load.Basis}." : "")}", "", "  ", columns);
        foreach (RunWarning warning in result.Warnings) Wrap(text, $"Warning: {warning.In(wording ?? Wording.Neutral)}", "", "  ", columns);
        return text.ToString();
    }

    /// <summary>The metrics of a report; every line ends with a line feed.</summary>
    /// <param name="report">The report.</param>
    public static string Render(ReplayReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var text = new StringBuilder(Metrics(report, LeastWidth, null));
        text.Append('\n');
        foreach (string sentence in Sentences(report)) Wrap(text, sentence, "", "  ", int.MaxValue);
        return text.ToString();
    }

    private static IEnumerable<string> Sentences(ReplayReport report)
    {
        double seconds = report.DurationMs / 1000;
        string duration = double.IsFinite(seconds)
            ? $" in {seconds.ToString(seconds < 1e12 ? "N3" : "0.###E+0", CultureInfo.InvariantCulture)} simulated seconds" : "";
        yield return string.Create(CultureInfo.InvariantCulture,
            $"Completed {report.CompletedRequests:N0} of {report.NumRequests:N0} requests{duration}");
        yield return $"Prompt tokens found in the prefix cache: {Share(report.PrefixCacheReusedRatio)} "
            + $"(first admission {Share(report.FirstAdmissionPrefixCacheReusedRatio)})";
        if (MetricText.CutOff(report) is { } cut) yield return cut;
    }

    private static string Metrics(ReplayReport report, int width, Func<MetricRow, string>? plot)
    {
        Column[] columns = plot is not null ? Plotted : width >= WideWidth ? Wide : Narrow;
        var text = new StringBuilder();
        AddRow(text, "Metric", [.. columns.Select(column => column.Name)], plot is null ? "" : "distribution");
        AddRow(text, new string('-', LabelWidth), [.. columns.Select(_ => new string('-', ValueWidth - 1))],
            plot is null ? "" : new string('-', Sparkline.Width));
        foreach (MetricLine line in MetricCatalog.Current.Lines(report, row => row.ViewLabel))
        {
            string[] cells = line.Statistics is not { } values ? [Cell(line.Value)]
                : double.IsFinite(values.Mean) ? [.. columns.Select(column => Cell(column.Of(values)))] : [NoSamples];
            AddRow(text, line.Label, cells, plot?.Invoke(line.Row) ?? "");
        }

        if (plot is not null) Wrap(text, Sparkline.Legend, "", "  ", width);
        return text.ToString();
    }

    private static void AddRow(StringBuilder text, string label, string[] cells, string plot)
    {
        int start = text.Length;
        // Words that fill a column keep a space before them.
        text.Append(label.PadRight(cells is [NoSamples] ? LabelWidth + 1 : LabelWidth));
        foreach (string cell in cells) text.Append(cell.PadLeft(ValueWidth));
        if (plot.Length > 0) text.Append(' ', Math.Max(0, LabelWidth + Plotted.Length * ValueWidth - (text.Length - start)))
            .Append("  ").Append(plot.TrimEnd());
        text.Append('\n');
    }

    private static void Fact(StringBuilder text, string name, string value, int width) =>
        Wrap(text, value, name.PadRight(FactWidth), new string(' ', FactWidth), width);

    // Breaks lines between words; a word that is longer than a line stays whole.
    private static void Wrap(StringBuilder text, string sentence, string first, string others, int width)
    {
        text.Append(first);
        int at = first.Length;
        bool isFirst = true;
        foreach (string word in Quote.Line(sentence).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!isFirst && at + 1 + word.Length > width)
            {
                text.Append('\n').Append(others);
                at = others.Length;
                isFirst = true;
            }

            text.Append(isFirst ? "" : " ").Append(word);
            at += word.Length + (isFirst ? 0 : 1);
            isFirst = false;
        }

        text.Append('\n');
    }

    private static string Share(double value) =>
        double.IsFinite(value) ? value.ToString("0.## %", CultureInfo.InvariantCulture) : NoSamples;

    // As many decimals as leave a space before the number.
    private static string Cell(double value) => !double.IsFinite(value) ? NoSamples : value.ToString(
        Math.Abs(value) switch { < 99_999.995 => "N2", < 9_999_999.5 => "N0", _ => "0.00E+0" }, CultureInfo.InvariantCulture);

    private readonly record struct Column(string Name, Func<Distribution, double> Of);
}
