using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using AgentSim.Metrics;
using AgentSim.Recording;
using AgentSim.Simulation;

namespace AgentSim.Sweeps;

/// <summary>Those who run the points of a sweep: threads of this process (<see cref="SweepThreads"/>), or other machines.</summary>
internal interface ISweepRuns : IDisposable
{
    /// <summary>How many points are finished, those being run counted in part.</summary>
    double Finished { get; }

    /// <summary>Takes the outcome of a point that has ended, waiting for one at most so long.</summary>
    bool TryTake(int waitMs, out int index, [NotNullWhen(true)] out SweepOutcome? outcome);
}

/// <summary>Threads that run points as they are added. They end with it.</summary>
internal sealed class SweepThreads : ISweepRuns
{
    private readonly IReadOnlyList<SweepPoint> _points;
    private readonly double[] _finished;   // share of each point
    private readonly BlockingCollection<int> _pending = [];
    private readonly BlockingCollection<(int Index, SweepOutcome? Outcome, Exception? Fault)> _done = [];
    private readonly CancellationTokenSource _stop;
    private readonly CancellationToken _cancellation;
    private readonly Task[] _threads;

    public SweepThreads(IReadOnlyList<SweepPoint> points, int parallel, CancellationToken cancellation)
    {
        (_points, _cancellation) = (points, cancellation);
        _finished = new double[points.Count];
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _threads = new Task[parallel];
        for (int i = 0; i < _threads.Length; i++)
            _threads[i] = Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public double Finished => _finished.Sum();

    public void Add(int index) => _pending.Add(index);

    public bool TryTake(int waitMs, out int index, [NotNullWhen(true)] out SweepOutcome? outcome)
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
        _pending.Dispose();
        _done.Dispose();
    }

    private void Work()
    {
        try
        {
            foreach (int index in _pending.GetConsumingEnumerable(_stop.Token))
            {
                try
                {
                    _done.Add((index, Replayed(index), null));
                }
                catch (Exception fault) when (fault is not OperationCanceledException || !_stop.IsCancellationRequested)
                {
                    _done.Add((index, null, fault));   // a defect; whoever takes it fails with it
                    return;
                }

                _finished[index] = 1.0;
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // It is over.
        }
    }

    private SweepOutcome Replayed(int index)
    {
        try
        {
            SweepPoint point = _points[index];
            ReplayReport report = Replay.Run(point.Workload, point.Settings, new Share(_finished, index), _stop.Token).Summary;
            return new SweepOutcome(report.Metrics) { CutOffRequests = report.CutOffRequests };
        }
        catch (AgentSimException error)
        {
            return SweepOutcome.Of(error);
        }
    }

    private sealed class Share(double[] finished, int index) : IProgress<ReplayProgress>
    {
        public void Report(ReplayProgress value) => finished[index] = value.Total == 0 ? 0.0 : (double)value.Done / value.Total;
    }
}
