using System.Numerics;
using AgentSim.Engines;

namespace AgentSim.Simulation;

/// <summary>What a pool of workers needs of the runtime it belongs to.</summary>
internal interface IPoolHost
{
    /// <summary>The simulated clock, milliseconds.</summary>
    double Now { get; }

    /// <summary>A worker's pass has ended now: act on the signals of its ranks.</summary>
    void OnPassEnd(WorkerPool pool, int worker);

    /// <summary>A rank's pass had no length and takes effect at once.</summary>
    void OnInstantPass(WorkerPool pool, int rank);

    /// <summary>A rank with requests ran a pass that led nowhere.</summary>
    void OnFruitlessPass(Scheduler rank);
}

/// <summary>
/// Order of what happens at one timestamp: rounds in which workers are driven, counted up also by passes without length
/// (specification 04, 5.4). Shared by the pools of a runtime.
/// </summary>
internal sealed class Settling
{
    public int Round { get; set; }

    /// <summary>True once workers were driven at this timestamp.</summary>
    public bool Driven { get; set; }

    public void Begin() => (Round, Driven) = (0, false);

    public void EndRound()
    {
        Driven = true;
        Round++;
    }
}

/// <summary>
/// Workers of one kind and the passes they run (specification 04, 5.6): each worker a group of ranks whose passes end
/// together. Passes that only repeat are planned as stretches and cut short when something interferes.
/// </summary>
internal sealed class WorkerPool
{
    private readonly Scheduler[] _ranks;
    private readonly IPoolHost _host;
    private readonly PassQueue _passes;
    private readonly Settling _settling;
    private readonly int _firstPass;      // number of the first worker in the pass queue
    private readonly bool _stepByStep;
    private readonly bool[] _busy;
    private readonly ulong[] _drivable;   // bit per worker: idle, with requests

    public WorkerPool(Scheduler[] ranks, int workers, IPoolHost host, PassQueue passes, int firstPass, Settling settling, bool stepByStep)
    {
        (_ranks, _host, _passes, _firstPass, _settling, _stepByStep) = (ranks, host, passes, firstPass, settling, stepByStep);
        Workers = workers;
        RanksPerWorker = ranks.Length / workers;
        _busy = new bool[workers];
        _drivable = new ulong[(workers + 63) / 64];
    }

    public int Workers { get; }

    public int RanksPerWorker { get; }

    public ReadOnlySpan<Scheduler> Ranks => _ranks;

    /// <summary>Records the KV blocks in use; null: nobody asked for them.</summary>
    public KvUseRecorder? KvUse { get; init; }

    /// <summary>True when a worker is idle although it has requests.</summary>
    public bool CanDrive => NextDrivable(0) >= 0;

    public bool IsBusy(int worker) => _busy[worker];

    /// <summary>Hands a request to a rank; its next pass sees it.</summary>
    public void Submit(int rank, int request)
    {
        int worker = rank / RanksPerWorker;
        if (!_ranks[rank].IgnoresNewcomers) Interrupt(worker);
        _ranks[rank].Submit(request);
        UpdateDrivable(worker);
    }

    /// <summary>
    /// Makes the running pass the last one of its stretch, so that the worker can be seen to when it ends. A pass that
    /// ends right now ends before anything else happens.
    /// </summary>
    public void Interrupt(int worker)
    {
        Scheduler lead = _ranks[worker * RanksPerWorker];
        DecodeStretch stretch = lead.Stretch;
        if (stretch.Steps == 0) return;
        int steps = stretch.StartedBy(_host.Now, _settling.Driven);
        if (steps < stretch.Steps)
        {
            stretch.CutAfter(steps);
            _passes.Set(_firstPass + worker, EndOf(stretch));
        }

        if (stretch.End != _host.Now) return;
        _passes.Remove(_firstPass + worker);
        EndPass(worker);
    }

