using AgentSim.Engines;
using AgentSim.Routing;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Sweeps;

/// <summary>The values that a sweep combines, each axis with one value unless it says more; no axis may be empty.</summary>
public sealed record SweepGrid
{
    /// <summary>Engines of aggregated workers.</summary>
    public IReadOnlyList<EngineConfig> Engines { get; init; } = [EngineConfig.Default];

    /// <summary>Numbers of aggregated workers.</summary>
    public IReadOnlyList<int> Workers { get; init; } = [1];

    /// <summary>Separate pools, in place of <see cref="Engines"/> and <see cref="Workers"/>; empty: every worker does both.</summary>
    public IReadOnlyList<PoolSettings> Pools { get; init; } = [];

    /// <summary>How requests are placed.</summary>
    public IReadOnlyList<RouterMode> RouterModes { get; init; } = [RouterMode.RoundRobin];

    /// <summary>Settings of the KV router.</summary>
    public IReadOnlyList<RouterConfig> Routers { get; init; } = [RouterConfig.Default];

    /// <summary>Seeds of the router's draws.</summary>
    public IReadOnlyList<ulong> RouterSeeds { get; init; } = [ReplaySettings.DefaultRouterSeed];

    /// <summary>Closed loops; null: by arrival times.</summary>
    public IReadOnlyList<int?> Concurrencies { get; init; } = [null];

    /// <summary>Divisors of arrival times and delays.</summary>
    public IReadOnlyList<double> ArrivalSpeedupRatios { get; init; } = [1.0];

    /// <summary>What is changed of the workload.</summary>
    public IReadOnlyList<WorkloadKnobs> Knobs { get; init; } = [WorkloadKnobs.Neutral];

    /// <summary>All combinations; the number of workers changes fastest, the engine slowest.</summary>
    /// <param name="common">Everything else.</param>
    /// <exception cref="ArgumentException">An axis is empty: there would be nothing to run.</exception>
    public IEnumerable<ReplaySettings> Points(ReplaySettings common)
    {
        int[] lengths = [Engines.Count, Workers.Count, RouterModes.Count, Routers.Count, RouterSeeds.Count, Concurrencies.Count,
            ArrivalSpeedupRatios.Count, Knobs.Count];
        if (lengths.Contains(0)) throw new ArgumentException("an axis of the grid has no value", nameof(common));
        return from setting in Workloads(common)
               from router in Routers
               from seed in RouterSeeds
               from mode in RouterModes
               from placed in Placed(setting)
               select placed with { RouterMode = mode, Router = router, RouterSeed = seed };
    }

    private IEnumerable<ReplaySettings> Workloads(ReplaySettings common) =>
        from engine in Pools.Count > 0 ? [common.Engine] : Engines
        from concurrency in Concurrencies
        from ratio in ArrivalSpeedupRatios
        from knobs in Knobs
        select common with { Engine = engine, Concurrency = concurrency, ArrivalSpeedupRatio = ratio, Knobs = knobs };

    private IEnumerable<ReplaySettings> Placed(ReplaySettings settings) => Pools.Count > 0
        ? Pools.Select(pools => settings with { Pools = pools })
        : Workers.Select(workers => settings with { Workers = workers });
}
