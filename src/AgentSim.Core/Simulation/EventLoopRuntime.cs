using AgentSim.Engines;

namespace AgentSim.Simulation;

/// <summary>
/// The event loop of runtimes with several workers: the clock jumps to the next arrival or event, and what can happen then is
/// done in rounds until a round changes nothing (behaviour 04#5.3 and 04#5.4).
/// </summary>
internal abstract class EventLoopRuntime(RuntimeParts parts, int workers) : ReplayRuntime(parts), IPoolHost
{
    private readonly List<WorkerPool> _pools = [];
    private double[] _workerSeconds = [];   // by pool

    /// <summary>The passes in progress, workers of all pools numbered through.</summary>
    protected PassQueue Passes { get; } = new(workers);

    protected Settling Settling { get; } = new();

    public override double? DecodeWorkerSeconds => _workerSeconds[^1];

    public override double PrefillWorkerSeconds => _workerSeconds.Length > 1 ? _workerSeconds[0] : 0.0;

    /// <summary>Requests are in flight or queued somewhere.</summary>
    protected abstract bool HasWork { get; }

    /// <summary>Time of the next event that is no pass end; infinity when there is none.</summary>
    protected virtual double NextOtherEvent => double.PositiveInfinity;

    public override void Run()
    {
        Settle();
        while (Passes.Count > 0 || HasWork || !Driver.IsDrained)
        {
            TakeTurn();
            double other = Math.Min(Driver.NextReady, NextOtherEvent);
            ComputePasses(other);
            double next = Math.Min(other, Passes.NextTime);
            if (double.IsPositiveInfinity(next) && (Parts.Clock is null || HasWork)) throw DeadEnd(AllRanks());
            if (Parts.Clock is { } clock) next = clock.WaitForNext(next);
            if (next > TimeCap)
            {
                AdvanceTo(_pools.Max(pool => pool.LastPassEndWithin(TimeCap.Value)));
                return;
            }

            AdvanceTo(next);
            Settle();
        }
    }

    public abstract void OnPassEnd(WorkerPool pool, int worker);

    public abstract void OnInstantPass(WorkerPool pool, int rank);

    // A rank that can schedule none of its requests mostly never will, since those that arrive wait behind them. With a time cap
    // the run may end before that matters.
    public virtual void OnFruitlessPass(Scheduler rank)
    {
        if (TimeCap is null && rank.StaysBlocked) throw DeadEnd([rank]);
    }

    public void BeforeInstantPass(WorkerPool pool, int worker)
    {
        TakeTurn();
        if (Settling.Driven) return;
        // What starts now before this pass and what starts after it are ordered by that when they end together. The workers behind
        // this one are still to start theirs, also those in the midst of a stretch.
        int behind = pool.FirstPass + worker + 1;
        foreach (WorkerPool each in _pools) each.EndStretchesBetweenPasses(behind - each.FirstPass);
        Settling.Driven = true;
    }

    /// <summary>False when another round at this time cannot change anything, so that it is left out.</summary>
    protected virtual bool MayGoOn => true;

    /// <summary>One round of everything that can happen now; true when anything did.</summary>
    protected abstract bool SettleRound();

    /// <summary>Adds a pool; the last one added is the one that decodes.</summary>
    protected WorkerPool NewPool(WorkerType type, Rank[] ranks, int workers, int firstPass)
    {
        Scheduler[] schedulers = [.. ranks.Select(rank => rank.Scheduler)];
        WorkerPool pool = new(ranks, workers, this, Passes, firstPass, Settling,
            Parts.Settings.StepByStep || (ranks.Length > workers && Parts.IsWatched)) { KvUse = Parts.KvUseOf(type, schedulers) };
        _pools.Add(pool);
        _workerSeconds = new double[_pools.Count];
        return pool;
    }

    /// <summary>Ends the first pass of the queue.</summary>
    protected void EndFirstPass()
    {
        int first = Passes.First;
        Passes.Remove(first);
        (WorkerPool pool, int worker) = PoolOf(first);
        pool.EndPass(worker);
    }

    // Computes the passes of stretches beyond the next event, which is at the given time or is a pass that ends before.
    private void ComputePasses(double until)
    {
        while (Passes.NextTime <= until && Passes.FirstEnd.IsOpen)
        {
            (WorkerPool pool, int worker) = PoolOf(Passes.First);
            pool.Extend(worker, until);
        }
    }

    private (WorkerPool Pool, int Worker) PoolOf(int worker)
    {
        int pool = 0;
        for (; worker >= _pools[pool].Workers; pool++) worker -= _pools[pool].Workers;
        return (_pools[pool], worker);
    }

    private void AdvanceTo(double time)
    {
        if (!(time > Now)) return;
        for (int pool = 0; pool < _pools.Count; pool++) _workerSeconds[pool] += _pools[pool].Workers * (time - Now) / 1000.0;
        Now = Settling.Now = time;
    }

    private void Settle()
    {
        Settling.Begin();
        bool changed;
        do
        {
            changed = SettleRound();
            Settling.EndRound();
        }
        while (changed && MayGoOn);
        Settling.End();
        if (Settling.EveryPassCounts) _pools.ForEach(pool => pool.InterruptAll());
        if (Parts.KvUse is null) return;
        foreach (WorkerPool pool in _pools) pool.RecordKvUseOfIdle();
    }

    public override IEnumerable<Scheduler> AllRanks() => _pools.SelectMany(pool => pool.Ranks);
}
