namespace AgentSim.Engines.Vllm;

/// <summary>
/// The unused blocks of the <c>kvbm</c> backend in order of eviction (behaviour 02#11, item 6): the oldest block
/// without descendants goes first. Blocks that are in use, or gone, stay as ghosts while something descends from them.
/// </summary>
internal sealed class LineageEviction
{
    public const int None = -1;

    private sealed class Node
    {
        public bool IsReal;
        public long Tick;
        public int Parent = None;
        public int Children;
    }

    private readonly Dictionary<int, Node> _nodes = [];
    private readonly PriorityQueue<int, long> _leaves = new();   // may hold entries that no longer count
    private long _tick;

    /// <summary>Number of unused blocks.</summary>
    public int Count { get; private set; }

    public void Add(int identity, int parent)
    {
        Node node = Find(identity);
        node.IsReal = true;
        node.Tick = _tick++;
        Count++;
        if (parent != None && node.Parent == None)
        {
            node.Parent = parent;
            Find(parent).Children++;
        }

        if (node.Children == 0) _leaves.Enqueue(identity, node.Tick);
    }

    /// <summary>Takes a block out for use.</summary>
    public void Remove(int identity)
    {
        _nodes[identity].IsReal = false;
        Count--;
        Prune(identity);
    }

    /// <summary>Takes out the block to evict.</summary>
    public int Evict()
    {
        while (true)
        {
            _leaves.TryDequeue(out int identity, out long tick);
            if (!_nodes.TryGetValue(identity, out Node? node) || !node.IsReal || node.Children > 0 || node.Tick != tick) continue;
            Remove(identity);
            return identity;
        }
    }

    private Node Find(int identity)
    {
        if (!_nodes.TryGetValue(identity, out Node? node)) _nodes.Add(identity, node = new Node());
        return node;
    }

    private void Prune(int identity)
    {
        while (identity != None)
        {
            Node node = _nodes[identity];
            if (node.Children > 0) return;
            if (node.IsReal)
            {
                _leaves.Enqueue(identity, node.Tick);
                return;
            }

            _nodes.Remove(identity);
            identity = node.Parent;
            if (identity != None) _nodes[identity].Children--;
        }
    }
}
