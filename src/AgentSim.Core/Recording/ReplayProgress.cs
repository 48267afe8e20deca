namespace AgentSim.Recording;

/// <summary>How far a replay has come.</summary>
/// <param name="Done">Requests that have ended, whichever way, or will never start.</param>
/// <param name="Total">Requests of the workload.</param>
/// <param name="SimulatedMs">The simulated clock, milliseconds.</param>
public readonly record struct ReplayProgress(int Done, int Total, double SimulatedMs);
