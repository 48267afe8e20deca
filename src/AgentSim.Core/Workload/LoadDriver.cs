namespace AgentSim.Workload;

/// <summary>How a replay hands out its load.</summary>
/// <param name="Concurrency">Closed loop: at most this many active sessions; null: by arrival times.</param>
/// <param name="SpeedupRatio">Open loop: arrival times and delays are divided by it.</param>
internal readonly record struct LoadOptions(int? Concurrency, double SpeedupRatio);

/// <summary>
/// Says which request becomes ready when (specification 01, 7 and 10): sessions turn by turn, agentic rows by their
/// dependencies, or a fixed number of active sessions. Requests are 0-based ordinals.
/// </summary>
internal sealed class LoadDriver
{
    private readonly WorkloadColumns _load;
    private readonly ReadyQueue _ready = new();
    private readonly int? _concurrency;
    private readonly double _ratio;

    // Agentic: by row. Sessions: the next turn of each session as a request ordinal.
    private readonly int[] _remaining = [];
    private readonly double[] _readyAfter = [];
    private readonly int[] _nextRequest = [];
    private int _sessionsStarted;
    private int _inFlight;
    private int _unfinished;

    public LoadDriver(WorkloadColumns load, LoadOptions options)
    {
        _load = load;
        _concurrency = options.Concurrency;
        _ratio = options.SpeedupRatio;
        _unfinished = load.InputLength.Length;
        if (load.IsAgentic)
        {
            _remaining = (int[])load.DependencyCount.Clone();
            _readyAfter = new double[_remaining.Length];
            StartAgentic();
        }
        else
        {
            _nextRequest = load.SessionStart[..^1];
            StartSessions();
        }
    }

    /// <summary>True when nothing is in flight and nothing is left.</summary>
    public bool IsDrained => _unfinished == 0;

    /// <summary>Ready time of the first request not yet handed out, infinity when none is known or none may start.</summary>
    public double NextReady => _concurrency <= _inFlight ? double.PositiveInfinity : _ready.NextTime;

    /// <summary>Hands out the next request that is due at <paramref name="now"/>, in ready order.</summary>
    public bool TryPop(double now, out int request, out double readyTime)
    {
        if (_concurrency <= _inFlight || !_ready.TryTake(now, out int index, out readyTime))
        {
            (request, readyTime) = (-1, double.PositiveInfinity);
            return false;
        }

        request = _load.IsAgentic ? index : _nextRequest[index]++;
        _inFlight++;
        return true;
    }

    /// <summary>The request ended, completed or rejected, at <paramref name="now"/>.</summary>
    public void OnTerminal(int request, double now)
    {
        _inFlight--;
        _unfinished--;
        if (_load.IsAgentic) ReleaseDependents(request, now);
        else ContinueSession(_load.SessionOf[request], now);
    }

    private void StartAgentic()
    {
        double origin = Smallest(_load.StartTime);
        List<(double, int)> roots = [];
        for (int row = 0; row < _remaining.Length; row++)
        {
            if (_remaining[row] > 0) continue;
            double start = _load.StartTime[row];
            roots.Add((double.IsNaN(start) ? 0.0 : (start - origin) / _ratio, row));
        }

        _ready.Start(roots);
    }

    private void ReleaseDependents(int request, double now)
    {
        for (int i = _load.DependentStart[request]; i < _load.DependentStart[request + 1]; i++)
        {
            int row = _load.Dependents[i];
            _readyAfter[row] = Math.Max(_readyAfter[row], now);
            if (--_remaining[row] == 0) _ready.Add(_readyAfter[row] + (_load.Delay[row] / _ratio), row);
        }
    }

    private void StartSessions()
    {
        List<(double, int)> first = [];
        if (_concurrency is int slots)
        {
            _sessionsStarted = Math.Min(slots, _nextRequest.Length);
            for (int session = 0; session < _sessionsStarted; session++) first.Add((0.0, session));
        }
        else
        {
            double origin = Smallest(_load.FirstArrival);
            for (int session = 0; session < _nextRequest.Length; session++) first.Add(((_load.FirstArrival[session] - origin) / _ratio, session));
        }

        _ready.Start(first);
    }

    private void ContinueSession(int session, double now)
    {
        int next = _nextRequest[session];
        if (next < _load.SessionStart[session + 1])
        {
            double delay = _load.Delay[next];
            _ready.Add(now + (_concurrency is null ? delay / _ratio : delay), session);
        }
        else if (_concurrency is not null && _sessionsStarted < _nextRequest.Length)
        {
            _ready.Add(now, _sessionsStarted++);
        }
    }

    // Absent times are NaN and take no part.
    private static double Smallest(double[] times)
    {
        double smallest = double.PositiveInfinity;
        foreach (double time in times)
        {
            if (time < smallest) smallest = time;
        }

        return smallest;
    }
}
