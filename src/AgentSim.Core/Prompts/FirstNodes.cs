using AgentSim.Collections;

namespace AgentSim.Prompts;

/// <summary>
/// For each label the first node of the trie that has it. Labels and nodes are both numbered in the order in which they appear, so
/// node minus label stays the same over long ranges, each of which is one piece here. Where every id of a trace stands for a
/// whole prefix and so has one node, there is a single piece.
/// </summary>
internal struct FirstNodes
{
    private readonly record struct Piece(int Label, int Node);

    private GrowList<Piece> _pieces;

    /// <summary>The node of a label, or <see cref="TrieNodes.None"/>.</summary>
    public readonly int this[int label]
    {
        get
        {
            int low = 0, high = _pieces.Count - 1;
            while (low < high)
            {
                int middle = (low + high + 1) / 2;
                if (_pieces[middle].Label <= label) low = middle;
                else high = middle - 1;
            }

            return NodeIn(_pieces[low], label);
        }
    }

    /// <summary>Adds the next label.</summary>
    /// <param name="label">One more than the last one.</param>
    /// <param name="node">Its node, or <see cref="TrieNodes.None"/>.</param>
    public void Add(int label, int node)
    {
        if (_pieces.Count == 0 || NodeIn(_pieces[_pieces.Count - 1], label) != node) _pieces.Add(new Piece(label, node));
    }

    private static int NodeIn(Piece piece, int label) => piece.Node == TrieNodes.None ? TrieNodes.None : piece.Node + label - piece.Label;
}
