using AgentSim.Engines;
using AgentSim.Routing;

namespace AgentSim.Simulation;

/// <summary>
/// Any number of workers and ranks behind a router, prefill and decode on the same workers (behaviour 04#5).
/// </summary>
internal sealed class MultiWorkerRuntime : EventLoopRuntime
{
    private readonly WorkerPool _pool;
    private readonly Placement _placement;
    private readonly List<RouterPlacement> _released = [];
    private int _inFlight;

    public MultiWorkerRuntime(RuntimeParts parts, Rank[] ranks, int workers, Placement placement)
        : base(parts, workers)
    {
        _placement = placement;
        _pool = NewPool(WorkerType.Aggregated, ranks, workers, 0);
    }

    protected override bool HasWork => _inFlight > 0 || _placement.Queued > 0;

    protected override bool MayGoOn => Passes.NextTime == Now || Driver.NextReady <= Now || _pool.CanDrive;

    public override void OnPassEnd(WorkerPool pool, int worker)
    {
        int first = worker * pool.RanksPerWorker;
        for (int rank = first; rank < first + pool.RanksPerWorker; rank++) ApplySignals(pool.Ranks[rank]);
    }

    public override void OnInstantPass(WorkerPool pool, int rank) => ApplySignals(pool.Ranks[rank]);

    protected override bool SettleRound()
    {
        bool changed = false;
        while (Passes.NextTime == Now)
        {
            changed = true;
            EndFirstPass();
        }

        changed |= ReleaseArrivals();
        return _pool.Drive() || changed;
    }

    private void ApplySignals(Scheduler rank)
    {
        rank.PublishCache();
        _inFlight -= rank.Pass.CompletedRequests;
        foreach (Signal signal in rank.Pass.Signals)
        {
            _released.Clear();
            if (signal.Kind == SignalKind.FirstToken)
            {
                _placement.PrefillCompleted(signal.Request, _released);
            }
            else
            {
                End(signal);
                _placement.Ended(signal.Request, _released);
                Driver.OnTerminal(signal.Request, Now, signal.Kind == SignalKind.Completed);
            }

            foreach (RouterPlacement placement in _released) Dispatch(placement.Request, placement.Target);
        }

        CheckProductive(rank);
        // The rank may run no pass the next time its worker does; its signals must not be acted on twice.
        rank.Pass.Forget();
    }

    private bool ReleaseArrivals()
    {
        bool any = false;
        while (Driver.TryPop(Now, out int request, out double ready))
        {
            if (!any && _placement.ReadsCaches) _pool.SynchroniseCaches();
            any = true;
            Arrive(request, RuntimeRules.Arrival(ready, Now, Parts.Settings.Concurrency));
            if (TryPlace(_placement, request, out int target) && target >= 0) Dispatch(request, target);
        }

        return any;
    }

    private void Dispatch(int request, int target)
    {
        _pool.Submit(target, request);
        _inFlight++;
        Recorder.Dispatched(request, target);
    }
}
