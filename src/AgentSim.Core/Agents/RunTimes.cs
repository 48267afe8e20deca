using AgentSim.Recording;
using AgentSim.Workload;

namespace AgentSim.Agents;

/// <summary>A run as sessions and tasks are computed from it: what happened to every request, whether or not it has ended.</summary>
/// <param name="Load">The workload.</param>
/// <param name="Outcomes">By request.</param>
internal sealed record RunTimes(WorkloadColumns Load, RequestOutcome[] Outcomes)
{
    /// <summary>By request; null unless the replay was disaggregated.</summary>
    public HandoffOutcome[]? Handoffs { get; init; }

    /// <summary>When the KV of each request was on its decode worker; null unless the replay was disaggregated.</summary>
    public double[]? TransferEnds { get; init; }

    /// <summary>In the order of time.</summary>
    public Readmission[] Readmissions { get; init; } = [];

    /// <summary>What delays are divided by.</summary>
    public double SpeedupRatio { get; init; } = 1.0;

    /// <summary>When tasks were let in, which times of their rows count from; null: these count from the start of the replay.</summary>
    public TaskStarts? TaskStarts { get; init; }

    /// <summary>Workers of all pools.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>Whether the load has sessions: some with more than one request, or requests that wait for others.</summary>
    public static bool HasSessions(WorkloadColumns load)
    {
        if (load.Agentic is not { } agentic) return !load.IsSimple && !load.IsSingleTurn;
        return load.SessionNames.Count < load.InputLength.Length || agentic.OnCompletion.Requests.Length > 0
            || agentic.OnDispatch is not null;
    }
}
