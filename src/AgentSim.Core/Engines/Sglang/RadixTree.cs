using AgentSim.Prompts;

namespace AgentSim.Engines.Sglang;

/// <summary>
/// The prefix cache of one rank as a radix tree of pages (behaviour 03#A.5). The identity of a page stands for all tokens of
/// the prompt up to its end. So no page is in the tree twice, and one index from the first page of a node to the node replaces
/// the child tables of all nodes. Time stamps, which decide what is evicted first, are ticks of a clock that counts operations.
/// </summary>
internal sealed partial class RadixTree
{
    /// <summary>Index of the root.</summary>
    public const int Root = 0;

    private readonly NodeIndex _byFirstPage = new();
    private readonly Stack<int> _spare = new();
    private readonly PublishedPages _published;
    private RadixNode[] _nodes = new RadixNode[64];   // what refers to one is outdated where one is added
    private int _count = 1;
    private long _clock;

    public RadixTree(PublishedPages published)
    {
        _published = published;
        _nodes[Root].Parent = RadixNode.NoParent;
    }

    /// <summary>A node, until one is added.</summary>
    public ref readonly RadixNode this[int node] => ref _nodes[node];

    /// <summary>Pages in nodes that no request holds.</summary>
    public long EvictablePages { get; private set; }

    /// <summary>Changes whenever pages are added that another request may match, or any are removed.</summary>
    public long Version { get; private set; }

    /// <summary>Leading pages found in the tree, without touching anything.</summary>
    public int Peek(ReadOnlySpan<BlockRun> pages)
    {
        PageReader reader = new(pages);
        int matched = 0;
        while (!reader.IsAtEnd && _byFirstPage.Find(reader.Page) is not NodeIndex.None and int child)
        {
            int common = reader.SkipCommon(in _nodes[child]);
            matched += common;
            if (common < _nodes[child].Pages) break;
        }

        return matched;
    }

    /// <summary>
    /// Leading pages found in the tree and the node they end with; a node within which they end is split there. The caller
    /// locks the node.
    /// </summary>
    public (int Pages, int Node) Match(ReadOnlySpan<BlockRun> pages)
    {
        long tick = ++_clock;
        PageReader reader = new(pages);
        int node = Root, matched = 0;
        while (!reader.IsAtEnd && _byFirstPage.Find(reader.Page) is not NodeIndex.None and int found)
        {
            ref RadixNode child = ref _nodes[found];
            int common = reader.SkipCommon(in child);
            matched += common;
            if (common < child.Pages) return (matched, Split(found, common));
            child.Stamp = tick;
            node = found;
        }

        return (matched, node);
    }

    /// <summary>
    /// Adds the pages that follow those of <paramref name="start"/>, as far as they are not there yet; returns the node
    /// they end with, and how many were added.
    /// </summary>
    public int Insert(int start, ReadOnlySpan<BlockRun> pages, out int added)
    {
        long tick = ++_clock;
        StampPath(start, tick);
        PageReader reader = new(pages);
        int node = start;
        added = 0;
        while (!reader.IsAtEnd)
        {
            if (IsExtensible(node, start))
            {
                _nodes[node].Stamp = tick;
                added = Append(ref _nodes[node], reader);
                break;
            }

            int found = _byFirstPage.Find(reader.Page);
            if (found == NodeIndex.None)
            {
                node = AddChild(node, reader.Page, tick);
                added = Append(ref _nodes[node], reader);
                break;
            }

            ref RadixNode child = ref _nodes[found];
            int common = reader.SkipCommon(in child);
            if (common < child.Pages)
            {
                node = Split(found, common);
            }
            else
            {
                child.Stamp = tick;
                node = found;
            }
        }

        if (_nodes[node].IsEvictable) Offer(node);
        return node;
    }

    /// <summary>True when <paramref name="node"/> is a leaf that its only holder may append to.</summary>
    public bool IsOwnLeaf(int node) => node != Root && _nodes[node] is { Children: 0, Locks: 1 };

    /// <summary>Appends pages to an own leaf and touches its path, as an insertion would.</summary>
    public void Extend(int leaf, ReadOnlySpan<BlockRun> pages)
    {
        StampPath(leaf, ++_clock);
        Append(ref _nodes[leaf], new PageReader(pages));
    }

    public void Lock(int node)
    {
        while (node != Root)
        {
            ref RadixNode locked = ref _nodes[node];
            if (locked.Locks++ == 0) EvictablePages -= locked.Pages;
            node = locked.Parent;
        }
    }

    public void Unlock(int node)
    {
        while (node != Root)
        {
            ref RadixNode unlocked = ref _nodes[node];
            if (--unlocked.Locks == 0)
            {
                EvictablePages += unlocked.Pages;
                if (unlocked.IsEvictable) Offer(node);
            }

            node = unlocked.Parent;
        }
    }

    // Whether new pages are appended to the node itself instead of a new child (the first rule of insertion).
    private bool IsExtensible(int node, int start)
    {
        if (node == Root) return false;
        ref readonly RadixNode extended = ref _nodes[node];
        return extended.Children == 0 && (extended.Locks == 0 || (node == start && extended.Locks == 1));
    }

    private void StampPath(int node, long tick)
    {
        RadixNode[] nodes = _nodes;
        for (; node != RadixNode.NoParent; node = nodes[node].Parent) nodes[node].Stamp = tick;
    }

    private int Append(ref RadixNode node, PageReader reader)
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

    private int AddChild(int parent, int firstPage, long stamp)
    {
        if (!_spare.TryPop(out int node))
        {
            node = _count++;
            if (node == _nodes.Length) Array.Resize(ref _nodes, node * 2);
        }

        _nodes[parent].Children++;
        _nodes[node].Clear(parent, stamp);
        _byFirstPage.Set(firstPage, node);
        return node;
    }

    // The new upper node takes the child's place; the child keeps the rest, its locks and its holders.
    private int Split(int node, int pages)
    {
        (int parent, int firstPage, long stamp) = (_nodes[node].Parent, _nodes[node].FirstPage, _nodes[node].Stamp);
        int added = AddChild(parent, firstPage, stamp);
        ref RadixNode child = ref _nodes[node], upper = ref _nodes[added];
        child.MoveFrontTo(ref upper, pages);
        upper.Locks = child.Locks;
        _nodes[parent].Children--;
        child.Parent = added;
        upper.Children++;
        _byFirstPage.Set(child.FirstPage, node);
        return added;
    }
}
