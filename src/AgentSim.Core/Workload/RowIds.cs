using AgentSim.Collections;
using AgentSim.Rows;

namespace AgentSim.Workload;

/// <summary>The ids of agentic rows, unique among them, and where the rows come from.</summary>
internal sealed class RowIds
{
    private Column<long> _lines;
    private readonly List<(int FirstRow, string Source)> _sources = [];   // one, unless rows come from several files

    public int Count => Names.Count;

    /// <summary>The ids by row.</summary>
    public NameTable Names { get; } = new();

    public string this[int row] => Names[row];

    public RowPlace Place(int row) => new(_sources.FindLast(source => source.FirstRow <= row).Source ?? "", _lines[row]);

    /// <exception cref="AgentSimException">The id came before.</exception>
    public void Add(string id, RowPlace place)
    {
        Names.GetOrAdd(id, out bool isNew);
        if (!isNew) throw place.Invalid($"request_id {Quote.Of(id)} appears twice; ids must be unique");
        if (_sources.Count == 0 || _sources[^1].Source != place.Shown.Path) _sources.Add((Count - 1, place.Shown.Path));
        _lines.Add(place.Shown.Line);
    }

    /// <summary>The row that a row waits for, once all rows are known.</summary>
    /// <exception cref="AgentSimException">There is none of that id, or it is the row itself.</exception>
    public int Find(int row, string id)
    {
        int target = Names.Find(id);
        if (target < 0)
            throw Place(row).Error(Errors.DependencyUnknown,
                $"request {Quote.Of(this[row])} waits for {Quote.Of(id)}, which is no request of this workload; keep " +
                    $"the rows it depends on, or drop the dependencies ({Setting.DropDependencies})");
        if (target == row) throw Place(row).Error(Errors.DependencyCycle, $"request {Quote.Of(id)} waits for itself");
        return target;
    }

    /// <exception cref="AgentSimException">Rows wait for each other in a circle.</exception>
    public void CheckAcyclic(Dependencies dependencies)
    {
        int row = dependencies.FindCycle();
        if (row >= 0) throw Place(row).Error(Errors.DependencyCycle,
            $"request {Quote.Of(this[row])} waits, through others, for itself; remove one of the dependencies");
    }
}
