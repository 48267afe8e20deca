using AgentSim.Live;
using AgentSim.Metrics;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Cli;

/// <summary><c>agentsim live</c>: the same workload against a real server.</summary>
internal static class LiveCommand
{
    public static readonly CommandSpec Spec = new(
        "live",
        "Sends a workload to an OpenAI-compatible server in real time and reports as replay does.",
        "{FILE... | --input-tokens N --output-tokens N --request-count N} --endpoint URL --model NAME [OPTIONS]",
        "The trace: files, folders or wildcards, which together are one workload. Plain or gzip.",
        LiveOptions.All,
        Run);

    private static void Run(OptionValues values, IReadOnlyList<string> files, CancellationToken cancellation)
    {
        LiveSettings live = LiveOptions.Read(values) with
        {
            PromptMode = values.Choice("--prompt-mode", PromptMode.Tokens, ("tokens", PromptMode.Tokens), ("text", PromptMode.Text)),
        };
        string? log = values.Text("--report-jsonl");
        var arguments = new ReplayArguments(LiveOptions.ForReplay(values), files);
        UsageChecks.Check(arguments);
        LimitTest.RequireBaseline(arguments.Limits, null);
        ReplayPlan plan = ReplayPlan.From(arguments, defaultPolicyFile: null);
        ReplaySettings settings = plan.Settings with { MaxSimTimeMs = values.Real("--max-seconds") * 1000.0 };
        ReplayChecks.CheckSettings(plan.Settings, plan.Synthetic is null ? plan.Workload.Format : null);
        ReplayOutputs.CheckNames(arguments);
        ReplayOutputs.CheckPaths(arguments, log, plan);
        var said = new HashSet<RunWarning>();
        ReplayWorkload workload = plan.Synthetic is { } synthetic
            ? SyntheticLoad.Create(synthetic, settings.Engine.BlockSize, cancellation)
            : WorkloadLoader.Load(files, plan.Workload with { OnWarning = Warn }, null, cancellation);
        Confirm(LiveReplay.Preview(workload, settings, live, cancellation), values.Has("--yes"));

        ReplayResult result;
        using (ProgressLine? progress = ProgressLine.Create("live replay"))
        {
            result = LiveReplay.Run(workload, settings, live, progress, cancellation);
        }

        foreach (RunWarning warning in result.Warnings) Warn(warning);
        // Also of a run that was stopped: what was measured is kept.
        string report = ReplayOutputs.Write(arguments, log, result, CancellationToken.None);
        ReplayOutputs.Show(arguments, result, report, workload, CancellationToken.None);
        Messages.WriteLine($"agentsim: {result.Run.Client}");
        cancellation.ThrowIfCancellationRequested();
        if (LiveReplay.Fault(result) is { } fault) throw fault;
        LimitLines.Enforce(LimitTest.Run(result.Summary.Metrics, arguments.Limits), Messages.Write);

        void Warn(RunWarning warning)
        {
            if (said.Add(warning)) Messages.WriteLine($"agentsim: warning: {warning.In(OptionNames.Wording)}");
        }
    }

    /// <summary>Says what is going to be sent; to another machine only if someone says yes.</summary>
    internal static void Confirm(LivePreview preview, bool isConfirmed)
    {
        Messages.WriteLine($"agentsim: {preview}");
        if (preview.IsLoopback || isConfirmed) return;
        if (Console.IsInputRedirected)
        {
            throw Errors.LiveNotConfirmed.Error($"{preview.Endpoint} is not this machine; add --yes to send to it");
        }

        Messages.Write("agentsim: send this to another machine? [y/N] ");
        if (Console.ReadLine()?.Trim() is not ("y" or "Y" or "yes"))
            throw Errors.LiveNotConfirmed.Error($"nothing was sent to {preview.Endpoint}");
    }
}
