namespace AgentSim.Workload;

/// <summary>Sessions turn by turn, by their arrival times or a fixed number of them at a time (behaviour 01#10.3 and 01#10.5).</summary>
internal sealed class SessionDriver : LoadDriver
{
    private readonly WorkloadColumns _load;
    private readonly int? _concurrency;
    private readonly double _ratio;
    private readonly int[] _nextRequest;   // by session
    private readonly OpenTasks? _tasks;    // closed loops of tasks, which are the sessions
    private int _sessionsStarted;
    private int _inFlight;

    public SessionDriver(WorkloadColumns load, LoadOptions options)
        : base(load.InputLength.Length)
    {
        _load = load;
        _concurrency = options.Concurrency;
        _ratio = options.SpeedupRatio;
        _nextRequest = load.SessionStart[..^1];
        _tasks = OpenTasks.Of(load, options.ConcurrentTasks);
        Start();
    }

    public override double NextReady => _concurrency <= _inFlight ? double.PositiveInfinity : Ready.NextTime;

    public override bool TryPop(double now, out int request, out double readyTime)
    {
        if (_concurrency <= _inFlight || !Ready.TryTake(now, out int session, out readyTime))
        {
            (request, readyTime) = (-1, double.PositiveInfinity);
            return false;
        }

        request = _nextRequest[session]++;
        _inFlight++;
        return true;
    }

    protected override void Ended(int request, double now, bool completed)
    {
        _inFlight--;
        int session = _load.SessionOf[request];
        int next = _nextRequest[session];
        if (next < _load.SessionStart[session + 1])
        {
            double delay = _load.Delay[next];
            Ready.Add(now + (_concurrency is null ? delay / _ratio : delay), session);
        }
        else if (_concurrency is not null && _sessionsStarted < _nextRequest.Length)
        {
            Ready.Add(now, _sessionsStarted++);
        }

        if (_tasks?.Ended(request, 1) == true && _tasks.TryOpen(out int opened)) Ready.Add(now, opened);
    }

    private void Start()
    {
        if (_concurrency is int slots)
        {
            _sessionsStarted = Math.Min(slots, _nextRequest.Length);
            for (int session = 0; session < _sessionsStarted; session++) Ready.AddInitial(0.0, session);
        }
        else if (_tasks is not null)
        {
            while (_tasks.TryOpen(out int opened)) Ready.AddInitial(0.0, opened);
        }
        else
        {
            double origin = _load.FirstArrival.Min();
            Ready.Expect(_nextRequest.Length);
            for (int session = 0; session < _nextRequest.Length; session++)
                Ready.AddInitial((_load.FirstArrival[session] - origin) / _ratio, session);
        }

        Ready.SortInitial();
    }
}
