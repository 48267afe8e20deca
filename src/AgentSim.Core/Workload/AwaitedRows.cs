using AgentSim.Collections;

namespace AgentSim.Workload;

/// <summary>
/// The dependency edges of agentic rows: which rows each row waits for. Mostly these are rows before it, whose numbers are known
/// at once; only the ids of rows that come later are kept until all rows are read.
/// </summary>
internal sealed class AwaitedRows
{
    private readonly List<(int Row, int At, string Id)> _later = [];
    private Column<int> _start;
    private Column<int> _rows;

    /// <summary>Adds what the next row waits for.</summary>
    /// <param name="waitFor">Ids of other rows.</param>
    /// <param name="ids">All ids so far, its own among them.</param>
    public void Add(IReadOnlyList<string> waitFor, RowIds ids)
    {
        int row = _start.Count;
        _start.Add(_rows.Count);
        for (int i = 0; i < waitFor.Count; i++)
        {
            int target = ids.Names.Find(waitFor[i]);
            if (target < 0 || target == row) _later.Add((row, _rows.Count, waitFor[i]));
            _rows.Add(target);
        }
    }

    /// <summary>The rows that every row waits for.</summary>
    /// <exception cref="AgentSimException">There is none of an id, or rows wait for themselves.</exception>
    public Dependencies Build(RowIds ids)
    {
        foreach ((int row, int at, string id) in _later) _rows[at] = ids.Find(row, id);
        _start.Add(_rows.Count);
        var dependencies = new Dependencies(_start.ToArray(), _rows.ToArray());
        ids.CheckAcyclic(dependencies);
        return dependencies;
    }
}
