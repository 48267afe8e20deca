using AgentSim.Files;
using AgentSim.Imports;
using AgentSim.Simulation;
using AgentSim.Sweeps;
using AgentSim.Workload;

namespace AgentSim.Cli;

/// <summary><c>agentsim sweep</c>: all combinations of the values of some options of a replay.</summary>
internal static class SweepCommand
{
    public static readonly CommandSpec Spec = new(
        "sweep",
        "Replays one workload with all combinations of engines, workers, routers and changes of the workload.",
        "{FILE... | --input-tokens N --output-tokens N --request-count N} [--num-workers N...] [OPTIONS]",
        "The trace, as for replay; files come before the options, since many options take several values.",
        SweepOptions.All,
        Run);

    private static void Run(OptionValues values, IReadOnlyList<string> files, CancellationToken cancellation)
    {
        var outputs = new SweepOutputs(values);
        string? policy = Environment.GetEnvironmentVariable("DYN_ROUTER_POLICY_CONFIG");
        ReplayArguments[] calls = [.. SweepOptions.Combinations(values).Select(call => new ReplayArguments(call, files))];
        foreach (ReplayArguments call in calls) UsageChecks.Check(call);
        ReplayPlan[] plans = [.. calls.Select(call => ReplayPlan.From(call, policy))];
        ReplayPlan first = plans[0];
        ReplaySettings[] settings = [.. plans.Select(plan => plan.Settings)];
        IReadOnlyList<ReplaySettings> usable = SweepChecks.Usable(settings, first.Synthetic is null ? first.Workload.Format : null);
        var said = new HashSet<RunWarning>();
        foreach (RunWarning warning in SweepChecks.Warnings(usable, first.Synthetic)) Warn(warning);
        outputs.Check(calls[0].IsRecording ? LogImport.Files(files, first.Workload.Import) : InputFiles.Expand(files));

        Dictionary<long, ReplayWorkload> workloads = [];
        SweepPoint[] points = outputs.Keep([.. settings.Select(point => new SweepPoint(WorkloadFor(point), point))]);
        using SweepCheckpoint? checkpoint = outputs.Checkpoint is { } path
            ? SweepCheckpoint.Open(path, points[0].Workload, settings[0], outputs.Force) : null;
        List<SweepRow> rows = [];
        using (SweepLine? progress = SweepLine.Create())
        {
            rows.AddRange(Sweep.Run(points, outputs.Jobs, checkpoint, progress, cancellation));
        }

        rows.Sort((a, b) => a.Index.CompareTo(b.Index));
        outputs.Write(rows, cancellation);
        Fail(rows);

        // Synthetic load is made for a block size; a trace is the same for all.
        ReplayWorkload WorkloadFor(ReplaySettings point)
        {
            long blockSize = first.Synthetic is null ? 0 : (point.Pools?.Prefill ?? point.Engine).BlockSize;
            if (workloads.TryGetValue(blockSize, out ReplayWorkload? known)) return known;
            return workloads[blockSize] = first.Synthetic is { } synthetic
                ? SyntheticLoad.Create(synthetic, blockSize, cancellation)
                : WorkloadLoader.Load(files, first.Workload with { OnWarning = Warn }, null, cancellation);
        }

        void Warn(RunWarning warning)
        {
            if (said.Add(warning)) Messages.WriteLine($"agentsim: warning: {warning.In(OptionNames.Wording)}");
        }
    }

    // Of a sweep everything is written that could be replayed; that something could not is still a failure.
    private static void Fail(List<SweepRow> rows)
    {
        AgentSimException[] faults = [.. rows.Select(SweepChecks.FaultOf).OfType<AgentSimException>()];
        if (faults.Length == 0) return;
        foreach (AgentSimException fault in faults.SkipLast(1)) Messages.WriteLine($"agentsim: {fault.In(OptionNames.Wording)}");
        throw faults[^1];
    }
}
