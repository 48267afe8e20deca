namespace AgentSim.Rows;

/// <summary>One line of an <c>applied_compute_agentic</c> file: an agent session by its lengths (behaviour 01#6.5).</summary>
/// <param name="NumTurns">Turns that end in a tool call; the three lists have one entry for each.</param>
/// <param name="InputPromptLength">Tokens of the first prompt, at least 1.</param>
/// <param name="AssistantResponseLength">Output tokens of each turn.</param>
/// <param name="ToolCallOutputLength">Tokens each tool result adds to the next prompt.</param>
/// <param name="ToolCallLatency">Seconds between a turn's end and the next turn; finite, not negative.</param>
/// <param name="FinalAssistantResponseLength">Output tokens of the last turn.</param>
public sealed record AppliedComputeSession(
    long NumTurns,
    long InputPromptLength,
    IReadOnlyList<long> AssistantResponseLength,
    IReadOnlyList<long> ToolCallOutputLength,
    IReadOnlyList<double> ToolCallLatency,
    long FinalAssistantResponseLength);
