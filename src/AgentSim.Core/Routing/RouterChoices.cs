using AgentSim.Json;

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

/// <summary>How pending prompt tokens wear off between events.</summary>
public enum RouterPrefillLoadModel
{
    /// <summary>Not at all; they leave when the prompt is done.</summary>
    None,

    /// <summary>By estimates from the AIC performance database, which is not available.</summary>
    Aic,
}

/// <summary>A cache outside the workers; not simulated.</summary>
public enum RouterSharedCacheType
{
    /// <summary>None.</summary>
    None,

    /// <summary>HiCache.</summary>
    Hicache,
}

/// <summary>How the router identifies blocks; no effect on results.</summary>
public enum RouterTrackingHash
{
    /// <summary><c>public-xxh3-v1</c>.</summary>
    Public,

    /// <summary><c>keyed-xxh3-v1</c>.</summary>
    Keyed,
}

/// <summary>When a disaggregated request would stay local; not simulated.</summary>
public enum ConditionalDisaggPolicy
{
    /// <summary><c>isl_bounding</c>.</summary>
    IslBounding,

    /// <summary><c>prefill_load</c>.</summary>
    PrefillLoad,

    /// <summary><c>isl_or_load</c>.</summary>
    IslOrLoad,
}

/// <summary>How <see cref="RouterQueuePolicy"/> is written in options.</summary>
internal static class RouterQueuePolicies
{
    public static readonly JsonOptionsChoice<RouterQueuePolicy> Names =
        new(false, ("fcfs", RouterQueuePolicy.Fcfs), ("lcfs", RouterQueuePolicy.Lcfs), ("wspt", RouterQueuePolicy.Wspt));
}
