using AgentSim.Rows;

namespace AgentSim.Traces;

/// <summary>
/// The edges between the rows of an agentic trace (specification 01, 3.2 to 3.4). A row waits for the previous row of
/// its session first, then for others in row order; branches are in row order.
/// </summary>
internal sealed class AgenticEdges
{
    private readonly RequestTable _table;
    private readonly int[] _previous;           // row -> previous row of its session, -1 for the first
    private readonly List<long> _waits = [];    // row << 32 | row it waits for, without the previous row
    private readonly List<long> _branches = []; // spawning row << 32 | first row of the child

    private AgenticEdges(RequestTable table)
    {
        _table = table;
        IsBackground = new bool[table.Sessions.Count];
        _previous = new int[table.Count];
        for (int session = 0; session < table.Sessions.Count; session++)
        {
            int previous = -1;
            foreach (int row in table.SessionRows(session))
            {
                _previous[row] = previous;
                previous = row;
            }
        }
    }

    /// <summary>Which rows each row waits for.</summary>
    public Dependencies Waits { get; private set; } = new([0], []);

    /// <summary>The first rows of the sessions each row spawned.</summary>
    public Dependencies Branches { get; private set; } = new([0], []);

    /// <summary>Which sessions run in the background, by session number.</summary>
    public bool[] IsBackground { get; }

    /// <summary>Finds all edges.</summary>
    /// <exception cref="AgentSimException">Explicit causality does not fit the trace, or rows wait for each other in a circle.</exception>
    public static AgenticEdges Build(RequestTable table, List<LoweredTool> tools)
    {
        var edges = new AgenticEdges(table);
        ToolRecord?[] starters = edges.ReadCausality(tools);
        for (int child = 0; child < table.Sessions.Count; child++) edges.Connect(child, starters[child]);
        edges.Waits = edges.Flatten(edges._waits, withPrevious: true);
        edges.Branches = edges.Flatten(edges._branches, withPrevious: false);
        int cyclic = edges.Waits.FindCycle();
        if (cyclic >= 0)
        {
            throw new AgentSimException("TraceCycle", $"request '{table[cyclic].Id}' of session '{table.Sessions.Name(table[cyclic].Session)}' would wait for itself; "
                + "check the parent sessions and the times of its session");
        }

        return edges;
    }

    /// <summary>The previous row of the same session, -1 for the first.</summary>
    public int Previous(int row) => _previous[row];

    // Checks explicit causality; returns by session the tool call that started it.
    private ToolRecord?[] ReadCausality(List<LoweredTool> tools)
    {
        var starters = new ToolRecord?[_table.Sessions.Count];
        foreach (LoweredTool tool in tools)
        {
            if (tool.Explicit is not { Causality: { } causality } record) continue;
            if (causality.ExecutionMode is not ("blocking" or "background"))
                throw record.Error("TraceCausalityInvalid", $"tool call '{record.ToolCallId}': execution_mode is '{causality.ExecutionMode}'; it must be blocking or background");
            RowIn(tool.Session, causality.SourceRequestId, "source_request_id", record);
            if (causality.ConsumerRequestId is { } consumer) RowIn(tool.Session, consumer, "consumer_request_id", record);
            int child = causality.ChildSessionId is { } name ? _table.Sessions.Find(name) : -1;
            if (child < 0 || _table.SessionRows(child).IsEmpty) continue;
            if (starters[child] is { } other)
            {
                throw record.Error("TraceCausalityInvalid",
                    $"tool calls '{other.ToolCallId}' and '{record.ToolCallId}' both claim to have started session '{causality.ChildSessionId}'");
            }

            starters[child] = record;
            IsBackground[child] |= causality.ExecutionMode == "background";
        }

        return starters;
    }

    private void Connect(int child, ToolRecord? starter)
    {
        if (_table.SessionRows(child) is not [int first, ..]) return;
        int parent = _table.Sessions.Parent(child) is { } name ? _table.Sessions.Find(name) : -1;
        if (parent < 0 || _table.SessionRows(parent).IsEmpty) return;
        int last = _table.LastEnded(child);
        int spawn, join;
        if (starter?.Causality is { } causality)
        {
            spawn = RowIn(parent, causality.SourceRequestId, "source_request_id", starter);
            join = causality.ConsumerRequestId is { } consumer ? RowIn(parent, consumer, "consumer_request_id", starter) : -1;
        }
        else
        {
            spawn = _table.LastStartedBy(parent, _table[first].Start);
            join = _table.FirstStartedFrom(parent, _table[last].End);
        }

        if (spawn >= 0)
        {
            AddWait(first, spawn);
            _branches.Add(Edge(spawn, first));
        }

        if (join >= 0) AddWait(join, last);
    }

    private int RowIn(int session, string id, string field, ToolRecord record)
    {
        int row = _table.Find(id);
        if (row < 0) throw record.Error("TraceCausalityInvalid", $"tool call '{record.ToolCallId}': {field} '{id}' is no request of this trace");
        if (_table[row].Session == session) return row;
        throw record.Error("TraceCausalityInvalid", $"tool call '{record.ToolCallId}': {field} '{id}' belongs to session "
            + $"'{_table.Sessions.Name(_table[row].Session)}', not to '{_table.Sessions.Name(session)}'");
    }

    private void AddWait(int row, int source)
    {
        if (_previous[row] != source) _waits.Add(Edge(row, source));
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
            if (withPrevious && _previous[row] >= 0) targets.Add(_previous[row]);
            for (; next < edges.Count && (int)(edges[next] >> 32) == row; next++)
            {
                if (next == 0 || edges[next] != edges[next - 1]) targets.Add((int)edges[next]);
            }

            offsets[row + 1] = targets.Count;
        }

        return new Dependencies(offsets, [.. targets]);
    }
}
