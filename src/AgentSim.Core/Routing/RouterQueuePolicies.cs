using AgentSim.Json;

namespace AgentSim.Routing;

/// <summary>How <see cref="RouterQueuePolicy"/> is written in options.</summary>
internal static class RouterQueuePolicies
{
    public static readonly JsonOptionsChoice<RouterQueuePolicy> Names =
        new(false, ("fcfs", RouterQueuePolicy.Fcfs), ("lcfs", RouterQueuePolicy.Lcfs), ("wspt", RouterQueuePolicy.Wspt));
}
