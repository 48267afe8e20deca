using AgentSim.Metrics;
using AgentSim.Simulation;

namespace AgentSim.Reports;

/// <summary>A run as a report for readers shows it.</summary>
/// <param name="Result">The run.</param>
/// <param name="Name">What the report calls it; null: by the settings in which it differs from the others.</param>
public sealed record ReportedRun(ReplayResult Result, string? Name = null)
{
    /// <summary>The limits that it was tested against, with the outcomes.</summary>
    public IReadOnlyList<LimitResult> Limits { get; init; } = [];
}
