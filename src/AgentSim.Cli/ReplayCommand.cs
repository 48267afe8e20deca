using System.Globalization;
using AgentSim.Engines;
using AgentSim.Metrics;
using AgentSim.Routing;
using AgentSim.Simulation;
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
        ReplayOutputs.CheckNames(arguments);
        var said = new HashSet<RunWarning>();
        foreach (RunWarning warning in plan.Warnings) Warn(warning);
        ReplayOutputs.CheckPaths(arguments, arguments.ReportJsonl, plan);

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

        string report = ReplayOutputs.Write(arguments, arguments.ReportJsonl, result, cancellation);
        ReplayOutputs.Show(arguments, result, report, workload, cancellation);
        ShowCounts(result.Summary, workload.RequestCount * plan.Settings.Knobs.Copies);
        LimitLines.Enforce(LimitTest.Run(result.Summary.Metrics, arguments.Limits), Messages.Write);

        // At once, because reading and running may take long or fail; all of them stand below the table, too.
        void Warn(RunWarning warning)
        {
            if (said.Add(warning)) Messages.WriteLine($"agentsim: warning: {warning.In(OptionNames.Wording)}");
        }
    }

    /// <summary>The lists of arguments that were asked for; null: none was.</summary>
    public static string? ArgumentHelp(OptionValues values)
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
