namespace AgentSim.Engines.Sglang;

/// <summary>
/// The nodes of a radix tree by their first page: open addressing, which costs half of what a dictionary does. Every request looks up
/// and changes it several times.
/// </summary>
internal sealed class NodeIndex
{
    /// <summary>What stands for no node: the root, which no page leads to.</summary>
    public const int None = RadixTree.Root;

    private const int FirstBits = 6;

    // Drawn anew in every process, so that no distance between pages, and no file, can be made to collide.
    private static readonly ulong Multiplier = (ulong)Random.Shared.NextInt64() << 1 | 1;

    private Entry[] _entries = new Entry[1 << FirstBits];
    private int _shift = 64 - FirstBits;

    // Side by side, since who looks at one looks at the other. No node: free.
    private record struct Entry(int Page, int Node);

    public int Count { get; private set; }

    /// <summary>All nodes, in no order.</summary>
    public IEnumerable<int> Nodes => _entries.Where(entry => entry.Node != None).Select(entry => entry.Node);

    /// <summary>The node that begins with a page, or <see cref="None"/>.</summary>
    public int Find(int page) => _entries[SlotOf(page)].Node;

    /// <summary>Sets the node that begins with a page.</summary>
    public void Set(int page, int node)
    {
        ref Entry entry = ref _entries[SlotOf(page)];
        bool isNew = entry.Node == None;
        entry = new Entry(page, node);
        if (isNew && ++Count > _entries.Length / 2) Grow();
    }

    /// <summary>Forgets the node that begins with a page. Those behind move up where that brings them closer to their place.</summary>
    public void Remove(int page)
    {
        Entry[] entries = _entries;
        int at = SlotOf(page), mask = entries.Length - 1;
        if (entries[at].Node == None) return;
        for (int next = (at + 1) & mask; entries[next].Node != None; next = (next + 1) & mask)
        {
            if (((next - Home(entries[next].Page)) & mask) < ((next - at) & mask)) continue;
            entries[at] = entries[next];
            at = next;
        }

        entries[at] = default;
        Count--;
    }

    private int Home(int page) => (int)(((uint)page * Multiplier) >> _shift);

    private int SlotOf(int page)
    {
        Entry[] entries = _entries;
        int slot = Home(page);
        while (entries[slot].Node != None && entries[slot].Page != page) slot = (slot + 1) & (entries.Length - 1);
        return slot;
    }

    private void Grow()
    {
        Entry[] before = _entries;
        _entries = new Entry[before.Length * 2];
        _shift--;
        foreach (Entry entry in before)
        {
            if (entry.Node != None) _entries[SlotOf(entry.Page)] = entry;
        }
    }
}
