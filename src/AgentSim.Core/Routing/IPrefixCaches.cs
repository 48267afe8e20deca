using AgentSim.Prompts;

namespace AgentSim.Routing;

/// <summary>What a router may ask the caches of its targets (behaviour 05#4).</summary>
internal interface IPrefixCaches
{
    /// <summary>How many leading blocks of <paramref name="prompt"/> each target holds, as far as the router knows.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="leading">Receives a number of blocks for each target.</param>
    void Measure(PromptBlocks prompt, Span<int> leading);
}
