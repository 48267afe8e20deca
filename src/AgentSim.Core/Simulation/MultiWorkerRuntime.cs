using System.Numerics;
using AgentSim.Engines;
using AgentSim.Routing;

namespace AgentSim.Simulation;

/// <summary>
/// Any number of workers and ranks behind a router: an event loop that settles everything that can happen at one
/// timestamp before the clock moves on (specification 04, 5).
/// </summary>
internal sealed class MultiWorkerRuntime : ReplayRuntime
{
    private readonly Scheduler[] _ranks;
    private readonly int _ranksPerWorker;
    private readonly int _workers;
    private readonly Placement _placement;
    private readonly PassQueue _passes;
    private readonly bool[] _busy;
    private readonly ulong[] _drivable;   // bit per worker: idle, with requests
    private readonly List<RouterPlacement> _released = [];
    private int _inFlight;
    private int _round;
    private bool _driven;                 // workers were driven at this timestamp
    private double _workerSeconds;

    public MultiWorkerRuntime(RuntimeParts parts, Scheduler[] ranks, int workers, Placement placement)
        : base(parts)
    {
        (_ranks, _workers, _placement) = (ranks, workers, placement);
        _ranksPerWorker = ranks.Length / workers;
        _passes = new PassQueue(workers);
        _busy = new bool[workers];
        _drivable = new ulong[(workers + 63) / 64];
    }

    public override double? WorkerSeconds => _workerSeconds;

    public override void Run()
    {
        Settle();
        while (!IsDone)
        {
            TakeTurn();
            double next = Math.Min(Driver.NextReady, _passes.NextTime);
            if (double.IsPositiveInfinity(next)) throw DeadEnd(_ranks);
            if (next > TimeCap)
            {
                AdvanceTo(LastPassEndWithin(TimeCap.Value));
                return;
            }

            AdvanceTo(next);
            Settle();
        }
    }

    private bool IsDone => _passes.Count == 0 && _inFlight == 0 && _placement.Queued == 0 && Driver.IsDrained;

    private void AdvanceTo(double time)
    {
        if (time > Now) _workerSeconds += _workers * (time - Now) / 1000.0;
        Now = Math.Max(Now, time);
    }

