using AgentSim.Collections;
using AgentSim.Rows;
using AgentSim.Traces;

namespace AgentSim.Lowering;

/// <summary>
/// The edges between agentic rows of version 2, each with its own trigger and delay (behaviour 01#12.4, items 2 to 5), by
/// target id, trigger and relation.
/// </summary>
internal sealed class PlayEdges
{
    private readonly record struct Edge(int Row, int Target, DependencyTrigger Trigger, DependencyRelation Relation);

    private readonly RequestTable _table;
    private readonly List<Edge> _edges = [];
    private readonly int[] _offsets;

    /// <summary>Finds all edges.</summary>
    /// <exception cref="AgentSimException">Explicit causality or edges do not fit the trace, or rows wait for each other in a
    /// circle.</exception>
    public PlayEdges(RequestTable table, ToolTable tools, Plays plays)
    {
        _table = table;
        var links = new SessionLinks(table, tools);
        var linkedSessions = new HashSet<(int, int)>();   // by explicit edges, either way
        for (int row = 0; row < table.Count; row++)
        {
            if (links.Previous(row) is >= 0 and int previous) Add(row, previous, DependencyTrigger.Completion, DependencyRelation.Sequence);
            if (table[row].Explicit is { } recorded) AddRecorded(row, recorded, plays, linkedSessions);
        }

        foreach (SessionLink link in links.All)
        {
            if (link.Causality is null && linkedSessions.Contains((link.Child, link.Parent))) continue;
            if (link.Spawn >= 0)
            {
                bool isEarly = table[link.First].Start < table[link.Spawn].End;
                Add(link.First, link.Spawn, isEarly ? DependencyTrigger.Dispatch : DependencyTrigger.Completion, DependencyRelation.Spawn);
            }

            // Nothing waits for a session in the background, whatever consumer its tool call names.
            if (link.Join >= 0 && !links.IsBackground[link.Child])
                Add(link.Join, link.Last, DependencyTrigger.Completion, DependencyRelation.Join);
        }

        _offsets = Arrange();
        table.CheckAcyclic(new Dependencies(_offsets, [.. _edges.Select(edge => edge.Target)]));
    }

    /// <summary>The dependencies of a row.</summary>
    public RowDependency[] Of(int row)
    {
        var dependencies = new RowDependency[_offsets[row + 1] - _offsets[row]];
        for (int i = 0; i < dependencies.Length; i++)
        {
            Edge edge = _edges[_offsets[row] + i];
            ref readonly LoweredRequest target = ref _table[edge.Target];
            long from = edge.Trigger == DependencyTrigger.Dispatch ? target.Start : target.End;
            dependencies[i] = new RowDependency(_table.Id(edge.Target), edge.Trigger, Math.Max(0, _table[row].Start - from), edge.Relation);
        }

        return dependencies;
    }

    private void Add(int row, int target, DependencyTrigger trigger, DependencyRelation relation) =>
        _edges.Add(new Edge(row, target, trigger, relation));

    private void AddRecorded(int row, ExplicitEdges recorded, Plays plays, HashSet<(int, int)> linkedSessions)
    {
        ref readonly LoweredRequest request = ref _table[row];
        foreach (RecordedDependency dependency in recorded.Dependencies)
        {
            int target = _table.Find(dependency.RequestId);
            if (target < 0) throw Fault("which is no request of this trace");
            if (_table[target].Start > request.Start) throw Fault("which starts later");
            int session = request.Session, other = _table[target].Session;
            if (plays.Of(session) != plays.Of(other)) throw Fault("which belongs to another tree of sessions");
            linkedSessions.Add((session, other));
            linkedSessions.Add((other, session));
            Add(row, target, dependency.Trigger, dependency.Relation);

            AgentSimException Fault(string why) =>
                recorded.Place.Error(Errors.TraceDependencyInvalid,
                    $"request {Quote.Of(_table.Id(row))} depends on {Quote.Of(dependency.RequestId)}, {why}");
        }
    }

    // Sorts the edges, drops repeated ones and says where each row's begin. Equal edges have equal delays.
    private int[] Arrange()
    {
        _edges.Sort((a, b) =>
        {
            int order = a.Row.CompareTo(b.Row);
            if (order == 0 && a.Target != b.Target) order = _table.CompareIds(a.Target, b.Target);
            if (order == 0) order = a.Trigger.CompareTo(b.Trigger);
            return order != 0 ? order : a.Relation.CompareTo(b.Relation);
        });
        int kept = 0;
        var offsets = new int[_table.Count + 1];
        for (int i = 0; i < _edges.Count; i++)
        {
            if (i > 0 && _edges[i] == _edges[kept - 1]) continue;
            _edges[kept++] = _edges[i];
            offsets[_edges[i].Row + 1]++;
        }

        _edges.RemoveRange(kept, _edges.Count - kept);
        for (int row = 0; row < _table.Count; row++) offsets[row + 1] += offsets[row];
        return offsets;
    }
}
