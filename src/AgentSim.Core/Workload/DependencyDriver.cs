namespace AgentSim.Workload;

/// <summary>
/// Requests that wait for others to start or to end, each by itself (behaviour 01#10.4 and 01#12.3); in closed loops of tasks, from
/// when their task is let in.
/// </summary>
internal sealed class DependencyDriver : LoadDriver
{
    private readonly AgenticColumns _load;
    private readonly double _ratio;
    private readonly int[] _remaining;       // events a request still waits for
    private readonly double[] _readyAfter;   // earliest start as known so far
    private readonly PlayStates? _plays;
    private readonly OpenTasks? _tasks;      // closed loops of tasks
    private readonly bool[]? _pinned;        // with plays: whether all that ended so far would have let it start before its own time
    private int _held;

    public DependencyDriver(AgenticColumns load, double speedupRatio, OpenTasks? tasks = null)
        : base(load.RequestIds.Count)
    {
        _load = load;
        _ratio = speedupRatio;
        _tasks = tasks;
        _remaining = (int[])load.DependencyCount.Clone();
        _readyAfter = new double[_remaining.Length];
        _plays = load.PlayOf is { } playOf ? new PlayStates(playOf) : null;
        if (_plays is not null)
        {
            _pinned = new bool[_remaining.Length];
            Array.Fill(_pinned, true);
        }

        for (int request = 0; tasks is null && request < _remaining.Length; request++)
        {
            double earliest = load.EarliestStart[request];
            _readyAfter[request] = double.IsNaN(earliest) ? 0.0 : (earliest - load.Origin) / _ratio;
            if (_remaining[request] == 0) Ready.AddInitial(_readyAfter[request], request);
        }

        Ready.SortInitial();
        while (_tasks?.TryOpen(out int task) == true) Open(task, 0.0);
    }

    public override int HeldByTime => _held;

    public override TaskStarts? TaskStarts => _tasks?.Starts;

    public override double NextReady => Ready.NextTime;

    public override bool TryPop(double now, out int request, out double readyTime)
    {
        if (!Ready.TryTake(now, out request, out readyTime)) return false;
        // It counts as handed out when it became ready, even where that is noticed later.
        if (_load.OnDispatch is { } edges) Release(edges, request, readyTime);
        if (_plays is null) return true;
        _plays.Dispatched(request);
        DropSkipped();
        return true;
    }

    protected override void Ended(int request, double now, bool completed)
    {
        LetGo(request, now, completed);
        Close(request, now);
    }

    private void LetGo(int request, double now, bool completed)
    {
        if (_plays is not null)
        {
            if (_plays.HasFailed(request)) return;
            if (!completed)
            {
                int skipped = _plays.Fail(request);
                Skip(skipped);
                DropSkipped();
                _tasks?.Ended(request, skipped);
                return;
            }
        }

        Release(_load.OnCompletion, request, now);
    }

    // What a request lets in comes behind what it lets go.
    private void Close(int request, double now)
    {
        if (_tasks?.Ended(request, 1) == true && _tasks.TryOpen(out int task)) Open(task, now);
    }

    // Times of its rows count from its start, which is now.
    private void Open(int task, double now)
    {
        _tasks!.Starts.LetIn(task, now);
        foreach (int request in _tasks.Requests(task))
        {
            double earliest = _load.EarliestStart[request];
            if (!double.IsNaN(earliest)) _readyAfter[request] = _tasks.Starts.Shifted(task, earliest, _ratio);
            else if (_remaining[request] == 0) _readyAfter[request] = now;
            if (_remaining[request] == 0) Ready.Add(_readyAfter[request], request);
        }
    }

    private void Release(ReleaseEdges edges, int request, double now)
    {
        for (int edge = edges.Start[request]; edge < edges.Start[request + 1]; edge++)
        {
            int released = edges.Requests[edge];
            double allowed = now + (edges.DelayMs[edge] / _ratio);
            if (_pinned is not null && allowed >= _readyAfter[released]) _pinned[released] = false;
            _readyAfter[released] = Math.Max(_readyAfter[released], allowed);
            if (--_remaining[released] > 0) continue;
            if (_pinned is not null && _pinned[released]) _held++;
            Ready.Add(_readyAfter[released], released);
        }
    }

    // Requests of failed plays leave the queue when they come to its front, so that the front can always be trusted.
    private void DropSkipped()
    {
        if (!_plays!.AnyFailed) return;
        while (Ready.TryPeek(out int request) && _plays.HasFailed(request)) Ready.RemoveFirst();
    }
}
