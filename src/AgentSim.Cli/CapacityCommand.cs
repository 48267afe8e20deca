using AgentSim.Capacity;
using AgentSim.Files;
using AgentSim.Metrics;
using AgentSim.Simulation;
using AgentSim.Sweeps;

namespace AgentSim.Cli;

/// <summary><c>agentsim capacity</c>: how many of something keep limits, and what that costs.</summary>
internal static class CapacityCommand
{
    private static readonly Dictionary<CapacityTarget, string[]> OfTarget = new()
    {
        [CapacityTarget.Workers] = ["--num-workers", "--num-decode-workers"],
        [CapacityTarget.Tasks] = ["--concurrent-tasks"],
        [CapacityTarget.Rate] = ["--task-arrival-speedup-ratio"],
        [CapacityTarget.KvBlocks] = [],
    };

    public static readonly CommandSpec Spec = new(
        "capacity",
        "Finds how many workers, tasks at a time, times the load or KV blocks keep limits, and what they cost.",
        "{FILE... | --input-tokens N --output-tokens N --request-count N} --limit METRIC=NUMBER... [--find WHAT] [--min N] [--max N] "
            + "[OPTIONS]",
        "The trace, as for replay; files come before the options, since many options take several values.",
        [
            new("--find", "WHAT", "workers (default), tasks, rate or kv-blocks"),
            new("--limit", "LIMIT...", "What to keep, e.g. p99_ttft_ms=2000 (no worse than that) or 'tasks_per_hour>=100'; may be repeated",
                OptionValue.Many),
            new("--min", "N", "The least value (default 1; kv-blocks: what the longest request needs)"),
            new("--max", "N", "The greatest value (default 64; rate: 4; kv-blocks: all that are ever used)"),
            new("--step", "X", "The distance of the values (default 1; rate: 0.1); up to 64 values are all replayed, more are searched"),
            new("--seeds", "N", "Replays each value with so many seeds of the router's draws and of the starts of copies (default 1)"),
            new("--pareto", "", "Also shows what no other combination beats in GPUs and the limits' metrics", OptionValue.None),
            new("--gpu-price-per-hour", "X", "Also shows money, by this price of a GPU hour"),
            new("--kv-bytes-per-token", "N", "kv-blocks: shows sizes in GB, too (default: the engine's kv_bytes_per_token)"),
            .. SweepOptions.Points,
            new("--jobs", "N", "Replays that run at the same time (default: as many as there are processors)"),
            new("--checkpoint", "PATH", "Keeps finished replays in this file, and goes on from it"),
            new("--force", "", "Starts the checkpoint anew when it is of something else", OptionValue.None),
            new("--shard", "I/N", "Runs one share of N of the replays, from 0, into --checkpoint; the answer comes with --merge"),
            new("--merge", "CHECKPOINT...", "Answers from the checkpoints of shares, without running anything", OptionValue.Many),
            new("--csv", "PATH", "Writes every value that was replayed as CSV"),
            new("--json", "PATH", "Writes the answers and every value as JSON"),
            new("--report-html", "PATH", "Writes a page for the browser: answers, the limits' metrics over the values, the front"),
        ],
        Run);

    private static void Run(OptionValues values, IReadOnlyList<string> files, CancellationToken cancellation)
    {
        CapacityQuestion question = Question(values);
        if (Array.Find(OfTarget[question.Target], values.Has) is { } option)
            throw Errors.OptionsConflict.Usage($"{option} is what is looked for; give --min and --max");
        question.Check();
        string? checkpointPath = values.Text("--checkpoint"), csv = values.Text("--csv"), json = values.Text("--json"),
            html = values.Text("--report-html");
        bool force = values.Has("--force");
        if (force && checkpointPath is null) throw Errors.OptionsConflict.Error("--force is for a checkpoint; give --checkpoint, too");
        SweepShard? shard = SweepOutputs.ShardOf(values);
        IReadOnlyList<string> merged = values.Has("--merge") ? InputFiles.Expand(values.All("--merge")) : [];
        if (merged.Count > 0 && checkpointPath is not null)
            throw Errors.OptionsConflict.Error("--merge runs nothing that --checkpoint could keep; leave one of them out");
        var plan = new SweepPlan(values, files);
        OutputFiles.Check(
            plan.Inputs.Concat(merged), ("--csv", csv), ("--json", json), ("--report-html", html), ("--checkpoint", checkpointPath));
        SweepPoint[] configurations = plan.Load(cancellation);

        ReplaySettings common = CapacityFinder.Reporting(question, configurations[0].Settings);
        int jobs = values.Text("--jobs") is { } text ? Math.Max(1, KnobArguments.Count("--jobs", text)) : Environment.ProcessorCount;
        IReadOnlyList<CapacityAnswer> answers;
        using (SweepCheckpoint? checkpoint = merged.Count > 0 ? SweepCheckpoint.Merge(merged, configurations[0].Workload, common)
            : checkpointPath is null ? null : SweepCheckpoint.Open(checkpointPath, configurations[0].Workload, common, force))
        using (SweepLine? progress = SweepLine.Create())
        {
            if (shard is not null)
            {
                IReadOnlyList<SweepPoint> points = CapacityFinder.Points(question, configurations, cancellation);
                int done = Sweep.Run(points, jobs, checkpoint, progress, shard, cancellation).Count();
                Output.Write($"{done} of {points.Count} replays are in {checkpointPath}; --merge answers from all shares\n");
                return;
            }

            answers = CapacityFinder.Find(question, configurations, jobs, checkpoint, progress, null, cancellation);
        }

        using (var outputs = new OutputSet())
        {
            if (csv is not null) outputs.Write(csv, stream => CapacityFile.WriteCsv(stream, answers));
            if (json is not null) outputs.Write(json, stream => CapacityFile.WriteJson(stream, answers));
            if (html is not null) outputs.Write(html, stream => CapacityPage.Write(stream, answers, cancellation));
            outputs.Commit();
        }

        Output.Write(CapacityTable.Render(answers));
        Fail(answers);
    }

    private static CapacityQuestion Question(OptionValues values) => new()
    {
        Target = values.Choice("--find", CapacityTarget.Workers, ("workers", CapacityTarget.Workers), ("tasks", CapacityTarget.Tasks),
            ("rate", CapacityTarget.Rate), ("kv-blocks", CapacityTarget.KvBlocks)),
        Limits = [.. values.All("--limit").Select(LimitRule.Parse)],
        Minimum = values.Real("--min"),
        Maximum = values.Real("--max"),
        Step = values.Real("--step"),
        SeedCount = values.Text("--seeds") is { } seeds ? KnobArguments.Count("--seeds", seeds) : 1,
        FindsFront = values.Has("--pareto"),
        GpuPricePerHour = values.Real("--gpu-price-per-hour"),
        KvBytesPerToken = values.Text("--kv-bytes-per-token") is { } bytes
            ? (long)KnobArguments.InRange("--kv-bytes-per-token", bytes, long.MaxValue) : null,
    };

    // Scripts must not take for a yes what is none; the answers stand all the same. A curve without limits answers no question.
    private static void Fail(IReadOnlyList<CapacityAnswer> answers)
    {
        CapacityAnswer[] others = [.. answers.Where(answer => answer.Verdict != CapacityVerdict.Yes && answer.Limits.Count > 0)];
        if (others.Length > 0) throw CapacityChecks.Unproven(others, answers.Count);
    }
}
