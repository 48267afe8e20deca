using AgentSim.Metrics;
using AgentSim.Simulation;
using AgentSim.Sweeps;

namespace AgentSim.Capacity;

/// <summary>Finds how many of something keep limits, by replays of one workload that run at the same time.</summary>
public static class CapacityFinder
{
    private static readonly string[] CountsLost =
        ["completed_requests", "goodput_completed_requests", "completed_tasks", "failed_tasks", "unfinished_tasks"];

    /// <summary>The configurations with the metrics that the question needs.</summary>
    /// <param name="question">What is asked.</param>
    /// <param name="settings">A configuration.</param>
    public static ReplaySettings Reporting(CapacityQuestion question, ReplaySettings settings)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(settings);
        bool needsTasks = question.GpuPricePerHour is not null || question.Limits.Any(limit => MetricNames.IsOfTasks(limit.Metric));
        return settings with { ReportsAgents = settings.ReportsAgents || needsTasks };
    }

    /// <summary>
    /// All replays of a question whose values are all replayed, in a stable order: by configuration, value and seed. Shares of them can be
    /// made by processes of their own, into checkpoints that together answer the question (<see cref="SweepCheckpoint.Merge"/>).
    /// </summary>
    /// <param name="question">What is asked.</param>
    /// <param name="configurations">The workload with everything but the value, of each configuration.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="AgentSimException"><c>CapacityRangeInvalid</c>: there are so many values that they are searched.</exception>
    public static IReadOnlyList<SweepPoint> Points(
        CapacityQuestion question, IReadOnlyList<SweepPoint> configurations, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(configurations);
        question.Check();
        CapacityCase[] cases = Cases(question, configurations, cancellation);
        if (Array.Find(cases, each => each.IsSearched) is { } searched)
            throw Errors.CapacityRangeInvalid.Error(
                $"of {searched.Count} values the next depends on those before, so that there are no shares; give a greater "
                    + $"{Setting.Step} or other bounds, for at most {CapacityRange.MostEvaluated} values");
        return [.. cases.SelectMany(each => each.Next(isFirst: true).SelectMany(each.PointsOf))
            .Select(point => point with { Settings = Reporting(question, point.Settings) })];
    }

    /// <summary>Answers a question.</summary>
    /// <param name="question">What is asked.</param>
    /// <param name="configurations">The workload with everything but the value, of each configuration; at least one.</param>
    /// <param name="parallel">How many replays run at the same time, at least 1.</param>
    /// <param name="checkpoint">Knows points that need not be run, and is told of those that were; null: all are run.</param>
    /// <param name="progress">Told several times a second how far the replays of a round are.</param>
    /// <param name="machines">Those who run the replays; null: this process.</param>
    /// <param name="cancellation">Stops the runs.</param>
    /// <returns>One answer for each configuration.</returns>
    /// <exception cref="AgentSimException">The question is none, or no value can be replayed.</exception>
    /// <exception cref="OperationCanceledException">The caller stopped it.</exception>
    public static IReadOnlyList<CapacityAnswer> Find(
        CapacityQuestion question, IReadOnlyList<SweepPoint> configurations, int parallel, SweepCheckpoint? checkpoint = null,
        IProgress<SweepProgress>? progress = null, SweepMachines? machines = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(configurations);
        ArgumentOutOfRangeException.ThrowIfLessThan(parallel, 1);
        question.Check();
        CapacityCase[] cases = Cases(question, configurations, cancellation);
        for (bool isFirst = true; ; isFirst = false)
        {
            (CapacityCase Case, int Index)[] wanted =
                [.. cases.SelectMany(each => each.Next(isFirst).Select(index => (each, index)))];
            if (wanted.Length == 0) break;
            Round(question, isFirst, wanted, points => machines is null
                ? Sweep.Run(points, parallel, checkpoint, progress, null, cancellation)
                : Sweep.Run(points, machines, checkpoint, progress));
        }

        // Where nothing at all could be replayed, the call is wrong.
        SweepRow[] rows = [.. cases.SelectMany(each => each.Indexes.SelectMany(index => each[index].Rows))];
        if (rows.All(row => row.Error is not null)) throw SweepChecks.FaultOf(rows[0])!;
        if (question.FindsFront) MarkFront(cases, question.Target);
        return [.. cases.Select(each => each.Answer(parallel, cancellation))];
    }

    private static CapacityCase[] Cases(
        CapacityQuestion question, IReadOnlyList<SweepPoint> configurations, CancellationToken cancellation) =>
        [.. configurations.Select(configuration =>
            new CapacityCase(question, configuration, Bounds(question, configuration, cancellation)))];

    private static CacheBounds? Bounds(CapacityQuestion question, SweepPoint configuration, CancellationToken cancellation) =>
        question.Target == CapacityTarget.KvBlocks
            ? CacheBounds.Of(configuration.Workload, CapacityPoints.WithoutChoice(configuration.Settings), cancellation) : null;

    private static void Round(
        CapacityQuestion question, bool isFirst, (CapacityCase Case, int Index)[] wanted,
        Func<IReadOnlyList<SweepPoint>, IEnumerable<SweepRow>> run)
    {
        List<SweepPoint> points = [];
        List<int> owner = [];
        for (int i = 0; i < wanted.Length; i++)
        {
            foreach (SweepPoint point in wanted[i].Case.PointsOf(wanted[i].Index))
            {
                points.Add(point with { Settings = Reporting(question, point.Settings) });
                owner.Add(i);
            }
        }

        if (isFirst) _ = SweepChecks.Usable([.. points.Select(point => point.Settings)], points[0].Workload.Format);
        List<SweepRow>[] rows = [.. wanted.Select(_ => new List<SweepRow>())];
        foreach (SweepRow row in run(points)) rows[owner[row.Index]].Add(row);
        for (int i = 0; i < wanted.Length; i++)
        {
            wanted[i].Case.Add(wanted[i].Index, Judged(question, wanted[i].Case, wanted[i].Index, [.. rows[i].OrderBy(row => row.Index)]));
        }
    }

    private static CapacityPoint Judged(CapacityQuestion question, CapacityCase of, int index, IReadOnlyList<SweepRow> rows)
    {
        IReadOnlyList<LimitResult>[] seeds = [.. rows.Select(row => LimitTest.Run(row.GetMetrics(), question.Limits))];
        string? problem = rows.Select(row => ProblemOf(question, row)).FirstOrDefault(each => each is not null);
        int passed = Enumerable.Range(0, rows.Count)
            .Count(seed => ProblemOf(question, rows[seed]) is null && seeds[seed].All(limit => limit.Passed));
        var point = new CapacityPoint
        {
            Value = of.ValueOf(index),
            Outcome = passed == rows.Count ? CapacityOutcome.Passed : passed == 0 ? CapacityOutcome.Failed : CapacityOutcome.Mixed,
            Seeds = rows.Count,
            Limits = [.. Enumerable.Range(0, question.Limits.Count).Select(limit => seeds.Select(seed => CapacityMargin.Of(seed[limit]))
                .MinBy(margin => margin.MarginPercent ?? double.NegativeInfinity)!)],
            Gpus = CapacityCosts.GpusOf(of.SettingsOf(index)),
            OutsideShare = rows.Max(row => row.OutsideShare),
            Problem = problem,
            Rows = rows,
        };
        return point with { GpuHours = point.Mean("gpu_hours") };
    }

    // Latencies are of completed requests alone: those that were lost flatter them.
    private static string? ProblemOf(CapacityQuestion question, SweepRow row)
    {
        if (row.Error is not null) return row.Error;
        if (question.Limits.Any(limit => CountsLost.Contains(limit.Metric))) return null;
        double lost = (row["num_requests"] - row["completed_requests"]) ?? 0;
        lost = Math.Max(lost, row.CutOffRequests);
        return lost > 0
            ? FormattableString.Invariant($"{lost} requests did not complete and are in no latency; ")
                + "a limit of completed_requests says how many may"
            : null;
    }

    private static void MarkFront(CapacityCase[] cases, CapacityTarget target)
    {
        (CapacityCase Case, int Index)[] all = [.. cases.SelectMany(each => each.Indexes.Select(index => (each, index)))];
        bool[] isOnFront = ParetoFront.Of([.. all.Select(each => each.Case[each.Index])], target);
        for (int i = 0; i < all.Length; i++)
        {
            if (isOnFront[i]) all[i].Case.MarkFront(all[i].Index);
        }
    }
}
