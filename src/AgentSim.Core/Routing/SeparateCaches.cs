using AgentSim.Workload;

namespace AgentSim.Routing;

/// <summary>The cache of one target.</summary>
internal interface IPrefixCache
{
    /// <summary>How many leading blocks of <paramref name="prompt"/> it holds.</summary>
    int CachedBlocks(PromptBlocks prompt);
}

/// <summary>Caches that are asked one by one.</summary>
internal sealed class SeparateCaches : IPrefixCaches
{
    private readonly List<IPrefixCache> _caches = [];

    /// <summary>Adds the cache of the next target.</summary>
    public void Add(IPrefixCache cache) => _caches.Add(cache);

    public void Measure(PromptBlocks prompt, Span<int> leading)
    {
        for (int target = 0; target < leading.Length; target++) leading[target] = _caches[target].CachedBlocks(prompt);
    }
}
