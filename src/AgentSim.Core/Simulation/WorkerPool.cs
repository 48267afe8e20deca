using System.Numerics;
using AgentSim.Engines;
using AgentSim.Recording;

namespace AgentSim.Simulation;

/// <summary>
/// Workers of one kind and the passes they run (behaviour 04#5.6). A worker is a group of data-parallel ranks that start and end
/// their passes together. This file runs them pass by pass, which is the definition; WorkerPool.Stretch.cs does the same for
/// stretches of planned passes.
/// </summary>
internal sealed partial class WorkerPool
{
    private readonly Rank[] _all;
    private readonly Scheduler[] _ranks;
    private readonly StretchPlanner?[] _planners;   // by worker; null: runs pass by pass
    private readonly DecodeStretch[] _stretches;     // by worker: what its planner has planned
    private readonly IPoolHost _host;
    private readonly PassQueue _passes;
    private readonly Settling _settling;
    private readonly bool[] _busy;
    private readonly ulong[] _drivable;   // bit per worker: idle, with requests

    public WorkerPool(Rank[] ranks, int workers, IPoolHost host, PassQueue passes, int firstPass, Settling settling, bool stepByStep)
    {
        (_host, _passes, FirstPass, _settling) = (host, passes, firstPass, settling);
        Workers = workers;
        RanksPerWorker = ranks.Length / workers;
        _all = ranks;
        _ranks = [.. ranks.Select(rank => rank.Scheduler)];
        _planners = new StretchPlanner?[workers];
        _stretches = new DecodeStretch[workers];
        for (int worker = 0; worker < workers; worker++)
        {
            _planners[worker] = stepByStep ? null : PlannerOf(worker);
            _stretches[worker] = _planners[worker]?.Stretch ?? DecodeStretch.None;
        }

        _busy = new bool[workers];
        _startRound = new int[workers];
        _drivable = new ulong[(workers + 63) / 64];
        _lagging = new ulong[_drivable.Length];
        _nextCacheChange = new double[workers];
    }

    public int Workers { get; }

    /// <summary>Number of the first worker in the pass queue.</summary>
    public int FirstPass { get; }

    public int RanksPerWorker { get; }

    public Scheduler[] Ranks => _ranks;

    /// <summary>Records the KV blocks in use; null: nobody asked for them.</summary>
    public KvUseRecorder? KvUse { get; init; }

    /// <summary>True when a worker is idle although it has requests.</summary>
    public bool CanDrive => NextDrivable(0) >= 0;

    public bool IsBusy(int worker) => _busy[worker];

    /// <summary>Hands a request to a rank; its next pass sees it.</summary>
    public void Submit(int rank, int request)
    {
        int worker = RanksPerWorker == 1 ? rank : rank / RanksPerWorker;
        if (_all[rank].Planner is { IgnoresNewcomers: false }) Interrupt(worker);
        _ranks[rank].Submit(request);
        UpdateDrivable(worker);
    }

    /// <summary>The worker's pass, already taken off the queue, ends.</summary>
    public void EndPass(int worker)
    {
        _busy[worker] = false;
        if (_stretches[worker].Steps > 0)
        {
            _planners[worker]!.Commit(_stretches[worker].Steps);
            Clear(_lagging, worker);
        }

        _host.OnPassEnd(this, worker);
        UpdateDrivable(worker);
        if (KvUse is not null) RecordKvUse(worker);
    }

    /// <summary>Records the KV blocks in use of idle workers: passes that take no time and hand-offs change them, too.</summary>
    public void RecordKvUseOfIdle()
    {
        for (int worker = 0; worker < Workers; worker++)
        {
            if (!_busy[worker]) RecordKvUse(worker);
        }
    }

    /// <summary>Starts passes on all workers that can, lowest first; true when any had an effect.</summary>
    public bool Drive()
    {
        bool any = false;
        int worker = NextDrivable(0);
        while (worker >= 0)
        {
            bool effect = DriveWorker(worker);
            any |= effect;
            // A pass with an effect may have made work for workers that were looked at before: begin again with the first.
            worker = NextDrivable(effect ? 0 : worker + 1);
        }

        return any;
    }

    /// <summary>To be called when the queues of a worker changed: notes whether <see cref="Drive"/> can start a pass on it.</summary>
    public void UpdateDrivable(int worker)
    {
        if (!_busy[worker] && HasRequests(worker)) Set(_drivable, worker);
        else Clear(_drivable, worker);
    }

