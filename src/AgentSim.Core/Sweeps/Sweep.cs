using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Sweeps;

/// <summary>
/// Runs many replays of the same workloads at once. Every run is by itself, so that its numbers do not depend on the others
/// or on how many run at the same time.
/// </summary>
public static class Sweep
{
    private const int PollMs = 100;

    /// <summary>Runs all points; rows are yielded as the points finish, those of a checkpoint first.</summary>
    /// <param name="points">The replays to run.</param>
    /// <param name="parallel">How many to run at the same time, at least 1.</param>
    /// <param name="checkpoint">Knows points that need not be run, and is told of those that were; null: all are run.</param>
    /// <param name="progress">Told several times a second how far the sweep is, on the thread that enumerates.</param>
    /// <param name="shard">Which points to run; null: all.</param>
    /// <param name="cancellation">Stops the runs.</param>
    /// <returns>One row per point. Points that cannot be replayed give rows with an error. Runs end with the enumeration.</returns>
    /// <exception cref="AgentSimException">The checkpoint cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The caller stopped the sweep.</exception>
    public static IEnumerable<SweepRow> Run(
        IReadOnlyList<SweepPoint> points,
        int parallel,
        SweepCheckpoint? checkpoint = null,
        IProgress<SweepProgress>? progress = null,
        SweepShard? shard = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(points);
        ArgumentOutOfRangeException.ThrowIfLessThan(parallel, 1);
        return Rows(points, checkpoint, progress, shard, pending =>
        {
            var threads = new SweepThreads(Math.Min(parallel, pending.Count), cancellation);
            foreach (int index in pending) threads.Add(index, points[index]);
            return threads;
        });
    }

    /// <summary>The same on other machines.</summary>
    /// <param name="points">The replays to run.</param>
    /// <param name="machines">The machines; they can be used again, but not at the same time.</param>
    /// <param name="checkpoint">Knows points that need not be run, and is told of those that were; null: all are run.</param>
    /// <param name="progress">Told several times a second how far the sweep is, on the thread that enumerates.</param>
    /// <param name="shard">Which points to run; null: all.</param>
    /// <exception cref="AgentSimException">The checkpoint cannot be written, or all machines are lost.</exception>
    /// <exception cref="OperationCanceledException">The machines were stopped.</exception>
    public static IEnumerable<SweepRow> Run(
        IReadOnlyList<SweepPoint> points,
        SweepMachines machines,
        SweepCheckpoint? checkpoint = null,
        IProgress<SweepProgress>? progress = null,
        SweepShard? shard = null)
    {
        ArgumentNullException.ThrowIfNull(points);
        ArgumentNullException.ThrowIfNull(machines);
        return Rows(points, checkpoint, progress, shard, pending => machines.Start(points, pending));
    }

    private static IEnumerable<SweepRow> Rows(
        IReadOnlyList<SweepPoint> points, SweepCheckpoint? checkpoint, IProgress<SweepProgress>? progress, SweepShard? shard,
            Func<IReadOnlyList<int>, ISweepRuns> start)
    {
        checkpoint?.Begin(points);
        var pending = new List<int>();
        int total = 0;
        for (int index = 0; index < points.Count; index++)
        {
            if (shard?.Has(index) == false) continue;
            total++;
            if (checkpoint?.Find(points[index]) is { } known) yield return Row(points, index, known, isResumed: true);
            else pending.Add(index);
        }

        using ISweepRuns runs = start(pending);
        for (int done = total - pending.Count; done < total;)
        {
            if (runs.TryTake(PollMs, out int index, out SweepOutcome? outcome))
            {
                checkpoint?.Add(points[index], outcome);
                done++;
                yield return Row(points, index, outcome, isResumed: false);
            }

            progress?.Report(new SweepProgress(done, total, (total - pending.Count + runs.Finished) / total));
        }
    }

    private static SweepRow Row(IReadOnlyList<SweepPoint> points, int index, SweepOutcome outcome, bool isResumed) =>
        new(index, SweptPoint.Of(points[index]), outcome, isResumed) { Point = points[index] };
}

/// <summary>A replay to run as part of a sweep.</summary>
/// <param name="Workload">What to replay; shared by any number of points.</param>
/// <param name="Settings">How to replay it.</param>
public sealed record SweepPoint(ReplayWorkload Workload, ReplaySettings Settings)
{
    /// <summary>
    /// Told of the result on the thread that ran it, for those who need more than its row; null: nobody. Other machines tell nothing.
    /// </summary>
    public Action<ReplayResult>? OnResult { get; init; }
}

/// <summary>How far a sweep has come.</summary>
/// <param name="Done">Points that are finished.</param>
/// <param name="Total">All points.</param>
/// <param name="Fraction">Share of the work that is done, 0 to 1, with the points being run counted in part.</param>
public readonly record struct SweepProgress(int Done, int Total, double Fraction);
