
namespace AgentSim.Simulation;

/// <summary>How requests are placed on workers.</summary>
public enum RouterMode
{
    /// <summary>One worker after the other.</summary>
    RoundRobin,

    /// <summary>By prefix overlap and load (specification 05).</summary>
    KvRouter,
}
