namespace AgentSim.Rows;

/// <summary>What to do about a request that waits for one that is not there, because it was filtered out.</summary>
public enum MissingDependency
{
    /// <summary>That is an error.</summary>
    Error,

    /// <summary>The request no longer waits for it. One that waits for nothing else starts at its own recorded time.</summary>
    Drop,
}
