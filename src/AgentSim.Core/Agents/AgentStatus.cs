namespace AgentSim.Agents;

/// <summary>What became of a session or task.</summary>
public enum AgentStatus : byte
{
    /// <summary>All its requests completed.</summary>
    Completed,

    /// <summary>A request was rejected, cancelled or failed, or was skipped because another one had.</summary>
    Failed,

    /// <summary>The time cap of the run came before the end of a request; none failed before.</summary>
    Unfinished,
}
