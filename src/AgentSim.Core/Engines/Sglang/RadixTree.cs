using AgentSim.Prompts;

namespace AgentSim.Engines.Sglang;

/// <summary>
/// The prefix cache of one rank as a radix tree of pages (behaviour 03#A.5). The identity of a page stands for all tokens of
/// the prompt up to its end. So no page is in the tree twice, and one index from the first page of a node to the node replaces
/// the child tables of all nodes. Time stamps, which decide what is evicted first, are ticks of a clock that counts operations.
/// </summary>
internal sealed partial class RadixTree
{
    private readonly NodeIndex _byFirstPage = new();
    private readonly Stack<RadixNode> _spare = new();
    private readonly PublishedPages _published;
    private long _clock;

    public RadixTree(PublishedPages published)
    {
        _published = published;
    }

    public RadixNode Root { get; } = new();

    /// <summary>Pages in nodes that no request holds.</summary>
    public long EvictablePages { get; private set; }

    /// <summary>Changes whenever pages are added that another request may match, or any are removed.</summary>
    public long Version { get; private set; }

    /// <summary>Leading pages found in the tree, without touching anything.</summary>
    public int Peek(ReadOnlySpan<BlockRun> pages)
    {
        PageReader reader = new(pages);
        int matched = 0;
        while (!reader.IsAtEnd && _byFirstPage.Find(reader.Page) is { } child)
        {
            int common = reader.SkipCommon(child);
            matched += common;
            if (common < child.Pages) break;
        }

        return matched;
    }

    /// <summary>
    /// Leading pages found in the tree and the node they end with; a node within which they end is split there. The caller
    /// locks the node.
    /// </summary>
    public (int Pages, RadixNode Node) Match(ReadOnlySpan<BlockRun> pages)
    {
        long tick = ++_clock;
        PageReader reader = new(pages);
        RadixNode node = Root;
        int matched = 0;
        while (!reader.IsAtEnd && _byFirstPage.Find(reader.Page) is { } child)
        {
            int common = reader.SkipCommon(child);
            matched += common;
            if (common < child.Pages) return (matched, Split(child, common));
            child.Stamp = tick;
            node = child;
        }

        return (matched, node);
    }

    /// <summary>
    /// Adds the pages that follow those of <paramref name="start"/>, as far as they are not there yet; returns the node
    /// they end with, and how many were added.
    /// </summary>
    public RadixNode Insert(RadixNode start, ReadOnlySpan<BlockRun> pages, out int added)
    {
        long tick = ++_clock;
        StampPath(start, tick);
        PageReader reader = new(pages);
        RadixNode node = start;
        added = 0;
        while (!reader.IsAtEnd)
        {
            if (IsExtensible(node, start))
            {
                node.Stamp = tick;
                added = Append(node, reader);
                break;
            }

            if (_byFirstPage.Find(reader.Page) is not { } child)
            {
                node = AddChild(node, reader.Page, tick);
                added = Append(node, reader);
                break;
            }

            int common = reader.SkipCommon(child);
            if (common < child.Pages)
            {
                node = Split(child, common);
            }
            else
            {
                child.Stamp = tick;
                node = child;
            }
        }

        if (node.IsEvictable) Offer(node);
        return node;
    }

    /// <summary>True when <paramref name="node"/> is a leaf that its only holder may append to.</summary>
    public bool IsOwnLeaf(RadixNode node) => node != Root && node.Children == 0 && node.Locks == 1;

    /// <summary>Appends pages to an own leaf and touches its path, as an insertion would.</summary>
    public void Extend(RadixNode leaf, ReadOnlySpan<BlockRun> pages)
    {
        StampPath(leaf, ++_clock);
        Append(leaf, new PageReader(pages));
    }

    public void Lock(RadixNode node)
    {
        for (; node != Root; node = node.Parent!)
        {
            if (node.Locks++ == 0) EvictablePages -= node.Pages;
        }
    }

    public void Unlock(RadixNode node)
    {
        for (; node != Root; node = node.Parent!)
        {
            if (--node.Locks > 0) continue;
            EvictablePages += node.Pages;
            if (node.IsEvictable) Offer(node);
        }
    }

    // Whether new pages are appended to the node itself instead of a new child (the first rule of insertion).
    private bool IsExtensible(RadixNode node, RadixNode start) =>
        node != Root && node.Children == 0 && (node.Locks == 0 || (node == start && node.Locks == 1));

    private static void StampPath(RadixNode? node, long tick)
    {
        for (; node is not null; node = node.Parent) node.Stamp = tick;
    }

    private int Append(RadixNode node, PageReader reader)
    {
        int before = node.Pages;
        while (!reader.IsAtEnd)
        {
            BlockRun run = reader.TakeRun();
            node.Append(run);
            if (_published.Added(run)) Version++;
        }

        int added = node.Pages - before;
        if (node.Locks == 0) EvictablePages += added;
        return added;
    }

    private RadixNode AddChild(RadixNode parent, int firstPage, long stamp)
    {
        if (!_spare.TryPop(out RadixNode? node)) node = new RadixNode();
        node.Attach(parent, stamp);
        _byFirstPage.Set(firstPage, node);
        return node;
    }

    // The new upper node takes the child's place; the child keeps the rest, its locks and its holders.
    private RadixNode Split(RadixNode child, int pages)
    {
        RadixNode upper = AddChild(child.Parent!, child.FirstPage, child.Stamp);
        child.MoveFrontTo(upper, pages);
        _byFirstPage.Set(child.FirstPage, child);
        return upper;
    }
}
