namespace AgentSim.Engines;

/// <summary>One rank of a worker: its scheduler, and what stands beside that.</summary>
/// <param name="Scheduler">Runs its passes.</param>
/// <param name="Planner">Plans passes ahead; null: every pass is run by itself.</param>
internal record Rank(Scheduler Scheduler, StretchPlanner? Planner = null);

/// <summary>A rank of a prefill pool.</summary>
/// <param name="Scheduler">Runs its passes.</param>
/// <param name="Source">What it holds for hand-offs.</param>
/// <param name="Planner">Plans passes ahead; null: every pass is run by itself.</param>
internal sealed record PrefillRank(Scheduler Scheduler, KvSource Source, StretchPlanner? Planner) : Rank(Scheduler, Planner);

/// <summary>A rank of a decode pool.</summary>
/// <param name="Scheduler">Runs its passes.</param>
/// <param name="Destination">What it reserves for hand-offs.</param>
/// <param name="Planner">Plans passes ahead; null: every pass is run by itself.</param>
internal sealed record DecodeRank(Scheduler Scheduler, KvDestination Destination, StretchPlanner? Planner) : Rank(Scheduler, Planner);
