using AgentSim.Workload;

namespace AgentSim.Routing;

/// <summary>A target without a cache, or with one that its router never hears of.</summary>
internal sealed class NothingCached : IPrefixCache
{
    public static readonly NothingCached Instance = new();

    public int CachedBlocks(PromptBlocks prompt) => 0;
}
