namespace AgentSim.Imports.Table;

/// <summary>Conversations of rows that name the turn they go on from: all that come from one first turn are one.</summary>
internal static class TableChats
{
    /// <summary>The name of each row's conversation.</summary>
    /// <param name="rows">The rows of a file.</param>
    /// <param name="file">What the file is called; files number their turns alike.</param>
    public static Dictionary<TableRow, string> Roots(IReadOnlyList<TableRow> rows, string file)
    {
        var byId = new Dictionary<string, TableRow>(StringComparer.Ordinal);
        foreach (TableRow row in rows)
        {
            if (row.Id is { } id) byId.TryAdd(id, row);
        }

        var names = new Dictionary<TableRow, string>();
        foreach (TableRow row in rows)
        {
            TableRow root = row;
            var seen = new HashSet<TableRow> { row };
            while (root.ParentTurn is { } parent && byId.TryGetValue(parent, out TableRow? before) && seen.Add(before)) root = before;
            names[row] = $"{file}/{root.Id ?? FormattableString.Invariant($"line{root.Place.Line}")}";
        }

        return names;
    }
}
