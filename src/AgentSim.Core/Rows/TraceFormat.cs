namespace AgentSim.Rows;

/// <summary>The file formats a replay reads (behaviour 01#6.1).</summary>
public enum TraceFormat
{
    /// <summary>Mooncake rows, sessions optional.</summary>
    Mooncake,

    /// <summary>Mooncake rows whose prompts hold only what each turn adds.</summary>
    MooncakeDelta,

    /// <summary>Agentic Mooncake rows with dependencies.</summary>
    AgenticMooncake,

    /// <summary>One agent session a line, lengths only.</summary>
    AppliedComputeAgentic,

    /// <summary>Raw Dynamo request traces, one or more files.</summary>
    Dynamo,
}
