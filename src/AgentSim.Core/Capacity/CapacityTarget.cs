namespace AgentSim.Capacity;

/// <summary>What of a deployment or of its load is looked for.</summary>
public enum CapacityTarget
{
    /// <summary>The least number of workers; with separate pools, of those that decode.</summary>
    Workers,

    /// <summary>The most tasks at a time, in a closed loop of tasks.</summary>
    Tasks,

    /// <summary>The greatest ratio at which tasks start faster than recorded; of synthetic load, at which requests arrive.</summary>
    Rate,

    /// <summary>The least number of KV blocks of each rank, and how much of the prompts is reused at which size.</summary>
    KvBlocks,
}

/// <summary>Whether a value keeps all limits.</summary>
public enum CapacityOutcome
{
    /// <summary>With every seed.</summary>
    Passed,

    /// <summary>With no seed.</summary>
    Failed,

    /// <summary>With some seeds.</summary>
    Mixed,
}

/// <summary>How far an answer holds; of those that apply, the first.</summary>
public enum CapacityVerdict
{
    /// <summary>The latencies are not those of a measured deployment of the user's.</summary>
    Uncalibrated,

    /// <summary>Passes are unlike the runs that the timing profile was fitted to, so that its stated errors do not hold.</summary>
    Extrapolated,

    /// <summary>Seeds disagree about the value that decides, or a limit is kept by less than the timing profile's stated error.</summary>
    TooCloseToCall,

    /// <summary>The answer keeps every limit.</summary>
    Yes,

    /// <summary>No value in the range keeps every limit.</summary>
    No,
}
