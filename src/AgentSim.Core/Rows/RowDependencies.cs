using System.Globalization;

namespace AgentSim.Rows;

/// <summary>
/// Whether the requests that agentic rows wait for are among the rows. Rows are added one by one, in any order, and not kept.
/// </summary>
public sealed class RowDependencies
{
    private const int NamedAtMost = 5;

    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _waiting = new(StringComparer.Ordinal);   // missing so far -> who waits for it

    /// <summary>Adds a row. Rows that are not agentic wait for nothing.</summary>
    /// <exception cref="AgentSimException">Another row has the same id.</exception>
    public void Add(MooncakeRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (row.RequestId is not { } id || !row.IsAgentic) return;
        if (!_ids.Add(id)) throw Errors.RowInvalid.Error($"request_id {Quote.Of(id)} appears twice; ids must be unique");
        _waiting.Remove(id);
        foreach (string source in Sources(row))
        {
            if (_ids.Contains(source)) continue;
            if (!_waiting.TryGetValue(source, out List<string>? waiting)) _waiting.Add(source, waiting = []);
            waiting.Add(id);
        }
    }

    /// <summary>Checks, after the last row, that nothing is missing.</summary>
    /// <exception cref="AgentSimException">Something is; the error names the first few requests that wait for it.</exception>
    public void Check()
    {
        if (_waiting.Count == 0) return;
        string[] waits = [.. _waiting.SelectMany(entry => entry.Value.Select(id => $"{Quote.Of(id)} waits for {Quote.Of(entry.Key)}"))];
        string more = waits.Length > NamedAtMost ? string.Create(CultureInfo.InvariantCulture,
            $" and {waits.Length - NamedAtMost:N0} more") : "";
        throw Errors.DependencyUnknown.Error(
            $"rows wait for requests that are not among the rows: {string.Join(", ", waits.Take(NamedAtMost))}{more}; keep those " +
                $"requests, or drop the dependencies ({Setting.DropDependencies})");
    }

    /// <summary>
    /// Rows without what is missing. A row of version 1 that then waits for nothing loses its delay, too, and starts at its
    /// timestamp; one that still waits for others keeps its delay after the last of them.
    /// </summary>
    /// <param name="rows">The rows, all of them; they are not changed.</param>
    /// <returns>The rows in the same order: those that lose something as copies, the others themselves.</returns>
    public static IEnumerable<MooncakeRow> Drop(IReadOnlyList<MooncakeRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        HashSet<string> ids = new(rows.Select(row => row.RequestId).OfType<string>(), StringComparer.Ordinal);
        return rows.Select(row => Without(row, ids));
    }

    private static MooncakeRow Without(MooncakeRow row, HashSet<string> ids)
    {
        if (!row.IsAgentic || (Sources(row).All(ids.Contains) && row.Branches.All(ids.Contains))) return row;
        MooncakeRow copy = row.Copy();
        copy.WaitFor = [.. row.WaitFor.Where(ids.Contains)];
        copy.Branches = [.. row.Branches.Where(ids.Contains)];
        copy.Dependencies = [.. row.Dependencies.Where(dependency => ids.Contains(dependency.RequestId))];
        if (row.WaitFor.Count > 0 && copy.WaitFor.Count == 0) (copy.Delay, copy.ToolWaitMs) = (null, null);
        return copy;
    }

    private static IEnumerable<string> Sources(MooncakeRow row) =>
        row.WaitFor.Concat(row.Dependencies.Select(dependency => dependency.RequestId));
}
