using System.Collections.Concurrent;
using AgentSim.Metrics;
using AgentSim.Recording;
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
    /// <param name="cancellation">Stops the runs.</param>
    /// <returns>One row per point. Points that cannot be replayed give rows with an error. Runs end with the enumeration.</returns>
    /// <exception cref="AgentSimException">The checkpoint cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The caller stopped the sweep.</exception>
    public static IEnumerable<SweepRow> Run(
        IReadOnlyList<SweepPoint> points,
        int parallel,
        SweepCheckpoint? checkpoint = null,
        IProgress<SweepProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(points);
        ArgumentOutOfRangeException.ThrowIfLessThan(parallel, 1);
        return Rows(points, parallel, checkpoint, progress, cancellation);
    }

    private static IEnumerable<SweepRow> Rows(
        IReadOnlyList<SweepPoint> points, int parallel, SweepCheckpoint? checkpoint, IProgress<SweepProgress>? progress,
            CancellationToken cancellation)
    {
        var pending = new List<int>();
        for (int index = 0; index < points.Count; index++)
        {
            if (checkpoint?.Find(points[index]) is { } known) yield return Row(points, index, known, isResumed: true);
            else pending.Add(index);
        }

        using var runs = new Runs(points, pending, parallel, cancellation);
        for (int done = points.Count - pending.Count; done < points.Count;)
        {
            if (runs.TryTake(PollMs, out int index, out SweepOutcome? outcome))
            {
                checkpoint?.Add(points[index], outcome);
                done++;
                yield return Row(points, index, outcome, isResumed: false);
            }

            progress?.Report(new SweepProgress(done, points.Count, (points.Count - pending.Count + runs.Finished) / points.Count));
        }
    }

    private static SweepRow Row(IReadOnlyList<SweepPoint> points, int index, SweepOutcome outcome, bool isResumed)
    {
        (ReplayWorkload workload, ReplaySettings settings) = points[index];
        string[] warnings = outcome.Error is null ? [.. workload.Warnings.Concat(SettingWarnings.Of(settings, workload.Synthetic))
            .Select(warning => warning.Message)] : [];
        return new SweepRow(index, settings, outcome, isResumed) { Warnings = warnings.Length > 0 ? string.Join("; ", warnings) : null };
    }

    /// <summary>The threads that run the points.</summary>
    private sealed class Runs : IDisposable
    {
        private readonly IReadOnlyList<SweepPoint> _points;
        private readonly IReadOnlyList<int> _pending;
        private readonly double[] _finished;   // share of each pending point
        private readonly BlockingCollection<(int Index, SweepOutcome? Outcome, Exception? Fault)> _done = [];
        private readonly CancellationTokenSource _stop;
        private readonly CancellationToken _cancellation;
        private readonly Task[] _threads;
        private int _next = -1;

        public Runs(IReadOnlyList<SweepPoint> points, IReadOnlyList<int> pending, int parallel, CancellationToken cancellation)
        {
            (_points, _pending, _cancellation) = (points, pending, cancellation);
            _finished = new double[pending.Count];
            _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            _threads = new Task[Math.Min(parallel, pending.Count)];
            for (int i = 0; i < _threads.Length; i++)
                _threads[i] = Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }

        /// <summary>How many of the pending points are finished, those being run counted in part.</summary>
        public double Finished => _finished.Sum();

        public bool TryTake(int waitMs, out int index, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SweepOutcome? outcome)
        {
            bool taken = _done.TryTake(out (int Index, SweepOutcome? Outcome, Exception? Fault) item, waitMs, _cancellation);
            (index, outcome) = (item.Index, item.Outcome);
            if (item.Fault is { } fault) throw new InvalidOperationException($"point {index} of the sweep failed: {fault.Message}", fault);
            return taken && outcome is not null;
        }

        public void Dispose()
        {
            _stop.Cancel();
            Task.WaitAll(_threads, CancellationToken.None);
            _stop.Dispose();
            _done.Dispose();
        }

        private void Work()
        {
            for (int turn = Interlocked.Increment(ref _next); turn < _pending.Count; turn = Interlocked.Increment(ref _next))
            {
                int index = _pending[turn];
                try
                {
                    _done.Add((index, Replayed(_points[index], turn), null));
                }
                catch (OperationCanceledException) when (_stop.IsCancellationRequested)
                {
                    return;
                }
                catch (Exception fault)
                {
                    _done.Add((index, null, fault));   // a defect; the enumeration fails with it
                    return;
                }

                _finished[turn] = 1.0;
            }
        }

        private SweepOutcome Replayed(SweepPoint point, int turn)
        {
            try
            {
                ReplayResult result = Replay.Run(point.Workload, point.Settings, new Share(_finished, turn), _stop.Token);
                point.OnResult?.Invoke(result);
                ReplayReport report = result.Summary;
                return new SweepOutcome(report.Metrics) { CutOffRequests = report.CutOffRequests };
            }
            catch (AgentSimException error)
            {
                return new SweepOutcome([], error.ErrorId, error.Message) { Template = error.Template };
            }
        }

        private sealed class Share(double[] finished, int turn) : IProgress<ReplayProgress>
        {
            public void Report(ReplayProgress value) => finished[turn] = value.Total == 0 ? 0.0 : (double)value.Done / value.Total;
        }
    }
}

/// <summary>A replay to run as part of a sweep.</summary>
/// <param name="Workload">What to replay; shared by any number of points.</param>
/// <param name="Settings">How to replay it.</param>
public sealed record SweepPoint(ReplayWorkload Workload, ReplaySettings Settings)
{
    /// <summary>Told of the result on the thread that ran it, for those who need more than its row; null: nobody.</summary>
    public Action<ReplayResult>? OnResult { get; init; }
}

/// <summary>How far a sweep has come.</summary>
/// <param name="Done">Points that are finished.</param>
/// <param name="Total">All points.</param>
/// <param name="Fraction">Share of the work that is done, 0 to 1, with the points being run counted in part.</param>
public readonly record struct SweepProgress(int Done, int Total, double Fraction);
