using AgentSim.Prompts;

namespace AgentSim.Routing;

/// <summary>Caches that are asked one by one.</summary>
internal sealed class SeparateCaches : IPrefixCaches
{
    private readonly List<ITargetCache> _caches = [];

    /// <summary>Adds the cache of the next target.</summary>
    public void Add(ITargetCache cache) => _caches.Add(cache);

    public void Measure(PromptBlocks prompt, Span<int> leading)
    {
        for (int target = 0; target < leading.Length; target++) leading[target] = _caches[target].CachedBlocks(prompt);
    }
}
