using AgentSim.Collections;
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

/// <summary>
/// An index of what the prefix caches of all targets hold, so that a request walks its prompt once and not once a target. The
/// reach of a target into a chain is the number of the chain's leading blocks that it holds.
/// </summary>
/// <remarks>
/// Prompts that begin alike and then differ are a tree of blocks, and each run of a prompt is the beginning of a branch. So runs
/// of different prompts that share a block share their first block, too: they are beginnings of one chain, which is known by that
/// block. Few targets hold anything of a given chain, so its reaches are a short list.
/// </remarks>
internal sealed class PrefixReaches : IPrefixCaches
{
    private struct Reach
    {
        public int Target;
        public int Blocks;
        public int Next;   // of the same chain
    }

    private readonly IntMap _chains = new();   // first block of a chain -> its first reach
    private Slots<Reach> _reaches = new();

    /// <summary>The slot with the reach of a target into a chain; 0 when it holds nothing of it.</summary>
    public int Find(int chain, int target)
    {
        int slot = _chains[chain];
        while (slot != 0 && _reaches[slot].Target != target) slot = _reaches[slot].Next;
        return slot;
    }

    /// <summary>Adds the reach of a target that held nothing of a chain; returns its slot.</summary>
    public int Add(int chain, int target, int blocks)
    {
        int slot = _reaches.Add(new Reach { Target = target, Blocks = blocks, Next = _chains[chain] });
        _chains[chain] = slot;
        return slot;
    }

    /// <summary>Leading blocks of a chain that a target has.</summary>
    public int Blocks(int slot) => _reaches[slot].Blocks;

    /// <summary>Changes how many leading blocks of a chain a target has, at least 1.</summary>
    public void Set(int slot, int blocks) => _reaches[slot].Blocks = blocks;

    /// <summary>A target has nothing of a chain any more.</summary>
    public void Remove(int chain, int slot)
    {
        int first = _chains[chain], next = _reaches[slot].Next;
        if (first == slot)
        {
            _chains[chain] = next;
        }
        else
        {
            while (_reaches[first].Next != slot) first = _reaches[first].Next;
            _reaches[first].Next = next;
        }

        _reaches.Free(slot);
    }

    /// <inheritdoc/>
    public void Measure(PromptBlocks prompt, Span<int> leading)
    {
        leading.Clear();
        int before = 0;
        foreach (BlockRun run in prompt)
        {
            bool isHeld = false;
            for (int slot = _chains[run.First]; slot != 0; slot = _reaches[slot].Next)
            {
                ref Reach reach = ref _reaches[slot];
                if (leading[reach.Target] != before) continue;
                leading[reach.Target] += Math.Min(reach.Blocks, run.Count);
                isHeld |= reach.Blocks >= run.Count;
            }

            if (!isHeld) return;
            before += run.Count;
        }
    }
}
