using AgentSim.Collections;

namespace AgentSim.Lowering;

/// <summary>
/// The edges between agentic rows of version 1 (behaviour 01#3.2 to 01#3.4). A row waits for the previous row of its
/// session first, then for others in row order; branches are in row order.
/// </summary>
internal sealed class AgenticEdges
{
    private readonly RequestTable _table;
    private readonly SessionLinks _links;
    private readonly List<long> _waits = [];    // row << 32 | row it waits for, without the previous row
    private readonly List<long> _branches = []; // spawning row << 32 | first row of the child

    /// <summary>Finds all edges.</summary>
    /// <exception cref="AgentSimException">Explicit causality does not fit the trace, or rows wait for each other in a circle.</exception>
    public AgenticEdges(RequestTable table, ToolTable tools)
    {
        (_table, _links) = (table, new SessionLinks(table, tools));
        foreach (SessionLink link in _links.All)
        {
            if (link.Spawn >= 0)
            {
                AddWait(link.First, link.Spawn);
                _branches.Add(Edge(link.Spawn, link.First));
            }

            if (link.Join >= 0) AddWait(link.Join, link.Last);
        }

        Waits = Flatten(_waits, withPrevious: true);
        Branches = Flatten(_branches, withPrevious: false);
        table.CheckAcyclic(Waits);
    }

    /// <summary>Which rows each row waits for.</summary>
    public Dependencies Waits { get; }

    /// <summary>The first rows of the sessions each row spawned.</summary>
    public Dependencies Branches { get; }

    /// <summary>Whether a session runs in the background.</summary>
    public bool IsBackground(int session) => _links.IsBackground[session];

    /// <summary>The previous row of the same session, -1 for the first.</summary>
    public int Previous(int row) => _links.Previous(row);

    private void AddWait(int row, int source)
    {
        if (Previous(row) != source) _waits.Add(Edge(row, source));
    }

    private static long Edge(int from, int to) => ((long)from << 32) | (uint)to;

    // Sorts edges, drops repeated ones and makes the flat list.
    private Dependencies Flatten(List<long> edges, bool withPrevious)
    {
        edges.Sort();
        var offsets = new int[_table.Count + 1];
        var targets = new List<int>(edges.Count + (withPrevious ? _table.Count : 0));
        int next = 0;
        for (int row = 0; row < _table.Count; row++)
        {
            if (withPrevious && Previous(row) >= 0) targets.Add(Previous(row));
            for (; next < edges.Count && (int)(edges[next] >> 32) == row; next++)
            {
                if (next == 0 || edges[next] != edges[next - 1]) targets.Add((int)edges[next]);
            }

            offsets[row + 1] = targets.Count;
        }

        return new Dependencies(offsets, [.. targets]);
    }
}
