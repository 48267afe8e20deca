using System.Globalization;
using AgentSim.Agents;
using AgentSim.Engines;
using AgentSim.Files;
using AgentSim.Imports;
using AgentSim.Metrics;
using AgentSim.Recording;
using AgentSim.Reports.Html;
using AgentSim.Reports;
using AgentSim.Routing;
using AgentSim.Simulation;
using AgentSim.Timelines;
using AgentSim.Workload;

namespace AgentSim.Cli;

/// <summary><c>agentsim replay</c> (behaviour 06#9).</summary>
internal static class ReplayCommand
{
    public static readonly CommandSpec Spec = new(
        "replay",
        "Replays a trace on simulated engines and reports latencies and throughput.",
        "{FILE... | --input-tokens N --output-tokens N --request-count N} [OPTIONS]",
        "The trace: files, folders or wildcards, which together are one workload. Plain or gzip.",
        ReplayOptions.All,
        Run);

    private static void Run(OptionValues values, IReadOnlyList<string> files, CancellationToken cancellation)
    {
        if (ArgumentHelp(values) is { } help)
        {
            Output.Write(help);
            return;
        }

        var arguments = new ReplayArguments(values, files);
        UsageChecks.Check(arguments);
        LimitTest.RequireBaseline(arguments.Limits, null);
        ReplayPlan plan = ReplayPlan.From(arguments, Environment.GetEnvironmentVariable("DYN_ROUTER_POLICY_CONFIG"));
        ReplayChecks.CheckSettings(plan.Settings, plan.Synthetic is null ? plan.Workload.Format : null);
        Action<Stream, AgentResults>? writeAgents = arguments.ReportAgents is { } agentsFile ? AgentsWriter.For(agentsFile) : null;
        var said = new HashSet<RunWarning>();
        foreach (RunWarning warning in plan.Warnings) Warn(warning);
        OutputFiles.Check(
            arguments.IsRecording ? LogImport.Files(files, plan.Workload.Import) : InputFiles.Expand(files),
            ("--report-jsonl", arguments.ReportJsonl), ("--report-html", arguments.ReportHtml), ("--report-agents",
                arguments.ReportAgents), ("--timeline", arguments.Timeline), ("--report-json", arguments.ReportJson));

        ReplayWorkload workload = plan.Synthetic is { } synthetic
            ? SyntheticLoad.Create(synthetic, (plan.Settings.Pools?.Prefill ?? plan.Settings.Engine).BlockSize, cancellation)
            : WorkloadLoader.Load(files, plan.Workload with { OnWarning = Warn }, null, cancellation);
        GC.Collect();   // what the reading leaves behind would otherwise lie beside the simulation to its end
        ReplayResult result;
        using (ProgressLine? progress = ProgressLine.Create())
        {
            result = Replay.Run(workload, plan.Settings, progress, cancellation);
        }

        foreach (RunWarning warning in result.Warnings) Warn(warning);   // those that only the run could show

        // Whether it can be shown is known before anything is written.
        ReplayTimeline? events = arguments.Timeline is null ? null : new ReplayTimeline(result, new TimelineOptions());
        if (arguments.ReportJsonl is { } log)
            AtomicFile.Write(log, stream => RequestLogWriter.Write(stream, result.Requests, cancellation));
        if (arguments.ReportHtml is { } page)
            AtomicFile.Write(page, stream => HtmlReport.Write(stream, [new ReportedRun(result)], cancellation));
        if (writeAgents is not null && result.Agents is { } written)
            AtomicFile.Write(arguments.ReportAgents!, stream => writeAgents(stream, written));
        if (events is not null)
            TimelineFile.Write(arguments.Timeline!, stream => events.Write(stream, null, cancellation));

        string report = ReportPath.Resolve(arguments.ReportJson, DateTime.Now);
        AtomicFile.Write(report, stream => ReportWriter.Write(stream, result.Summary, result.Run));

        // People who replay agents want to know of their tasks; for scripts they are made when they ask for them.
        AgentResults? agents = result.Agents
            ?? (workload.IsAgentic && !Console.IsOutputRedirected ? result.FindAgents(cancellation) : null);
        string table = !arguments.IsReferenceTable ? RunTable.Render(result, agents, OptionNames.Wording, Output.Width, arguments.Plots)
            : arguments.Plots ? MetricTable.RenderWithPlots(result, OptionNames.Wording) : MetricTable.Render(result, OptionNames.Wording);
        string tasks = agents is null ? "" : result.Agents is not null ? AgentTable.Render(agents)
            : $"{AgentTable.Line(agents.Summary)} (more with --agents)\n";
        Output.Write($"{table}{tasks}Saved full report to: {report}\n");
        ShowCounts(result.Summary, workload.RequestCount * plan.Settings.Knobs.Copies);
        LimitLines.Enforce(LimitTest.Run(result.Summary.Metrics, arguments.Limits), Messages.Write);

        // At once, because reading and running may take long or fail; all of them stand below the table, too.
        void Warn(RunWarning warning)
        {
            if (said.Add(warning)) Messages.WriteLine($"agentsim: warning: {warning.In(OptionNames.Wording)}");
        }
    }

    private static string? ArgumentHelp(OptionValues values)
    {
        List<string> parts = [];
        if (values.Has("--help-engine"))
            parts.Add("Engine arguments, the names of the JSON of --extra-engine-args, --prefill-engine-args and " +
                $"--decode-engine-args:\n{EngineHelp.Text}");
        if (values.Has("--help-router"))
            parts.Add($"Settings of the KV router, the names of the JSON of --router-config:\n{RouterHelp.Text}");
        return parts.Count > 0 ? string.Join('\n', parts) : null;
    }

    // Not on standard output, which is as the reference has it (behaviour 06#8).
    private static void ShowCounts(ReplayReport summary, int requests)
    {
        if (summary.CompletedRequests < requests)
            Messages.WriteLine($"agentsim: {summary.CompletedRequests} of {requests} requests completed");
        if (summary.GoodputCompletedRequests is { } good)
            Messages.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"agentsim: {good} of {requests} requests within the SLA, {summary.GoodputRequestThroughputRps:N2} requests/sec"));
    }
}
