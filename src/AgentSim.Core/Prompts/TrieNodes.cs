using System.Runtime.CompilerServices;
using AgentSim.Collections;

namespace AgentSim.Prompts;

/// <summary>Neighbouring nodes, each the child of the one before, whose labels are neighbours, too.</summary>
/// <param name="Start">The first node.</param>
/// <param name="Parent">Its parent; <see cref="TrieNodes.None"/> for the root.</param>
/// <param name="Depth">Its 1-based position in every prompt that holds it.</param>
/// <param name="Label">Its label.</param>
internal readonly record struct TrieSegment(int Start, int Parent, int Depth, int Label);

/// <summary>
/// The nodes of a prompt trie in segments: mostly one for each prompt, so that nodes take next to no memory.
/// Labels are ids numbered 0, 1, 2, … in order of first appearance (behaviour 01#8.1).
/// </summary>
internal sealed class TrieNodes
{
    public const int None = -1;

    private const int IndexBits = 4;

    private GrowList<TrieSegment> _segments;
    private GrowList<int> _index;   // the segment that every 16th node is in

    /// <summary>Number of nodes.</summary>
    public int Count { get; private set; }

    /// <summary>The segments in order of their nodes.</summary>
    public ReadOnlySpan<TrieSegment> Segments => _segments.AsSpan();

    public int Parent(int node) => Parent(node, out _);

    /// <summary>The parent of a node, and the position of the segment that the node is in.</summary>
    public int Parent(int node, out int at)
    {
        at = SegmentOf(node);
        ref readonly TrieSegment segment = ref _segments[at];
        return node == segment.Start ? segment.Parent : node - 1;
    }

    public int Label(int node)
    {
        TrieSegment segment = _segments[SegmentOf(node)];
        return segment.Label + node - segment.Start;
    }

    /// <summary>Position of the segment with a node.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int SegmentOf(int node)
    {
        int at = _index[node >> IndexBits];
        while (at + 1 < _segments.Count && _segments[at + 1].Start <= node) at++;
        return at;
    }

    /// <summary>Adds a node; returns its number.</summary>
    public int Add(int parent, int label, int depth) => Add(parent, label, depth, count: 1);

    /// <summary>
    /// Adds nodes, each the child of the one before, with labels that follow each other; returns the number of the first.
    /// </summary>
    public int Add(int parent, int label, int depth, int count)
    {
        int node = Count;
        bool goesOn = false;
        if (node > 0)
        {
            ref readonly TrieSegment last = ref _segments[_segments.Count - 1];
            goesOn = parent == node - 1 && label == last.Label + node - last.Start;
        }

        if (!goesOn) _segments.Add(new TrieSegment(node, parent, depth, label));
        Count += count;
        while (_index.Count <= (Count - 1) >> IndexBits) _index.Add(_segments.Count - 1);
        return node;
    }

    /// <summary>Gives all nodes other labels.</summary>
    public void Relabel(Func<int, int> newLabel)
    {
        GrowList<TrieSegment> before = _segments;
        int count = Count;
        _segments = default;
        _index = default;
        Count = 0;
        for (int at = 0; at < before.Count; at++)
        {
            TrieSegment segment = before[at];
            int length = (at + 1 < before.Count ? before[at + 1].Start : count) - segment.Start;
            for (int i = 0; i < length; i++) Add(i == 0 ? segment.Parent : Count - 1, newLabel(segment.Label + i), segment.Depth + i);
        }
    }

    /// <summary>The node behind the last one of a segment.</summary>
    public int EndOf(int segment) => segment + 1 < _segments.Count ? _segments[segment + 1].Start : Count;
}
