using AgentSim.Prompts;

namespace AgentSim.Routing;

/// <summary>What a KV router can learn of the prefix caches of its targets (behaviour 05#4).</summary>
internal interface IPrefixCaches
{
    /// <summary>How many leading blocks of <paramref name="prompt"/> each target holds, as far as the router knows.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="leading">Receives a number of blocks for each target.</param>
    void Measure(PromptBlocks prompt, Span<int> leading);
}

/// <summary>The prefix cache of one target.</summary>
internal interface ITargetCache
{
    /// <summary>How many leading blocks of <paramref name="prompt"/> it holds.</summary>
    int CachedBlocks(PromptBlocks prompt);
}

/// <summary>Prefix caches that are looked into one by one.</summary>
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
