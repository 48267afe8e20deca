namespace AgentSim.Workload;

/// <summary>How a replay hands out its load.</summary>
/// <param name="Concurrency">Closed loop: at most this many active sessions; null: by arrival times.</param>
/// <param name="SpeedupRatio">Open loop: arrival times and delays are divided by it.</param>
/// <param name="ConcurrentTasks">Closed loop of tasks: at most this many at a time; null: by their starts.</param>
internal readonly record struct LoadOptions(int? Concurrency, double SpeedupRatio, int? ConcurrentTasks = null);

/// <summary>
/// Says which request becomes ready when (behaviour 01#7, 01#10 and 01#12.3). Requests are 0-based ordinals.
/// </summary>
internal abstract class LoadDriver(int requests)
{
    private int _unfinished = requests;

    /// <summary>True when nothing is in flight and nothing is left.</summary>
    public bool IsDrained => _unfinished == 0;

    /// <summary>Requests that became ready at a time of their own, later than what they waited for allowed.</summary>
    public virtual int HeldByTime => 0;

    /// <summary>When tasks of rows with times of their own were let in; null where these count from the start of the replay.</summary>
    public virtual TaskStarts? TaskStarts => null;

    /// <summary>Requests that will never be handed out.</summary>
    public int Skipped { get; private set; }

    /// <summary>Ready time of the first request not yet handed out, infinity when none is known or none may start.</summary>
    public abstract double NextReady { get; }

    /// <summary>What is known to become ready.</summary>
    protected ReadyQueue Ready { get; } = new();

    public static LoadDriver Create(WorkloadColumns load, LoadOptions options) =>
        load.Agentic is { } agentic
            ? new DependencyDriver(agentic, options.SpeedupRatio, OpenTasks.Of(load, options.ConcurrentTasks))
            : new SessionDriver(load, options);

    /// <summary>Hands out the next request that is due at <paramref name="now"/>, in ready order.</summary>
    public abstract bool TryPop(double now, out int request, out double readyTime);

    /// <summary>The request ended at <paramref name="now"/>.</summary>
    /// <param name="request">A request handed out before.</param>
    /// <param name="now">The simulated clock.</param>
    /// <param name="completed">False when it was turned away or failed.</param>
    public void OnTerminal(int request, double now, bool completed)
    {
        _unfinished--;
        Ended(request, now, completed);
    }

    protected abstract void Ended(int request, double now, bool completed);

    protected void Skip(int count)
    {
        Skipped += count;
        _unfinished -= count;
    }
}
