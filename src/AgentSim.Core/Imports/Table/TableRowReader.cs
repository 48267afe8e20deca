namespace AgentSim.Imports.Table;

/// <summary>Reads rows by their columns. A row that cannot be used is told to the sink, with what is wrong with it.</summary>
internal sealed class TableRowReader(TablePreset? preset, TableColumns columns, ImportSink sink)
{
    private static readonly DropReason Unusable = new("unusable_rows", "rows that cannot be used", IsFault: true);
    private static readonly DropReason Cached = new("answered_by_cache", "answered by a cache instead of the model");
    private static readonly string[] Successes = ["success", "succeeded", "ok", "completed", "200", "0"];

    private readonly List<TableRow> _rows = [];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);   // columns that the user named and some row has
    private long _count;
    private AgentSimException? _last;   // of a row that may turn out to be the last, broken off

    /// <summary>The rows so far.</summary>
    public IReadOnlyList<TableRow> Rows => _rows;

    /// <summary>Takes a row.</summary>
    public void Add(ITableCells cells, SourcePlace place)
    {
        Settle();
        _count++;
        foreach (string column in columns.Given)
        {
            if (!_seen.Contains(column) && (cells.Text(column) is not null || cells.Ids(column) is not null)) _seen.Add(column);
        }

        try
        {
            if (Read(cells, place) is { } row) _rows.Add(row);
        }
        catch (AgentSimException error) when (error.Code == Errors.ImportRowInvalid)
        {
            _last = error;
        }
    }

    /// <summary>Says that the file has ended.</summary>
    /// <exception cref="AgentSimException"><c>ImportColumnUnknown</c>: a column that was named is in no row.</exception>
    public void Finish(string path, bool isLinewise)
    {
        if (_count > 0 && columns.Given.FirstOrDefault(column => !_seen.Contains(column)) is { } missing)
            throw Errors.ImportColumnUnknown.At(path, 1, $"no row has anything in a column {Quote.Of(missing)}; name one that is there");
        // Of one row only, nobody can say that it was cut off.
        if (_last is not null && isLinewise && _rows.Count > 0 && !sink.Options.IsStrict) sink.Drop(DropReason.Truncated, _last);
        else Settle();
        _last = null;
    }

    private void Settle()
    {
        if (_last is null) return;
        sink.Fault(Unusable, _last);
        _last = null;
    }

    private TableRow? Read(ITableCells cells, SourcePlace place)
    {
        if (Text(cells, TableField.Status) is { } status && !Successes.Contains(status, StringComparer.OrdinalIgnoreCase))
        {
            sink.Drop(DropReason.Failed);
            return null;
        }

        if (string.Equals(Text(cells, TableField.CacheHit), "true", StringComparison.OrdinalIgnoreCase))
        {
            sink.Drop(Cached);
            return null;
        }

        long? input = Count(cells, TableField.Input, place), output = Count(cells, TableField.Output, place);
        if (input is null || output is null)
        {
            // A row without counts may be one of a request that failed.
            throw place.Error(Errors.ImportRowInvalid,
                $"the row has no {TableColumns.NameOf(input is null ? TableField.Input : TableField.Output)} tokens " +
                    $"({NamesOf(input is null ? TableField.Input : TableField.Output)})");
        }

        if (input == 0 || (preset?.EmptyIsFailed == true && output == 0))
        {
            sink.Drop(DropReason.Failed);
            return null;
        }

        double? start = Time(cells, TableField.Start, place);
        if (start is null && sink.Options.Start == SessionStart.Keep)
            throw place.Error(Errors.ImportRowInvalid, columns.Has(TableField.Start)
                ? $"the row has no start ({NamesOf(TableField.Start)})"
                : "nothing says when requests start; name the column (start=COLUMN), or let sessions start together or at a rate");
        double? end = Time(cells, TableField.End, place) ?? (start ?? 0) + Duration(cells, TableField.Duration, place);
        double? first = Time(cells, TableField.FirstToken, place) - start ?? Duration(cells, TableField.Ttft, place);
        return new TableRow
        {
            Place = place,
            Id = Text(cells, TableField.Id),
            Session = Text(cells, TableField.Session),
            Parent = Text(cells, TableField.Parent),
            ParentTurn = Text(cells, TableField.ParentTurn),
            StartMs = start ?? 0,
            EndMs = end,
            Input = input.Value,
            Output = output.Value,
            Cached = Count(cells, TableField.Cached, place),
            TtftMs = first > 0 ? first : null,
            Model = Text(cells, TableField.Model),
            Ids = columns.Of(TableField.HashIds).Select(column => cells.Ids(column.Name)).FirstOrDefault(ids => ids is not null),
        };
    }

    private string? Text(ITableCells cells, TableField field) => Cell(cells, field)?.Text;

    private (TableColumn Column, string Text)? Cell(ITableCells cells, TableField field)
    {
        foreach (TableColumn column in columns.Of(field))
        {
            if (cells.Text(column.Name) is { } text && !text.Equals("none", StringComparison.OrdinalIgnoreCase)
                && !text.Equals("null", StringComparison.OrdinalIgnoreCase)
                && !text.Equals("nan", StringComparison.OrdinalIgnoreCase)) return (column, text);
        }

        return null;
    }

    private long? Count(ITableCells cells, TableField field, SourcePlace place) =>
        Cell(cells, field) is not { } cell ? null
        : TableValues.Count(cell.Text) ?? throw Invalid(cell.Column, cell.Text, "no number of tokens", place);

    private double? Time(ITableCells cells, TableField field, SourcePlace place) =>
        Cell(cells, field) is not { } cell ? null
        : TableValues.Time(cell.Text, cell.Column.Unit) ?? throw InvalidTime(cell.Column, cell.Text, field, place);

    private double? Duration(ITableCells cells, TableField field, SourcePlace place) =>
        Cell(cells, field) is not { } cell ? null
        : TableValues.Duration(cell.Text, cell.Column.Unit) ?? throw InvalidTime(cell.Column, cell.Text, field, place);

    private static AgentSimException InvalidTime(TableColumn column, string text, TableField field, SourcePlace place)
    {
        // A number without a unit: every row is like that, so it is a matter of the call.
        if (column.Unit is null && (TableValues.Time(text, TimeUnit.Seconds) is not null
            || TableValues.Duration(text, TimeUnit.Seconds) is not null))
            return place.Error(Errors.ImportUnitMissing,
                $"{Quote.Of(text)} in {column.Name} does not say its unit; name it " +
                    $"({TableColumns.NameOf(field)}={column.Name}:s, :ms, :us or :ns)");
        return Invalid(column, text, "no time (such as 2026-11-30 09:00:00.5, in UTC unless it says otherwise)", place);
    }

    private static AgentSimException Invalid(TableColumn column, string text, string what, SourcePlace place) =>
        place.Error(Errors.ImportRowInvalid, $"{Quote.Of(text)} in {column.Name} is {what}");

    private string NamesOf(TableField field) => string.Join(" or ", columns.Of(field).Select(column => column.Name));
}
