using AgentSim.Prompts;

namespace AgentSim.Routing;

/// <summary>The cache of one target.</summary>
internal interface ITargetCache
{
    /// <summary>How many leading blocks of <paramref name="prompt"/> it holds.</summary>
    int CachedBlocks(PromptBlocks prompt);
}
