using System.Globalization;
using AgentSim.Files;
using AgentSim.Reports;
using AgentSim.Reports.Html;
using AgentSim.Simulation;
using AgentSim.Timelines;
using AgentSim.Workload;

namespace AgentSim.Cli;

/// <summary><c>agentsim replay</c> (specification 06, 9).</summary>
internal static class ReplayCommand
{
    public static readonly CommandSpec Spec = new(
        "replay",
        "Replays a trace on simulated engines and reports latencies and throughput.",
        "{FILE... | --input-tokens N --output-tokens N --request-count N} [OPTIONS]",
        "The trace; several files, folders or wildcards with --trace-format dynamo. Plain or gzip.",
        ReplayOptions.All,
        Run);

    private static void Run(OptionValues values, IReadOnlyList<string> files, CancellationToken cancellation)
    {
        var arguments = new ReplayArguments(values, files);
        UsageChecks.Check(arguments);
        ReplayPlan plan = ReplayPlan.From(arguments, Environment.GetEnvironmentVariable("DYN_ROUTER_POLICY_CONFIG"));
        ReplayChecks.CheckSettings(plan.Settings, plan.Synthetic is null ? plan.Workload.Format : null);
        foreach (string warning in plan.Warnings) Warn(warning);
        OutputFiles.Check(
            InputFiles.Expand(files),
            ("--report-jsonl", arguments.ReportJsonl), ("--report-html", arguments.ReportHtml), ("--timeline", arguments.Timeline), ("--report-json", arguments.ReportJson));

        ReplayWorkload workload = plan.Synthetic is { } synthetic
            ? SyntheticLoad.Create(synthetic, plan.Settings.Pools?.Prefill ?? plan.Settings.Engine, cancellation)
            : WorkloadLoader.Load(files, plan.Workload with { OnWarning = Warn }, null, cancellation);
        GC.Collect();   // what the reading leaves behind would otherwise lie beside the simulation to its end
        ReplayResult result;
        using (ProgressLine? progress = ProgressLine.Create())
        {
            result = Replay.Run(workload, plan.Settings, progress, cancellation);
        }

        if (arguments.ReportJsonl is { } log)
            AtomicFile.Write(log, stream => RequestLogWriter.Write(stream, result.Requests, cancellation));
        if (arguments.ReportHtml is { } page)
            AtomicFile.Write(page, stream => HtmlReport.Write(stream, [new ReportedRun(result)], cancellation));
        if (arguments.Timeline is { } timeline)
        {
            var events = new ReplayTimeline(result, new TimelineOptions());
            TimelineFile.Write(timeline, stream => events.Write(stream, null, cancellation));
        }

        string report = ReportPath.Resolve(arguments.ReportJson, DateTime.Now);
        AtomicFile.Write(report, stream => ReportWriter.Write(stream, result.Summary, result.Run));

        using StreamWriter text = Output.Open();
        text.Write(arguments.Plots ? MetricTable.RenderWithPlots(result) : MetricTable.Render(result.Summary));
        // The table is that of the reference, which does not say these.
        ReplayReport summary = result.Summary;
        if (summary.CompletedRequests < workload.RequestCount) text.Write($"Completed: {summary.CompletedRequests} of {workload.RequestCount} requests\n");
        if (summary.GoodputCompletedRequests is { } good) text.Write(string.Create(CultureInfo.InvariantCulture, $"Within the SLA: {good} of {workload.RequestCount} requests, {summary.GoodputRequestThroughputRps:N2} requests/sec\n"));
        text.Write($"Saved full report to: {report}\n");
    }

    private static void Warn(string warning) => Console.Error.WriteLine($"agentsim: warning: {warning}");
}
