using AgentSim.Engines;

namespace AgentSim.Simulation;

/// <summary>What a pool of workers needs of the runtime it belongs to.</summary>
internal interface IPoolHost
{
    /// <summary>The simulated clock, milliseconds.</summary>
    double Now { get; }

    /// <summary>A worker's pass has ended now: act on the signals of its ranks.</summary>
    void OnPassEnd(WorkerPool pool, int worker);

    /// <summary>A pass without length is about to take effect.</summary>
    void BeforeInstantPass(WorkerPool pool, int worker);

    /// <summary>A rank's pass had no length and takes effect at once.</summary>
    void OnInstantPass(WorkerPool pool, int rank);

    /// <summary>A rank with requests ran a pass that led nowhere.</summary>
    void OnFruitlessPass(Scheduler rank);
}
