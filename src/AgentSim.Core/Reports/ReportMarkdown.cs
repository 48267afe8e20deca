using System.Text;
using AgentSim.Metrics;

namespace AgentSim.Reports;

/// <summary>Writes runs as Markdown tables: headline metrics, limits, differences and where the runs come from. Text of traces is
/// escaped.</summary>
public static class ReportMarkdown
{
    /// <summary>Writes the report, UTF-8 with line feeds.</summary>
    /// <param name="stream">Written to, not closed.</param>
    /// <param name="runs">At least one; the others are compared with the first.</param>
    public static void Write(Stream stream, IReadOnlyList<ReportedRun> runs)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(runs);
        ArgumentOutOfRangeException.ThrowIfZero(runs.Count, nameof(runs));
        string[] names = [.. RunNames.Of(runs).Select(Escape)];
        IReadOnlyList<Metric>[] metrics = [.. runs.Select(run => run.Result.Summary.Metrics)];
        using var text = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            leaveOpen: true) { NewLine = "\n" };
        text.WriteLine("# Replay report\n");
        WriteRow(text, ["Metric", .. names]);
        WriteRule(text, names.Length);
        foreach (MetricDefinition metric in MetricCatalog.Current.Headlines(metrics))
            WriteRow(text, [metric.Title, .. metrics.Select(report => MetricText.Value(ReportMetrics.Find(report, metric.Name)))]);
        WriteWarnings(text, runs, names);
        WriteLimits(text, runs, names);
        if (runs.Count > 1) WriteDifferences(text, names, ReportComparison.Compare(metrics));
        WriteProvenance(text, runs, names);
    }

    private static void WriteWarnings(StreamWriter text, IReadOnlyList<ReportedRun> runs, string[] names)
    {
        if (runs.All(run => run.Result.Warnings.Count == 0)) return;
        text.WriteLine("\n## Warnings\n");
        for (int run = 0; run < runs.Count; run++)
        {
            foreach (RunWarning warning in runs[run].Result.Warnings) text.WriteLine($"- {names[run]}: {Escape(warning.Message)}");
        }
    }

    private static void WriteLimits(StreamWriter text, IReadOnlyList<ReportedRun> runs, string[] names)
    {
        for (int run = 0; run < runs.Count; run++)
        {
            if (MetricText.CutOff(runs[run].Result.Summary) is { } cut) text.WriteLine($"\n{names[run]}: {cut}.");
            if (MetricText.ServiceLevel(runs[run].Result.Summary, runs[run].Result.ServiceLevel) is { } sentence)
                text.WriteLine($"\n{names[run]}: {sentence}.");
        }

        if (runs.All(run => run.Limits.Count == 0)) return;
        text.WriteLine("\n## Limits\n");
        WriteRow(text, ["Run", "Outcome", "Limit"]);
        text.WriteLine("|---|---|---|");
        for (int run = 0; run < runs.Count; run++)
        {
            foreach (LimitResult limit in runs[run].Limits) WriteRow(text, [names[run], MetricText.Outcome(limit), Escape(limit.Message)]);
        }
    }

    private static void WriteDifferences(StreamWriter text, string[] names, IReadOnlyList<MetricComparison> metrics)
    {
        MetricComparison[] changed = [.. metrics.Where(metric => metric.IsChanged)];
        text.WriteLine($"\n## Differences\n\nAgainst {names[0]}; {MetricComparison.Rest(metrics)}.\n");
        WriteRow(text, ["Metric", .. names]);
        WriteRule(text, names.Length);
        foreach (MetricComparison metric in changed)
        {
            IEnumerable<string> others = Enumerable.Range(1, metric.Values.Count - 1).Select(run =>
                $"{MetricText.Value(metric.Values[run])} ({MetricText.Percent(metric.Baseline, metric.Values[run])}, " +
                    $"{MetricText.Verdict(metric.Verdicts[run - 1])})");
            WriteRow(text, [$"`{metric.Metric}`", MetricText.Value(metric.Baseline), .. others]);
        }
    }

    private static void WriteProvenance(StreamWriter text, IReadOnlyList<ReportedRun> runs, string[] names)
    {
        text.WriteLine("\n## Provenance\n");
        for (int run = 0; run < runs.Count; run++)
        {
            RunInfo info = runs[run].Result.Run;
            text.WriteLine($"- {names[run]}: AgentSim {info.Version}, router seed {info.Seed}");
            foreach (Workload.WorkloadInput input in info.Inputs)
                text.WriteLine($"  - {Escape(input.Path)} ({input.ThroughMemory ?? $"{input.Bytes} bytes, SHA-256 {input.Sha256}"})");
            // Engine and router have settings by the dozen; the JSON report holds them all.
            string[] settings = [.. FlatSettings.Of(info).Where(setting => setting.Value.Length > 0 && !setting.Key.Contains('.'))
                .Select(setting => $"{Escape(setting.Key)} {Escape(setting.Value)}")];
            text.WriteLine($"  - {string.Join(", ", settings)}");
        }
    }

    private static void WriteRow(StreamWriter text, string[] cells) => text.WriteLine($"| {string.Join(" | ", cells)} |");

    private static void WriteRule(StreamWriter text, int numbers) =>
        text.WriteLine("|---|" + string.Concat(Enumerable.Repeat("---:|", numbers)));

    // Everything that Markdown or the HTML in it could take for more than text.
    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (char letter in text)
        {
            if (char.IsControl(letter)) escaped.Append(' ');
            else if (letter == '<') escaped.Append("&lt;");
            else if (letter == '>') escaped.Append("&gt;");
            else if (letter == '&') escaped.Append("&amp;");
            else if ("\\`*_{}[]()#+!|~:@".Contains(letter, StringComparison.Ordinal)) escaped.Append('\\').Append(letter);
            else escaped.Append(letter);
        }

        return escaped.ToString();
    }
}
