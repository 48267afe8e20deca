using AgentSim.Metrics;
using AgentSim.Reports;

namespace AgentSim.Cli;

/// <summary><c>agentsim compare</c>: report files against the first of them.</summary>
internal static class CompareCommand
{
    public static readonly CommandSpec Spec = new(
        "compare",
        "Compares the metrics of reports with those of the first, and tests them against limits.",
        "BASELINE.json REPORT.json... [--fail-on RULE]...",
        "Reports, as --report-json writes them; the first is the baseline.",
        [
            new("--fail-on", "RULE...", "Exit 1 where it holds: 'p99_ttft_ms>+5%' (above the baseline), 'request_throughput_rps<-5%', 'p99_ttft_ms>500'; may be repeated", OptionValue.Many),
            new("--tolerance", "PERCENT", "Changes up to this much of the baseline count as none (default 0)"),
        ],
        Run);

    private static void Run(OptionValues values, IReadOnlyList<string> files, CancellationToken cancellation)
    {
        if (files.Count < 2) throw Errors.OptionMissing.Error($"compare takes two or more reports ({files.Count} given)");
        double tolerance = values.Real("--tolerance") ?? 0.0;
        if (!double.IsFinite(tolerance) || tolerance < 0.0) throw Errors.OptionValueInvalid.Error($"--tolerance must be finite and not negative (is {tolerance})");
        MetricLimit[] limits = [.. values.All("--fail-on").Select(FailureRule.Parse)];
        IReadOnlyList<Metric>[] reports = [.. files.Select(ReportReader.Read)];
        LimitResult[] results =
        [
            .. from report in Enumerable.Range(1, reports.Length - 1)
               from result in LimitTest.Run(reports[report], limits, reports[0])
               select result with { Source = files[report] },
        ];
        Output.Write(string.Concat([
            ComparisonTable.Render(Names(files), ReportComparison.Compare(reports, tolerance)),
            .. results.Select(result => $"{(result.Passed ? "✓ kept" : "✗ missed")}: {result.Source}: {result.Message}\n")]));
        int missed = results.Count(result => !result.Passed);
        if (missed > 0) throw Errors.LimitMissed.Error($"{missed} of {results.Length} limits missed; the first: {results.First(result => !result.Passed).Message}");
    }

    // The names alone, where they tell the files apart.
    private static string[] Names(IReadOnlyList<string> files)
    {
        string[] names = [.. files.Select(file => Path.GetFileName(file)!)];
        return names.Distinct().Count() == names.Length ? names : [.. files];
    }
}
