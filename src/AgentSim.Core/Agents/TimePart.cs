namespace AgentSim.Agents;

/// <summary>What the time of a session or task goes to.</summary>
public enum TimePart : byte
{
    /// <summary>A request waits for a worker, or for room there.</summary>
    Queued,

    /// <summary>A request's prompt is worked through, up to its first token.</summary>
    Prefill,

    /// <summary>The KV of a request moves from a prefill worker to a decode worker.</summary>
    Transfer,

    /// <summary>A request's output is produced.</summary>
    Decode,

    /// <summary>Tools work before the next request; only rows of version 1 say so.</summary>
    Tool,

    /// <summary>Any other pause before the next request.</summary>
    Delay,

    /// <summary>A session waits for requests of other sessions.</summary>
    SubAgents,

    /// <summary>A request waits for its recorded time to come, although nothing else keeps it.</summary>
    RecordedStart,
}