    // Passes of a stretch end without an event of their own; the clock would have stopped at each of them.
    private double LastPassEndWithin(double cap)
    {
        double last = Now;
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

    private void Settle()
    {
        _driven = false;
        _round = 0;
        bool changed;
        do
        {
            changed = ApplyPassEnds();
            changed |= ReleaseArrivals();
            changed |= Drive();
            _driven = true;
            _round++;
        }
        while (changed);
    }

    private bool ApplyPassEnds()
    {
        bool any = false;
        while (_passes.NextTime == Now)
        {
            any = true;
            int worker = _passes.First;
            _passes.Remove(worker);
            EndPass(worker);
        }

        return any;
    }

    private void EndPass(int worker)
    {
        _busy[worker] = false;
        int first = worker * _ranksPerWorker;
        Scheduler lead = _ranks[first];
        if (lead.Stretch.Steps > 0)
        {
            lead.CommitStretch(lead.Stretch.Steps);
        }
        else
        {
            for (int rank = first; rank < first + _ranksPerWorker; rank++) ApplySignals(_ranks[rank]);
        }

        UpdateDrivable(worker);
    }

    private void ApplySignals(Scheduler rank)
    {
        rank.PublishCache();
        _inFlight -= rank.CompletedRequests;
        foreach (Signal signal in rank.Signals.AsSpan())
        {
            _released.Clear();
            if (signal.Kind == SignalKind.FirstToken)
            {
                _placement.PrefillCompleted(signal.Request, Now, _released);
            }
            else
            {
                End(signal);
                _placement.Ended(signal.Request, Now, _released);
                Driver.OnTerminal(signal.Request, Now);
            }

            foreach (RouterPlacement placement in _released) Dispatch(placement.Request, placement.Target);
        }

        // The rank may stay idle through later passes of its worker; what it said has been heard.
        rank.ForgetPass();
    }

    private bool ReleaseArrivals()
    {
        bool any = false;
        while (Driver.TryPop(Now, out int request, out double ready))
        {
            if (!any && _placement.ReadsCaches) SynchroniseCaches();
            any = true;
            Arrive(request, Parts.Settings.Concurrency is null ? ready : Now);
            int target = _placement.Place(request, Now);
            if (target >= 0) Dispatch(request, target);
        }

        return any;
    }

    private void SynchroniseCaches()
    {
        foreach (Scheduler rank in _ranks)
        {
            if (rank.Stretch.Steps > 0) rank.SynchroniseCaches(rank.Stretch.StartedBy(Now, _driven));
        }
    }

    private void Dispatch(int request, int target)
    {
        Scheduler rank = _ranks[target];
        int worker = target / _ranksPerWorker;
        if (rank.Stretch.Steps > 0 && !rank.IgnoresNewcomers) CutStretch(worker, rank);
        rank.Submit(request);
        _inFlight++;
        Recorder.Dispatched(request, target);
        UpdateDrivable(worker);
    }

    // The newcomer is seen by the first pass that starts from now on.
    private void CutStretch(int worker, Scheduler rank)
    {
        int steps = rank.Stretch.StartedBy(Now, _driven);
        if (steps < rank.Stretch.Steps)
        {
            rank.Stretch.CutAfter(steps);
            _passes.Set(worker, EndOf(rank));
        }

        if (rank.Stretch.End != Now) return;
        _passes.Remove(worker);
        EndPass(worker);
    }

    // The first pass of a stretch was started by this loop, the others would be started in the first round of theirs.
    private PassEnd EndOf(Scheduler rank) =>
        new(rank.Stretch.End, rank.Stretch.LastStart, rank.Stretch.Steps == 1 && rank.Stretch.Start == Now ? _round : 0);

    private bool Drive()
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

    private bool DriveWorker(int worker)
    {
        int first = worker * _ranksPerWorker;
        if (_ranksPerWorker == 1 && !Parts.Settings.StepByStep && _ranks[first].TryPlanStretch(Now, double.PositiveInfinity))
        {
            StartPass(worker, EndOf(_ranks[first]));
            return true;
        }

        double end = Now;
        for (int rank = first; rank < first + _ranksPerWorker; rank++)
        {
            if (_ranks[rank].RequestCount > 0) end = Math.Max(end, _ranks[rank].RunPass(Now));
        }

        for (int rank = first; rank < first + _ranksPerWorker; rank++)
        {
            _ranks[rank].StampTokens(end);
            CheckProductive(_ranks[rank], _ranks);
        }

        if (end > Now)
        {
            StartPass(worker, new PassEnd(end, Now, _round));
            return true;
        }

        return ApplyAtOnce(worker);
    }

    private void StartPass(int worker, PassEnd end)
    {
        _busy[worker] = true;
        _passes.Set(worker, end);
        UpdateDrivable(worker);
    }

    // A pass without length takes effect immediately; one without effect leaves the worker as it was.
    private bool ApplyAtOnce(int worker)
    {
        bool effect = false;
        int first = worker * _ranksPerWorker;
        for (int rank = first; rank < first + _ranksPerWorker; rank++)
        {
            if (!_ranks[rank].HadEffect)
            {
                CheckNotStuck(_ranks[rank]);
                continue;
            }

            effect = true;
            ApplySignals(_ranks[rank]);
        }

        if (effect) _round++;
        UpdateDrivable(worker);
        return effect;
    }

    // A rank that can do nothing although it has requests never will: newcomers queue behind its head. Only a time cap
    // can still end the run before that matters.
    private void CheckNotStuck(Scheduler rank)
    {
        if (TimeCap is null && rank.RequestCount > 0) throw DeadEnd([rank]);
    }

    private void UpdateDrivable(int worker)
    {
        bool drivable = false;
        int first = worker * _ranksPerWorker;
        for (int rank = first; rank < first + _ranksPerWorker && !drivable; rank++) drivable = _ranks[rank].RequestCount > 0;
        if (drivable && !_busy[worker]) _drivable[worker >> 6] |= 1UL << (worker & 63);
        else _drivable[worker >> 6] &= ~(1UL << (worker & 63));
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
}