    /// <summary>The worker's pass, already taken off the queue, ends.</summary>
    public void EndPass(int worker)
    {
        _busy[worker] = false;
        Scheduler lead = _ranks[worker * RanksPerWorker];
        if (lead.Stretch.Steps > 0) lead.CommitStretch(lead.Stretch.Steps);
        _host.OnPassEnd(this, worker);
        UpdateDrivable(worker);
        if (KvUse is not null) RecordKvUse(worker);
    }

    /// <summary>Records the KV blocks in use where no pass is running: passes without length and hand-offs change them, too.</summary>
    public void RecordKvUseOfIdle()
    {
        for (int worker = 0; worker < Workers; worker++)
        {
            if (!_busy[worker]) RecordKvUse(worker);
        }
    }

    /// <summary>Makes all caches look as they do now, between the passes of stretches.</summary>
    public void SynchroniseCaches()
    {
        foreach (Scheduler rank in _ranks)
        {
            if (rank.Stretch.Steps > 0) rank.SynchroniseCaches(_host.Now, _settling.Driven);
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
            // After an effect the scan begins again with the lowest worker.
            worker = NextDrivable(effect ? 0 : worker + 1);
        }

        return any;
    }

    /// <summary>
    /// The last pass end up to <paramref name="cap"/> among planned passes; they have no events of their own, but the
    /// clock would have stopped at each of them.
    /// </summary>
    public double LastPassEndWithin(double cap)
    {
        double last = _host.Now;
        foreach (Scheduler rank in _ranks)
        {
            foreach (double end in rank.Stretch.Ends)
            {
                if (end > cap) break;
                last = Math.Max(last, end);
            }
        }

        return last;
    }

    /// <summary>Brings the scan of <see cref="Drive"/> up to date after the worker's queues changed.</summary>
    public void UpdateDrivable(int worker)
    {
        bool drivable = false;
        int first = worker * RanksPerWorker;
        for (int rank = first; rank < first + RanksPerWorker && !drivable; rank++) drivable = _ranks[rank].RequestCount > 0;
        if (drivable && !_busy[worker]) _drivable[worker >> 6] |= 1UL << (worker & 63);
        else _drivable[worker >> 6] &= ~(1UL << (worker & 63));
    }

    private void RecordKvUse(int worker)
    {
        int first = worker * RanksPerWorker;
        for (int rank = first; rank < first + RanksPerWorker; rank++) KvUse!.Sample(rank, _host.Now);
    }

    private int NextDrivable(int from)
    {
        for (int word = from >> 6; word < _drivable.Length; word++, from = word << 6)
        {
            ulong bits = _drivable[word] & (ulong.MaxValue << (from & 63));
            if (bits != 0) return (word << 6) + BitOperations.TrailingZeroCount(bits);
        }

        return -1;
    }

    private bool DriveWorker(int worker)
    {
        double now = _host.Now;
        int first = worker * RanksPerWorker;
        if (RanksPerWorker == 1 && !_stepByStep && _ranks[first].TryPlanStretch(now, double.PositiveInfinity))
        {
            StartPass(worker, EndOf(_ranks[first].Stretch));
            return true;
        }

        if (RanksPerWorker == 1 && !_stepByStep) _settling.Round += _ranks[first].RunInstantPasses();
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

    // A pass without length takes effect immediately; one without effect leaves the worker as it was.
    private bool ApplyAtOnce(int worker)
    {
        bool effect = false;
        int first = worker * RanksPerWorker;
        for (int rank = first; rank < first + RanksPerWorker; rank++)
        {
            if (_ranks[rank].HadEffect)
            {
                effect = true;
                _host.OnInstantPass(this, rank);
            }
            else if (_ranks[rank].RequestCount > 0)
            {
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
        _passes.Set(_firstPass + worker, end);
        UpdateDrivable(worker);
    }

    // The first pass of a stretch is started now, the others would be started in the first round of their time.
    private PassEnd EndOf(DecodeStretch stretch) =>
        new(stretch.End, stretch.LastStart, stretch.Steps == 1 && stretch.Start == _host.Now ? _settling.Round : 0);
}
