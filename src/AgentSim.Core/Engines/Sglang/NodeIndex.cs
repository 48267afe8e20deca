namespace AgentSim.Engines.Sglang;

/// <summary>
/// The nodes of a radix tree by their first page: open addressing, which costs half of what a dictionary does. Every request looks up
/// and changes it several times.
/// </summary>
internal sealed class NodeIndex
{
    private const int FirstBits = 6;

    // Drawn anew in every process, so that no distance between pages, and no file, can be made to collide.
    private static readonly ulong Multiplier = (ulong)Random.Shared.NextInt64() << 1 | 1;

    private int[] _pages = new int[1 << FirstBits];
    private RadixNode?[] _nodes = new RadixNode?[1 << FirstBits];   // null: free
    private int _shift = 64 - FirstBits;

    public int Count { get; private set; }

    /// <summary>All nodes, in no order.</summary>
    public IEnumerable<RadixNode> Nodes => _nodes.Where(node => node is not null)!;

    /// <summary>The node that begins with a page, or null.</summary>
    public RadixNode? Find(int page) => _nodes[SlotOf(page)];

    /// <summary>Sets the node that begins with a page.</summary>
    public void Set(int page, RadixNode node)
    {
        int slot = SlotOf(page);
        bool isNew = _nodes[slot] is null;
        _pages[slot] = page;
        _nodes[slot] = node;
        if (isNew && ++Count > _nodes.Length / 2) Grow();
    }

    /// <summary>Forgets the node that begins with a page. Those behind move up where that brings them closer to their place.</summary>
    public void Remove(int page)
    {
        int at = SlotOf(page), mask = _nodes.Length - 1;
        if (_nodes[at] is null) return;
        for (int next = (at + 1) & mask; _nodes[next] is not null; next = (next + 1) & mask)
        {
            if (((next - Home(_pages[next])) & mask) < ((next - at) & mask)) continue;
            _pages[at] = _pages[next];
            _nodes[at] = _nodes[next];
            at = next;
        }

        _nodes[at] = null;
        Count--;
    }

    private int Home(int page) => (int)(((uint)page * Multiplier) >> _shift);

    private int SlotOf(int page)
    {
        int[] pages = _pages;
        RadixNode?[] nodes = _nodes;
        int slot = Home(page);
        while (nodes[slot] is not null && pages[slot] != page) slot = (slot + 1) & (nodes.Length - 1);
        return slot;
    }

    private void Grow()
    {
        (int[] pages, RadixNode?[] nodes) = (_pages, _nodes);
        _pages = new int[pages.Length * 2];
        _nodes = new RadixNode?[nodes.Length * 2];
        _shift--;
        for (int i = 0; i < nodes.Length; i++)
        {
            if (nodes[i] is null) continue;
            int slot = SlotOf(pages[i]);
            _pages[slot] = pages[i];
            _nodes[slot] = nodes[i];
        }
    }
}
