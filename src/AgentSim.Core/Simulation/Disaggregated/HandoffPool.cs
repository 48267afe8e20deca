using AgentSim.Engines;

namespace AgentSim.Simulation;

/// <summary>
/// The workers of one side of hand-offs, with one rank each: where requests are placed, and what waits until a worker's pass has ended.
/// </summary>
internal abstract class HandoffPool
{
    private readonly List<(Handoff, HandoffAction)>[] _deferred;   // by worker

    protected HandoffPool(WorkerPool workers, Placement placement)
    {
        (Workers, Placement) = (workers, placement);
        _deferred = new List<(Handoff, HandoffAction)>[workers.Workers];
        for (int worker = 0; worker < _deferred.Length; worker++) _deferred[worker] = [];
    }

    public WorkerPool Workers { get; }

    public Placement Placement { get; }

    /// <summary>
    /// Whether an action may be taken on a worker now. It is put off to the end of the worker's pass when that is busy; a request that was
    /// never placed has no worker.
    /// </summary>
    public bool WhenIdle(int worker, Handoff handoff, HandoffAction action)
    {
        if (worker < 0) return true;
        Workers.Interrupt(worker);
        if (!Workers.IsBusy(worker)) return true;
        _deferred[worker].Add((handoff, action));
        return false;
    }

    /// <summary>Moves the actions that were put off to the end of a worker's pass into a queue.</summary>
    public void Requeue(int worker, Queue<(Handoff Handoff, HandoffAction Action)> actions)
    {
        List<(Handoff, HandoffAction)> deferred = _deferred[worker];
        foreach ((Handoff, HandoffAction) action in deferred) actions.Enqueue(action);
        deferred.Clear();
    }
}

/// <summary>The workers that prefill, the sources of hand-offs.</summary>
internal sealed class PrefillPool(WorkerPool workers, PrefillRank[] ranks, Placement placement) : HandoffPool(workers, placement)
{
    /// <summary>What a worker holds for hand-offs.</summary>
    public KvSource SourceOf(int worker) => ranks[worker].Source;
}

/// <summary>The workers that decode, the destinations of hand-offs.</summary>
internal sealed class DecodePool(WorkerPool workers, DecodeRank[] ranks, Placement placement) : HandoffPool(workers, placement)
{
    /// <summary>What a worker reserves for hand-offs.</summary>
    public KvDestination DestinationOf(int worker) => ranks[worker].Destination;
}
