using AgentSim.Reports;

namespace AgentSim.Simulation;

/// <summary>What a replay gives.</summary>
public sealed class ReplayResult
{
    internal ReplayResult(ReplayReport summary, IReadOnlyList<RequestResult> requests, RunInfo run) =>
        (Summary, Requests, Run) = (summary, requests, run);

    /// <summary>All metrics (specification 06, 4).</summary>
    public ReplayReport Summary { get; }

    /// <summary>One record per request that ended, by arrival time and then ordinal (specification 06, 7).</summary>
    public IReadOnlyList<RequestResult> Requests { get; }

    /// <summary>Where the result comes from: version, inputs, settings, seed.</summary>
    public RunInfo Run { get; }
}
