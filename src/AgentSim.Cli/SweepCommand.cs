using AgentSim.Simulation;
using AgentSim.Sweeps;

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
        var grid = new SweepPlan(values, files);
        IReadOnlyList<ReplaySettings> settings = grid.Settings;
        grid.Warn(SweepChecks.Warnings(SweepChecks.Usable(settings, grid.Format), grid.Synthetic));
        outputs.Check(grid.Inputs);
        SweepPoint[] points = outputs.Keep(grid.Load(cancellation));
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
