using AgentSim.Rows;

namespace AgentSim.Workload;

/// <summary>The ids of agentic rows, unique among them, and where the rows come from.</summary>
internal sealed class RowIds
{
    private readonly Dictionary<string, int> _rowOf = new(StringComparer.Ordinal);
    private readonly List<string> _ids = [];
    private readonly List<RowPlace> _places = [];

    public int Count => _ids.Count;

    public string this[int row] => _ids[row];

    public RowPlace Place(int row) => _places[row];

    public string[] ToArray() => [.. _ids];

    /// <exception cref="AgentSimException">The id came before.</exception>
    public void Add(string id, RowPlace place)
    {
        if (!_rowOf.TryAdd(id, Count)) throw place.Invalid($"request_id '{id}' appears twice; ids must be unique");
        _ids.Add(id);
        _places.Add(place);
    }

    /// <summary>The row that a row waits for.</summary>
    /// <exception cref="AgentSimException">There is none of that id, or it is the row itself.</exception>
    public int Find(int row, string id)
    {
        if (!_rowOf.TryGetValue(id, out int target))
            throw _places[row].Error("DependencyUnknown", $"request '{_ids[row]}' waits for '{id}', which is no request of this workload; keep the rows it depends on");
        if (target == row) throw _places[row].Error("DependencyCycle", $"request '{id}' waits for itself");
        return target;
    }

    /// <exception cref="AgentSimException">Rows wait for each other in a circle.</exception>
    public void CheckAcyclic(Dependencies dependencies)
    {
        int row = dependencies.FindCycle();
        if (row >= 0) throw _places[row].Error("DependencyCycle", $"request '{_ids[row]}' waits, through others, for itself; remove one of the dependencies");
    }
}
