using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
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
    private readonly BlockingCollection<Run> _pending = [];
    private readonly BlockingCollection<Run> _done = [];
    private readonly CancellationTokenSource _stop;
    private readonly CancellationToken _cancellation;
    private readonly Task[] _threads;
    private readonly List<Run> _all = [];   // added and read by the thread that asks

    public SweepThreads(int parallel, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _threads = new Task[parallel];
        for (int i = 0; i < _threads.Length; i++)
            _threads[i] = Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public double Finished => _all.Sum(run => run.Finished);

    public void Add(int index, SweepPoint point)
    {
        var run = new Run(index, point);
        _all.Add(run);
        _pending.Add(run);
    }

    public bool TryTake(int waitMs, out int index, [NotNullWhen(true)] out SweepOutcome? outcome)
    {
        bool taken = _done.TryTake(out Run? run, waitMs, _cancellation);
        (index, outcome) = (run?.Index ?? -1, run?.Outcome);
        if (run?.Fault is { } fault) throw new InvalidOperationException($"point {index} of the sweep failed: {fault.Message}", fault);
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
            foreach (Run run in _pending.GetConsumingEnumerable(_stop.Token))
            {
                run.Do(_stop.Token);
                _done.Add(run, CancellationToken.None);
                if (run.Fault is not null) return;
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // It is over.
        }
    }

    private sealed class Run(int index, SweepPoint point) : IProgress<ReplayProgress>
    {
        public int Index => index;

        public SweepOutcome? Outcome { get; private set; }

        /// <summary>A defect; whoever takes it fails with it.</summary>
        public Exception? Fault { get; private set; }

        /// <summary>How far it is, 0 to 1.</summary>
        public double Finished { get; private set; }

        public void Do(CancellationToken stop)
        {
            try
            {
                ReplayResult result = Replay.Run(point.Workload, point.Settings, this, stop);
                point.OnResult?.Invoke(result);
                Outcome = new SweepOutcome(result.Summary.Metrics)
                {
                    CutOffRequests = result.Summary.CutOffRequests,
                    OutsideShare = result.Run.Calibration?.OutsideShare,
                };
            }
            catch (AgentSimException error)
            {
                Outcome = SweepOutcome.Of(error);
            }
            catch (Exception fault) when (fault is not OperationCanceledException || !stop.IsCancellationRequested)
            {
                Fault = fault;
            }

            Finished = 1.0;
        }

        public void Report(ReplayProgress value) => Finished = value.Total == 0 ? 0.0 : (double)value.Done / value.Total;
    }
}
