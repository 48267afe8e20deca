namespace AgentSim.Routing;

/// <summary>Order of requests that wait in the router (behaviour 05#8).</summary>
public enum RouterQueuePolicy
{
    /// <summary>First come, first served; one unit of priority counts like one second of waiting.</summary>
    Fcfs,

    /// <summary>Last come, first served.</summary>
    Lcfs,

    /// <summary>Weighted shortest uncached prompt first.</summary>
    Wspt,
}
