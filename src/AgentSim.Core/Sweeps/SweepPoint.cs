using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Sweeps;

/// <summary>A replay to run as part of a sweep.</summary>
/// <param name="Workload">What to replay; shared by any number of points.</param>
/// <param name="Settings">How to replay it.</param>
public sealed record SweepPoint(ReplayWorkload Workload, ReplaySettings Settings);

/// <summary>How far a sweep has come.</summary>
/// <param name="Done">Points that are finished.</param>
/// <param name="Total">All points.</param>
/// <param name="Fraction">Share of the work that is done, 0 to 1, with the points being run counted in part.</param>
public readonly record struct SweepProgress(int Done, int Total, double Fraction);
