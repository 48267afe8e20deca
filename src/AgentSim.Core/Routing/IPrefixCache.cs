using AgentSim.Workload;

namespace AgentSim.Routing;

/// <summary>What a router may ask the cache of one target (specification 05, 4).</summary>
internal interface IPrefixCache
{
    /// <summary>Number of leading blocks of <paramref name="prompt"/> that the target holds, as far as the router knows.</summary>
    int CachedBlocks(PromptBlocks prompt);
}