    private bool HasRequests(int worker)
    {
        int first = worker * RanksPerWorker;
        for (int rank = first; rank < first + RanksPerWorker; rank++)
        {
            if (_ranks[rank].RequestCount > 0) return true;
        }

        return false;
    }

    private StretchPlanner? PlannerOf(int worker) => RanksPerWorker == 1 ? _all[worker].Planner
        : GroupStretches.Of(_all.AsSpan(worker * RanksPerWorker, RanksPerWorker));

    private void RecordKvUse(int worker)
    {
        int first = worker * RanksPerWorker;
        for (int rank = first; rank < first + RanksPerWorker; rank++) KvUse!.Sample(rank, _settling.Now);
    }

    private static void Set(ulong[] workers, int worker) => workers[worker >> 6] |= 1UL << (worker & 63);

    private static void Clear(ulong[] workers, int worker) => workers[worker >> 6] &= ~(1UL << (worker & 63));

    private int NextDrivable(int from) => NextOf(_drivable, from);

    // The first of some workers that is not below a number, -1 where there is none.
    private static int NextOf(ulong[] workers, int from)
    {
        for (int word = from >> 6; word < workers.Length; word++, from = word << 6)
        {
            ulong bits = workers[word] & (ulong.MaxValue << (from & 63));
            if (bits != 0) return (word << 6) + BitOperations.TrailingZeroCount(bits);
        }

        return -1;
    }

    private bool DriveWorker(int worker)
    {
        double now = _settling.Now;
        int first = worker * RanksPerWorker;
        if (_planners[worker] is { } planner && !_settling.EveryPassCounts)
        {
            if (planner.TryPlan(now, double.PositiveInfinity))
            {
                _startRound[worker] = _settling.Round;
                NoteCacheChange(worker, planner.NextCacheChange);
                StartPass(worker, EndOfStretch(worker));
                return true;
            }

            if (planner.RunInstantPasses() is > 0 and int passes)
            {
                _host.BeforeInstantPass(this, worker);
                _settling.Round += passes;
            }
        }

        double end = now;
        for (int rank = first; rank < first + RanksPerWorker; rank++)
        {
            if (_ranks[rank].RequestCount > 0) end = Math.Max(end, _ranks[rank].RunPass(now));
        }

        for (int rank = first; rank < first + RanksPerWorker; rank++) _ranks[rank].StampTokens(end);
        if (end == now) return ApplyAtOnce(worker);
        StartPass(worker, new PassEnd(end, now, _settling.Round));
        return true;
    }

    // A pass that takes no time takes effect at once; one without effect leaves the worker idle.
    private bool ApplyAtOnce(int worker)
    {
        bool effect = false;
        int first = worker * RanksPerWorker;
        for (int rank = first; rank < first + RanksPerWorker; rank++)
        {
            if (_ranks[rank].Pass.HadEffect)
            {
                if (!effect) _host.BeforeInstantPass(this, worker);
                effect = true;
                _host.OnInstantPass(this, rank);
            }
            else if (_ranks[rank].RequestCount > 0)
            {
                _settling.TriedInVain |= _ranks[rank].ChangesWithoutEffect;
                _host.OnFruitlessPass(_ranks[rank]);
            }
        }

        if (effect) _settling.Round++;
        UpdateDrivable(worker);
        return effect;
    }

    private void StartPass(int worker, PassEnd end)
    {
        _busy[worker] = true;
        _passes.Set(FirstPass + worker, end);
        Clear(_drivable, worker);
    }
}

/// <summary>What a pool of workers needs of the runtime it belongs to.</summary>
internal interface IPoolHost
{
    /// <summary>A worker's pass has ended now: act on the signals of its ranks.</summary>
    void OnPassEnd(WorkerPool pool, int worker);

    /// <summary>A pass that takes no time is about to take effect.</summary>
    void BeforeInstantPass(WorkerPool pool, int worker);

    /// <summary>A rank's pass took no time: act on its signals.</summary>
    void OnInstantPass(WorkerPool pool, int rank);

    /// <summary>A rank has requests, and its pass had no effect: it could schedule none of them.</summary>
    void OnFruitlessPass(Scheduler rank);
}
