using AgentSim.Collections;

namespace AgentSim.Prompts;

/// <summary>Consecutive trie nodes along one path.</summary>
internal readonly record struct NodeRun(int First, int Count);

/// <summary>
/// All prompts of a workload as paths in one trie of trace blocks.
/// A node stands for "this id after this prefix", so two prompts share a node exactly when their tokens agree up to
/// the end of that trace block. Nodes are numbered as they are made, hence a new suffix is one run of consecutive
/// numbers and a prompt that extends an earlier one costs one or two runs, whatever its length. Nodes themselves are
/// stored by the suffix, too (<see cref="TrieNodes"/>).
/// </summary>
internal sealed class PromptTrie
{
    private readonly TrieNodes _nodes = new();
    private IdNumbers _labels = new();
    private NumberMap _furtherNodes = new();   // (parent, label) of nodes that are not the first with their label
    private GrowList<NodeRun> _runs;
    private FirstNodes _firstNodes;

    /// <summary>The nodes, one for every distinct (prefix, id) pair.</summary>
    public TrieNodes Nodes => _nodes;

    /// <summary>Number of runs stored so far; a path is a range of them.</summary>
    public int RunCount => _runs.Count;

    public ReadOnlySpan<NodeRun> Runs(int start, int end) => _runs.AsSpan()[start..end];

    /// <summary>
    /// Stores the path of the first <paramref name="used"/> ids as runs <c>[start of call, RunCount)</c>.
    /// Surplus ids are numbered, since they take part in the order of first appearance, and otherwise dropped.
    /// </summary>
    public void Add(ReadOnlySpan<ulong> ids, int used)
    {
        int first = 0, end = 0;   // the nodes of the current run
        for (int i = 0; i < used;)
        {
            int next = Child(i == 0 ? TrieNodes.None : end - 1, ids[i], i + 1, out int segment);
            if (next != end || i == 0)
            {
                if (i > 0) _runs.Add(new NodeRun(first, end - first));
                first = next;
            }

            int length = 1 + GoOn(next, segment, i + 2, ids[(i + 1)..used]);
            end = next + length;
            i += length;
        }

        if (used > 0) _runs.Add(new NodeRun(first, end - first));
        for (int i = used; i < ids.Length; i++)
        {
            int label = _labels.GetOrAdd(ids[i], out bool isNew);
            if (isNew) _firstNodes.Add(label, TrieNodes.None);
        }
    }

    /// <summary>How many numbers ids have got so far.</summary>
    public int LabelCount => _labels.Count;

    /// <summary>The number of an id, as the labels of nodes have it, until the trie is sealed; -1 where it has none.</summary>
    public int FindLabel(ulong id) => _labels.Find(id);

    /// <summary>From now on ids are those of another file: equal ones are different blocks.</summary>
    public void ForgetIds() => _labels = new IdNumbers(_labels.Count);

    /// <summary>Stores a path of blocks that no other prompt has, as one run.</summary>
    public void AddPrivate(int blocks)
    {
        int first = _nodes.Count;
        if (blocks > Array.MaxLength - Math.Max(first, _labels.Count))
            throw Errors.TraceTooLarge.Error("the prompts have more than 2^31 blocks; give a larger trace block size, or fewer rows");
        for (int i = 0; i < blocks; i++)
        {
            int label = _labels.AddNameless();
            _firstNodes.Add(label, _nodes.Count);
            _nodes.Add(i == 0 ? TrieNodes.None : _nodes.Count - 1, label, i + 1);
        }

        if (blocks > 0) _runs.Add(new NodeRun(first, blocks));
    }

    /// <summary>Numbers the ids anew, in order of first appearance on some paths; nothing can be added afterwards.</summary>
    public void Renumber(ReadOnlySpan<int> pathStart, ReadOnlySpan<int> pathEnd)
    {
        var newLabel = new int[_labels.Count];
        int labels = 0;
        for (int path = 0; path < pathStart.Length; path++)
        {
            foreach (NodeRun run in Runs(pathStart[path], pathEnd[path]))
            {
                for (int node = run.First; node < run.First + run.Count; node++)
                {
                    ref int label = ref newLabel[_nodes.Label(node)];
                    if (label == 0) label = ++labels;
                }
            }
        }

        _nodes.Relabel(label => newLabel[label] - 1);
    }

    /// <summary>Frees what only <see cref="Add"/> needs; nothing can be added afterwards.</summary>
    public void Seal()
    {
        _labels = new IdNumbers();
        _furtherNodes = new NumberMap();
        _firstNodes = default;
    }

    // How many of the ids lie on nodes that come right behind a node: the rest of its segment, or new ones.
    private int GoOn(int node, int segment, int depth, ReadOnlySpan<ulong> ids)
    {
        if (node == _nodes.Count - 1) return AddBehind(node, depth, ids);
        TrieSegment there = _nodes.Segments[segment];
        int label = there.Label + node + 1 - there.Start;
        int most = Math.Min(ids.Length, _nodes.EndOf(segment) - node - 1);
        return _labels.Follow(ids[..most], label);
    }

    // What a prompt adds is mostly new ids, which get the next numbers, and so nodes behind the last one: all of them are added together.
    private int AddBehind(int last, int depth, ReadOnlySpan<ulong> ids)
    {
        int label = _labels.Count, count = _labels.AddNew(ids);
        if (count == 0) return 0;
        _firstNodes.Add(label, last + 1);   // and so those behind it
        _nodes.Add(last, label, depth, count);
        return count;
    }

    // The child of a node for an id, and the segment it is in.
    private int Child(int parent, ulong id, int depth, out int segment)
    {
        int label = _labels.Find(id);
        if (label < 0)
        {
            label = _labels.GetOrAdd(id, out _);
            _firstNodes.Add(label, _nodes.Count);
            return AddNode(parent, label, depth, out segment);
        }

        int first = _firstNodes[label];
        if (first != TrieNodes.None && _nodes.Parent(first, out segment) == parent) return first;
        int node = _furtherNodes.GetOrAdd(((ulong)(parent + 1) << 32) | (uint)label, _nodes.Count, out bool isNew);
        if (isNew) return AddNode(parent, label, depth, out segment);
        segment = _nodes.SegmentOf(node);
        return node;
    }

    private int AddNode(int parent, int label, int depth, out int segment)
    {
        int node = _nodes.Add(parent, label, depth);
        segment = _nodes.Segments.Length - 1;
        return node;
    }
}
