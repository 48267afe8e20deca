using System.IO.Enumeration;
using AgentSim.Metrics;
using AgentSim.Reports;

namespace AgentSim.Cli;

/// <summary><c>agentsim compare</c>: report files against the first of them.</summary>
internal static class CompareCommand
{
    public static readonly CommandSpec Spec = new(
        "compare",
        "Compares the metrics of reports with those of the first, and tests them against limits; also a single report against numbers.",
        "[BASELINE.json] REPORT.json... [--metric NAME...] [--fail-on RULE]... [--report-html PATH [--report-jsonl LOG...]]",
        "Reports, as --report-json writes them; of several, the first is the baseline.",
        [
            new("--fail-on", "RULE...",
                "Exit 1 where it holds: 'p99_ttft_ms>+5%' (above the baseline), 'request_throughput_rps<-5%', " +
                    "'p99_ttft_ms>500'; may be repeated", OptionValue.Many),
            new("--metric", "NAME...", "Compares these metrics alone; * and ? stand for any characters, e.g. '*ttft*'; may be repeated",
                OptionValue.Many),
            new("--tolerance", "PERCENT", "Changes up to this much of the baseline count as none (default 0)"),
            new("--name", "TEXT...", "What to call the reports, in their order (default: the names of the runs, or of the files)",
                OptionValue.Many),
            new("--report-html", "PATH", "Writes the comparison for the browser: one file with differences, plots and lanes"),
            new("--report-jsonl", "LOG...", "The request logs of the reports, in their order, as --report-jsonl of a replay writes them; " +
                "the page draws plots and lanes of them; '' for a report without", OptionValue.Many),
        ],
        Run);

    private static readonly string[] OfComparisons = ["--metric", "--tolerance", "--name", "--report-html", "--report-jsonl"];

    private static void Run(OptionValues values, IReadOnlyList<string> files, CancellationToken cancellation)
    {
        double tolerance = values.Real("--tolerance") ?? 0.0;
        if (!double.IsFinite(tolerance) || tolerance < 0.0)
            throw Errors.OptionValueInvalid.Error($"--tolerance must be finite and not negative (is {tolerance})");
        MetricLimit[] limits = [.. values.All("--fail-on").Select(FailureRule.Parse)];
        if (files.Count == 0 || (files.Count == 1 && limits.Length == 0))
            throw Errors.OptionMissing.Error($"compare takes two or more reports, or one and --fail-on ({files.Count} given)");
        ComparisonPage? page = ComparisonPage.From(values, files);
        IReadOnlyList<Metric>[] reports = [.. files.Select(ReportReader.Read)];
        if (reports.Length == 1)
        {
            if (OfComparisons.FirstOrDefault(values.Has) is { } other)
                throw Errors.OptionsConflict.Error($"{other} is for comparisons; one report is only tested by --fail-on");
            LimitLines.Enforce([.. LimitTest.Run(reports[0], limits).Select(result => result with { Source = files[0] })], Output.Write);
            return;
        }

        LimitResult[] results =
        [
            .. from report in Enumerable.Range(1, reports.Length - 1)
               from result in LimitTest.Run(reports[report], limits, reports[0])
               select result with { Source = files[report] },
        ];
        IReadOnlyList<MetricComparison> metrics = Chosen(ReportComparison.Compare(reports, tolerance), values.All("--metric"));
        page?.Write(limits, cancellation);
        Output.Write(string.Concat([ComparisonTable.Render(Names(values, files), metrics), .. LimitLines.Of(results)]));
        LimitLines.Require(results);
    }

    // A name that no report has is an error: of no comparisons, none would be worse.
    private static IReadOnlyList<MetricComparison> Chosen(IReadOnlyList<MetricComparison> all, IReadOnlyList<string> names)
    {
        if (names.Count == 0) return all;
        foreach (string name in names)
        {
            if (all.Any(metric => IsMatch(name, metric.Metric))) continue;
            if (!name.AsSpan().ContainsAny('*', '?')) MetricNames.Require(name);
            throw Errors.MetricMissing.Error($"no report has a metric {Quote.Of(name)}, so that nothing was compared");
        }

        return [.. all.Where(metric => names.Any(name => IsMatch(name, metric.Metric)))];
    }

    private static bool IsMatch(string pattern, string name) => FileSystemName.MatchesSimpleExpression(pattern, name);

    // The names alone, where they tell the files apart.
    private static string[] Names(OptionValues values, IReadOnlyList<string> files)
    {
        if (values.Has("--name")) return [.. values.All("--name")];
        string[] names = [.. files.Select(file => Path.GetFileName(file)!)];
        return names.Distinct().Count() == names.Length ? names : [.. files];
    }
}
