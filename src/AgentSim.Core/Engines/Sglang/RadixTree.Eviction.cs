using AgentSim.Prompts;

namespace AgentSim.Engines.Sglang;

// Eviction: the unlocked leaf that was touched least recently gives up its last pages first (behaviour 03#A.5).
internal sealed partial class RadixTree
{
    // Offers are not taken back when a node is locked, touched or extended: they are recognised as outdated when they
    // come up, by the stamp.
    private readonly PriorityQueue<RadixNode, long> _offers = new();

    /// <summary>Removes up to <paramref name="pages"/> pages; returns how many.</summary>
    public long Evict(long pages)
    {
        long freed = 0;
        while (freed < pages && _offers.TryPeek(out RadixNode? victim, out long stamp))
        {
            if (!victim.IsEvictable || victim.Stamp != stamp)
            {
                _offers.Dequeue();
                continue;
            }

            int cut = (int)Math.Min(pages - freed, victim.Pages);
            freed += cut;
            if (cut == victim.Pages) _offers.Dequeue();
            Cut(victim, cut);
        }

        return freed;
    }

    private void Cut(RadixNode victim, int pages)
    {
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
        RadixNode parent = victim.Parent!;
        victim.Detach();
        _spare.Push(victim);
        if (parent.IsEvictable) Offer(parent);
    }

    private void Offer(RadixNode leaf)
    {
        if (_offers.Count > 64 + (2 * _byFirstPage.Count)) DropOutdatedOffers();
        _offers.Enqueue(leaf, leaf.Stamp);
    }

    private void DropOutdatedOffers()
    {
        _offers.Clear();
        foreach (RadixNode node in _byFirstPage.Nodes)
        {
            if (node.IsEvictable) _offers.Enqueue(node, node.Stamp);
        }
    }
}
