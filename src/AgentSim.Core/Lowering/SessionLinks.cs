using AgentSim.Traces;
using AgentSim.Traces.Schema;

namespace AgentSim.Lowering;

/// <summary>How a child session hangs on its parent.</summary>
/// <param name="Child">The child session.</param>
/// <param name="Parent">Its parent.</param>
/// <param name="First">First row of the child.</param>
/// <param name="Last">Row of the child that ends last.</param>
/// <param name="Spawn">Row of the parent that started the child; -1 if none did.</param>
/// <param name="Join">Row of the parent that waited for the child; -1 if none did.</param>
/// <param name="Causality">The tool call that says so; null where only the times do.</param>
internal readonly record struct SessionLink(int Child, int Parent, int First, int Last, int Spawn, int Join, ToolCausality? Causality);

/// <summary>The order of the rows within their sessions and between a session and its children (behaviour 01#3.2 to 01#3.4).</summary>
internal sealed class SessionLinks
{
    private readonly RequestTable _table;
    private readonly int[] _previous;   // row -> previous row of its session, -1 for the first
    private readonly List<SessionLink> _links = [];

    /// <exception cref="AgentSimException">Explicit causality does not fit the trace.</exception>
    public SessionLinks(RequestTable table, ToolTable tools)
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

        ToolRecord?[] starters = ReadCausality(tools);
        for (int child = 0; child < table.Sessions.Count; child++) Connect(child, starters[child]);
    }

    /// <summary>The children and their parents; either have rows.</summary>
    public IReadOnlyList<SessionLink> All => _links;

    /// <summary>Which sessions run in the background, by session number.</summary>
    public bool[] IsBackground { get; }

    /// <summary>The previous row of the same session, -1 for the first.</summary>
    public int Previous(int row) => _previous[row];

    // Checks explicit causality; returns by session the tool call that started it.
    private ToolRecord?[] ReadCausality(ToolTable tools)
    {
        var starters = new ToolRecord?[_table.Sessions.Count];
        for (int i = 0; i < tools.Count; i++)
        {
            ref readonly LoweredTool tool = ref tools[i];
            if (tool.Explicit is not { Causality: { } causality } record) continue;
            if (causality.ExecutionMode is not ("blocking" or "background"))
                throw record.Error(Errors.TraceCausalityInvalid,
                    $"tool call {Quote.Of(record.ToolCallId)}: execution_mode is {Quote.Of(causality.ExecutionMode)}; it must be " +
                        "blocking or background");
            RowIn(tool.Session, causality.SourceRequestId, TraceNames.SourceRequestId, record);
            if (causality.ConsumerRequestId is { } consumer) RowIn(tool.Session, consumer, TraceNames.ConsumerRequestId, record);
            int child = causality.ChildSessionId is { } name ? _table.Sessions.Find(name) : -1;
            if (child < 0 || _table.SessionRows(child).IsEmpty) continue;
            if (starters[child] is { } other)
            {
                throw record.Error(Errors.TraceCausalityInvalid, 
                    $"tool calls {Quote.Of(other.ToolCallId)} and {Quote.Of(record.ToolCallId)} both claim to have started session " +
                        $"{Quote.Of(causality.ChildSessionId)}");
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
            spawn = RowIn(parent, causality.SourceRequestId, TraceNames.SourceRequestId, starter);
            join = causality.ConsumerRequestId is { } consumer ? RowIn(parent, consumer, TraceNames.ConsumerRequestId, starter) : -1;
        }
        else
        {
            spawn = _table.LastStartedBy(parent, _table[first].Start);
            join = _table.FirstStartedFrom(parent, _table[last].End);
        }

        _links.Add(new SessionLink(child, parent, first, last, spawn, join, starter?.Causality));
    }

    private int RowIn(int session, string id, string field, ToolRecord record)
    {
        int row = _table.Find(id);
        if (row < 0) throw record.Error(Errors.TraceCausalityInvalid,
            $"tool call {Quote.Of(record.ToolCallId)}: {field} {Quote.Of(id)} is no request of this trace");
        if (_table[row].Session == session) return row;
        throw record.Error(Errors.TraceCausalityInvalid,
            $"tool call {Quote.Of(record.ToolCallId)}: {field} {Quote.Of(id)} belongs to session "
            + $"{Quote.Of(_table.Sessions.Name(_table[row].Session))}, not to {Quote.Of(_table.Sessions.Name(session))}");
    }
}
