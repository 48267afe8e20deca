using AgentSim.Collections;

namespace AgentSim.Workload;

/// <summary>Consecutive trie nodes along one path, the first at <paramref name="Depth"/> (1-based).</summary>
internal readonly record struct NodeRun(int First, int Count, int Depth);

/// <summary>
/// All prompts of a workload as paths in one trie of trace blocks.
/// A node stands for "this id after this prefix", so two prompts share a node exactly when their tokens agree up to
/// the end of that trace block. Nodes are numbered as they are made, hence a new suffix is one run of consecutive
/// numbers and a prompt that extends an earlier one costs one or two runs, whatever its length.
/// </summary>
internal sealed class PromptTrie
{
    private const int None = -1;

    private readonly NumberMap _interned = new();
    private readonly NumberMap _furtherNodes = new();   // (parent, label) of nodes that are not the first with their label
    private GrowList<ulong> _rawIds;      // by label
    private GrowList<int> _firstNode;     // by label
    private GrowList<int> _parents;
    private GrowList<int> _labels;
    private GrowList<int> _depths;
    private GrowList<NodeRun> _runs;

    /// <summary>Number of nodes, that is of distinct (prefix, id) pairs.</summary>
    public int NodeCount => _labels.Count;

    /// <summary>Number of runs stored so far; a path is a range of them.</summary>
    public int RunCount => _runs.Count;

    /// <summary>The id of a node, numbered 0, 1, 2, … in order of first appearance (specification 01, 8.1).</summary>
    public int Label(int node) => _labels[node];

    /// <summary>1-based position of a node's trace block in every prompt that holds it.</summary>
    public int Depth(int node) => _depths[node];

    /// <summary>Labels of all nodes, for a digest.</summary>
    public ReadOnlySpan<int> Labels => _labels.AsSpan();

    public ReadOnlySpan<NodeRun> Runs(int start, int end) => _runs.AsSpan()[start..end];

    /// <summary>
    /// Stores the path of the first <paramref name="used"/> ids as runs <c>[start of call, RunCount)</c>.
    /// Surplus ids are numbered, since they take part in the order of first appearance, and otherwise dropped.
    /// </summary>
    public void Add(ReadOnlySpan<ulong> ids, int used)
    {
        int node = None;
        int runFirst = 0, runCount = 0, runDepth = 1;
        for (int i = 0; i < used; i++)
        {
            int next = Child(node, ids[i], i + 1);
            if (runCount > 0 && next == runFirst + runCount)
            {
                runCount++;
            }
            else
            {
                if (runCount > 0) _runs.Add(new NodeRun(runFirst, runCount, runDepth));
                (runFirst, runCount, runDepth) = (next, 1, i + 1);
            }

            node = next;
        }

        if (runCount > 0) _runs.Add(new NodeRun(runFirst, runCount, runDepth));
        for (int i = used; i < ids.Length; i++) Intern(ids[i]);
    }

    private int Child(int parent, ulong id, int depth)
    {
        // A shared prefix mostly runs through consecutive nodes: one comparison and no look-up.
        int guess = parent + 1;
        if (guess < _labels.Count && _parents[guess] == parent && _rawIds[_labels[guess]] == id) return guess;

        int label = Intern(id);
        int first = _firstNode[label];
        if (first == None)
        {
            _firstNode[label] = NodeCount;
            return AddNode(parent, label, depth);
        }

        if (_parents[first] == parent) return first;
        ulong key = ((ulong)(parent + 1) << 32) | (uint)label;
        int node = _furtherNodes.GetOrAdd(key, NodeCount, out bool isNew);
        return isNew ? AddNode(parent, label, depth) : node;
    }

    private int AddNode(int parent, int label, int depth)
    {
        _parents.Add(parent);
        _labels.Add(label);
        _depths.Add(depth);
        return NodeCount - 1;
    }

    private int Intern(ulong id)
    {
        int label = _interned.GetOrAdd(id, _rawIds.Count, out bool isNew);
        if (!isNew) return label;
        _rawIds.Add(id);
        _firstNode.Add(None);
        return label;
    }

    /// <summary>Numbers the ids anew, in order of first appearance on some paths; nothing can be added afterwards.</summary>
    public void Renumber(ReadOnlySpan<int> pathStart, ReadOnlySpan<int> pathEnd)
    {
        var newLabel = new int[_rawIds.Count];
        int labels = 0;
        for (int path = 0; path < pathStart.Length; path++)
        {
            foreach (NodeRun run in Runs(pathStart[path], pathEnd[path]))
            {
                for (int node = run.First; node < run.First + run.Count; node++)
                {
                    ref int label = ref newLabel[_labels[node]];
                    if (label == 0) label = ++labels;
                }
            }
        }

        for (int node = 0; node < NodeCount; node++) _labels[node] = newLabel[_labels[node]] - 1;
    }

    /// <summary>Frees what only <see cref="Add"/> needs.</summary>
    public void Seal()
    {
        _interned.Seal();
        _furtherNodes.Seal();
        _firstNode = default;
        _parents = default;
        _rawIds = default;
    }
}
