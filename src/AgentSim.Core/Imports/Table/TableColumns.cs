namespace AgentSim.Imports.Table;

/// <summary>Which columns hold what, and in which unit their times are.</summary>
internal sealed class TableColumns
{
    // What the user calls the fields, each first by the name that messages use.
    private static readonly (TableField Field, string[] Names)[] Words =
    [
        (TableField.Start, ["start", "timestamp"]), (TableField.End, ["end"]), (TableField.Duration, ["duration"]),
        (TableField.Input, ["input", "input_tokens", "input_length"]), (TableField.Output, ["output", "output_tokens", "output_length"]),
        (TableField.Cached, ["cached", "cached_tokens"]), (TableField.Session, ["session", "session_id"]),
            (TableField.Parent, ["parent", "parent_session_id"]),
        (TableField.Id, ["id", "request_id"]), (TableField.Model, ["model"]), (TableField.FirstToken, ["first_token"]),
            (TableField.Ttft, ["ttft"]),
        (TableField.HashIds, ["hash_ids"]), (TableField.Status, ["status"]),
    ];

    private readonly Dictionary<TableField, TableColumn[]> _columns = [];
    private readonly List<string> _given = [];

    /// <summary>The columns of a preset, with those the user names in their place.</summary>
    /// <param name="path">The table.</param>
    /// <param name="preset">The preset; null: only what the user names.</param>
    /// <param name="given">Columns by field, as the import takes them: <c>COLUMN</c>, or <c>COLUMN:UNIT</c> for times that are
    /// numbers.</param>
    /// <exception cref="AgentSimException">A field does not exist, or the fields that every row needs are missing.</exception>
    public TableColumns(string path, TablePreset? preset, IReadOnlyDictionary<string, string> given)
    {
        foreach ((TableField field, string[] names) in preset?.Columns ?? [])
            _columns[field] = [.. names.Select(name => new TableColumn(name, preset!.Unit))];
        foreach ((string word, string column) in given)
        {
            if (Array.Find(Words, entry => entry.Names.Contains(word, StringComparer.OrdinalIgnoreCase)) is not { Names: not null } found)
                throw Errors.ImportColumnUnknown.Usage(
                    $"a table has no field {Quote.Of(word)}; there are {string.Join(", ", Words.Select(entry => entry.Names[0]))}");
            _columns[found.Field] = [TableColumn.Parse(column)];
            _given.Add(_columns[found.Field][0].Name);
        }

        foreach (TableField needed in (ReadOnlySpan<TableField>)[TableField.Input, TableField.Output])
        {
            if (!_columns.ContainsKey(needed))
                throw Errors.ImportColumnMissing.At(path, 0,
                    $"nothing says which column holds the {NameOf(needed)} tokens; name it ({NameOf(needed)}=COLUMN)");
        }
    }

    /// <summary>What the user calls a field.</summary>
    public static string NameOf(TableField field) => Array.Find(Words, entry => entry.Field == field).Names?[0] ?? field.ToString();

    /// <summary>The columns that the user named.</summary>
    public IReadOnlyList<string> Given => _given;

    /// <summary>Whether a field has a column.</summary>
    public bool Has(TableField field) => _columns.ContainsKey(field);

    /// <summary>The columns a field may be in, the first that a table has counts.</summary>
    public IReadOnlyList<TableColumn> Of(TableField field) => _columns.GetValueOrDefault(field) ?? [];
}

/// <summary>A column.</summary>
/// <param name="Name">Its name; for JSON a path with points.</param>
/// <param name="Unit">The unit of its times where they are numbers; null: only what the numbers themselves can tell.</param>
internal readonly record struct TableColumn(string Name, TimeUnit? Unit)
{
    /// <summary>Reads <c>NAME</c> or <c>NAME:UNIT</c>.</summary>
    public static TableColumn Parse(string text)
    {
        int colon = text.LastIndexOf(':');
        TimeUnit? unit = colon <= 0 ? null : text[(colon + 1)..] switch
        {
            "s" => TimeUnit.Seconds, "ms" => TimeUnit.Milliseconds, "us" => TimeUnit.Microseconds, "ns" => TimeUnit.Nanoseconds, _ => null,
        };
        return unit is null ? new TableColumn(text, UnitOf(text)) : new TableColumn(text[..colon], unit);
    }

    // Names that say it.
    private static TimeUnit? UnitOf(string name) =>
        name.EndsWith("_ms", StringComparison.OrdinalIgnoreCase) || name.EndsWith("Ms", StringComparison.Ordinal) ? TimeUnit.Milliseconds
        : name.EndsWith("_us", StringComparison.OrdinalIgnoreCase) ? TimeUnit.Microseconds
        : name.EndsWith("_ns", StringComparison.OrdinalIgnoreCase) ? TimeUnit.Nanoseconds
        : name.EndsWith("_s", StringComparison.OrdinalIgnoreCase) || name.EndsWith("_seconds", StringComparison.OrdinalIgnoreCase)
        ? TimeUnit.Seconds
        : null;
}

/// <summary>Units of times that are written as numbers; the values are their milliseconds times a million.</summary>
internal enum TimeUnit : long
{
    Nanoseconds = 1,
    Microseconds = 1_000,
    Milliseconds = 1_000_000,
    Seconds = 1_000_000_000,
}
