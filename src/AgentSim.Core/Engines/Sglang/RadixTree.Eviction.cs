using AgentSim.Prompts;

namespace AgentSim.Engines.Sglang;

// Eviction: the unlocked leaf that was touched least recently gives up its last pages first (behaviour 03#A.5).
internal sealed partial class RadixTree
{
    // Offers are not taken back when a node is locked, touched or extended: they are recognised as outdated when they
    // come up, by the stamp.
    private readonly PriorityQueue<int, long> _offers = new();

    /// <summary>Removes up to <paramref name="pages"/> pages; returns how many.</summary>
    public long Evict(long pages)
    {
        long freed = 0;
        while (freed < pages && _offers.TryPeek(out int offered, out long stamp))
        {
            ref RadixNode victim = ref _nodes[offered];
            if (!victim.IsEvictable || victim.Stamp != stamp)
            {
                _offers.Dequeue();
                continue;
            }

            int cut = (int)Math.Min(pages - freed, victim.Pages);
            freed += cut;
            if (cut == victim.Pages) _offers.Dequeue();
            Cut(offered, cut);
        }

        return freed;
    }

    private void Cut(int node, int pages)
    {
        ref RadixNode victim = ref _nodes[node];
        if (pages == victim.Pages) _byFirstPage.Remove(victim.FirstPage);
        EvictablePages -= pages;
        Version++;
        while (pages > 0)
        {
            BlockRun removed = victim.CutLastRun(pages);
            _published.Removed(removed);
            pages -= removed.Count;
        }

        if (victim.Pages > 0) return;
        int parent = victim.Parent;
        _nodes[parent].Children--;
        victim.Parent = RadixNode.NoParent;
        _spare.Push(node);
        if (_nodes[parent].IsEvictable) Offer(parent);
    }

    private void Offer(int leaf)
    {
        if (_offers.Count > 64 + (2 * _byFirstPage.Count)) DropOutdatedOffers();
        _offers.Enqueue(leaf, _nodes[leaf].Stamp);
    }

    private void DropOutdatedOffers()
    {
        _offers.Clear();
        foreach (int node in _byFirstPage.Nodes)
        {
            if (_nodes[node].IsEvictable) _offers.Enqueue(node, _nodes[node].Stamp);
        }
    }
}
