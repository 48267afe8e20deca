using AgentSim.Engines;
using AgentSim.Metrics;
using AgentSim.Routing;
using AgentSim.Workload;

namespace AgentSim.Simulation;

/// <summary>How requests are placed on workers.</summary>
public enum RouterMode
{
    /// <summary>One worker after the other.</summary>
    RoundRobin,

    /// <summary>By prefix overlap and load (behaviour 05).</summary>
    KvRouter,
}

/// <summary>Everything that decides a replay besides its workload (behaviour 06#9.1).</summary>
public sealed record ReplaySettings
{
    /// <summary>Seed of the router's draws unless another is given (behaviour 00#draws).</summary>
    public const ulong DefaultRouterSeed = 0xD1A05EED;

    /// <summary>The engine of every worker.</summary>
    public EngineConfig Engine { get; init; } = EngineConfig.Default;

    /// <summary>Number of workers.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>Separate pools for prefill and decode, in place of <see cref="Engine"/> and <see cref="Workers"/>; null: every worker does
    /// both.</summary>
    public PoolSettings? Pools { get; init; }

    /// <summary>How requests are placed.</summary>
    public RouterMode RouterMode { get; init; }

    /// <summary>The KV router; checked, but otherwise unused with round robin.</summary>
    public RouterConfig Router { get; init; } = RouterConfig.Default;

    /// <summary>The served model, which selects a profile of the router's queue policy file; null: its root profile.</summary>
    public string? ModelName { get; init; }

    /// <summary>Seed of the router's draws.</summary>
    public ulong RouterSeed { get; init; } = DefaultRouterSeed;

    /// <summary>Closed loop: at most this many active sessions, arrival times ignored. Null: by arrival times.</summary>
    public int? Concurrency { get; init; }

    /// <summary>Open loop: arrival times and delays are divided by it. Finite and positive.</summary>
    public double ArrivalSpeedupRatio { get; init; } = 1.0;

    /// <summary>What is changed of the workload before it is replayed.</summary>
    public WorkloadKnobs Knobs { get; init; } = WorkloadKnobs.Neutral;

    /// <summary>Simulated milliseconds after which the run stops; null: it runs to its end.</summary>
    public double? MaxSimTimeMs { get; init; }

    /// <summary>Latency bounds for goodput; null: no goodput.</summary>
    public ServiceLevel? ServiceLevel { get; init; }

    /// <summary>What the caller has to warn of besides, as options of its own that had no effect; every run reports it.</summary>
    public IReadOnlyList<RunWarning> Warnings { get; init; } = [];

    /// <summary>
    /// Whether to record how many KV blocks are in use (<see cref="ReplayResult.KvUse"/>), which timelines show. No other
    /// result changes.
    /// </summary>
    public bool RecordsKvUse { get; init; }

    /// <summary>
    /// The timing profile whose arrays the engines have; the run reports what it states of itself, and how much of the run is unlike
    /// what it was fitted to (<see cref="RunInfo.Calibration"/>). No other result changes. Null: none.
    /// </summary>
    public CalibrationUse? Calibration { get; init; }

    /// <summary>Told of every pass; null: nobody. No result changes.</summary>
    internal PassObserver? Observer { get; init; }

    /// <summary>What reports and comparisons call the run; null: it has no name.</summary>
    public string? RunName { get; init; }

    /// <summary>
    /// Whether sessions and tasks are part of the result (<see cref="ReplayResult.Agents"/>) and of its report. No other number changes.
    /// </summary>
    public bool ReportsAgents { get; init; }

    /// <summary>Runs every pass by itself instead of planning stretches of them: slow, and the same numbers. For tests.</summary>
    internal bool StepByStep { get; init; }
}

/// <summary>The two pools of a disaggregated replay (behaviour 04#7).</summary>
/// <param name="Prefill">Engine of the prefill workers; its worker type is prefill.</param>
/// <param name="Decode">Engine of the decode workers; its worker type is decode.</param>
/// <param name="PrefillWorkers">Number of prefill workers.</param>
/// <param name="DecodeWorkers">Number of decode workers.</param>
public sealed record PoolSettings(EngineConfig Prefill, EngineConfig Decode, int PrefillWorkers = 1, int DecodeWorkers = 1);
