using AgentSim.Files;
using AgentSim.Simulation;
using AgentSim.Sweeps;

namespace AgentSim.Cli;

/// <summary><c>agentsim sweep</c>: all combinations of the values of some options of a replay.</summary>
internal static class SweepCommand
{
    public static readonly CommandSpec Spec = new(
        "sweep",
        "Replays one workload with all combinations of engines, workers, routers and changes of the workload.",
        "{FILE... | --input-tokens N --output-tokens N --request-count N} [--num-workers N...] [--shard I/N] [OPTIONS]\n" +
            "       agentsim sweep --merge CHECKPOINT... [--metric NAME...] [--sort METRIC] [--csv PATH] [--jsonl PATH]",
        "The trace, as for replay; files come before the options, since many options take several values.",
        SweepOptions.All,
        Run);

    private static void Run(OptionValues values, IReadOnlyList<string> files, CancellationToken cancellation)
    {
        var outputs = new SweepOutputs(values);
        if (values.Has(SweepOutputs.Merge))
        {
            MergeShares(values, files, outputs, cancellation);
            return;
        }

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
            rows.AddRange(Sweep.Run(points, outputs.Jobs, checkpoint, progress, outputs.Shard, cancellation));
        }

        rows.Sort((a, b) => a.Index.CompareTo(b.Index));
        outputs.Write(rows, cancellation);
        if (outputs.Shard is null) Fail(rows);
        else foreach (AgentSimException fault in Faults(rows)) Say(fault);   // the share is done: whoever merges it is told again
    }

    private static void MergeShares(OptionValues values, IReadOnlyList<string> files, SweepOutputs outputs,
        CancellationToken cancellation)
    {
        string? other = files.Count > 0 ? Quote.Of(files[0]) : SweepOptions.All.Select(option => option.Name)
            .FirstOrDefault(name => values.Has(name) && !SweepOutputs.OfMerge.Contains(name));
        if (other is not null)
            throw Errors.OptionsConflict.Error(
                $"{SweepOutputs.Merge} only puts together what checkpoints hold; leave {other} out");
        IReadOnlyList<string> checkpoints = InputFiles.Expand(values.All(SweepOutputs.Merge));
        outputs.Check(checkpoints);
        SweepMerge merge = SweepMerge.Read(checkpoints);
        outputs.Write(merge.Rows, cancellation);
        Fail(merge.Rows, merge.Missing);
    }

    // Of a sweep everything is written that could be replayed; that something could not is still a failure.
    private static void Fail(IReadOnlyList<SweepRow> rows, AgentSimException? missing = null)
    {
        AgentSimException[] faults = [.. Faults(rows), .. missing is null ? (AgentSimException[])[] : [missing]];
        if (faults.Length == 0) return;
        foreach (AgentSimException fault in faults.SkipLast(1)) Say(fault);
        throw faults[^1];
    }

    private static IEnumerable<AgentSimException> Faults(IReadOnlyList<SweepRow> rows) =>
        rows.Select(SweepChecks.FaultOf).OfType<AgentSimException>();

    private static void Say(AgentSimException fault) => Messages.WriteLine($"agentsim: {fault.In(OptionNames.Wording)}");
}
