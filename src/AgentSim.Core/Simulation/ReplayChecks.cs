using AgentSim.Workload;

namespace AgentSim.Simulation;

/// <summary>What must hold between settings and workload before a run (specification 04, 11.2), in the reference's order.</summary>
internal static class ReplayChecks
{
    public static void Check(ReplayWorkload workload, ReplaySettings settings)
    {
    }
}
