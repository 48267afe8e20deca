namespace AgentSim.Rows;

/// <summary>
/// Writes a file of rows of one dialect, whichever the first row is in, that has everything its rows wait for. Rows are
/// written as they come; those of version 2, whose digest comes first, and those that may lose a dependency are kept until
/// the end.
/// </summary>
/// <param name="stream">Where to; it stays open.</param>
/// <param name="version">Version of agentic rows that the file has to have; null: any dialect.</param>
/// <param name="missing">What to do about rows that wait for rows that are not among them.</param>
public sealed class MooncakeFileWriter(Stream stream, int? version = null, MissingDependency missing = MissingDependency.Error)
{
    private readonly MooncakeRowWriter _writer = new(stream);
    private readonly RowDependencies _dependencies = new();
    private readonly List<MooncakeRow> _kept = [];
    private MooncakeRow? _first;

    /// <summary>Adds a row.</summary>
    /// <exception cref="AgentSimException">The row cannot be written, or is of another dialect than the first one or
    /// <c>version</c>.</exception>
    public void Add(MooncakeRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (version is { } wanted && row.AgenticVersion != wanted)
        {
            throw Errors.RowVersionMismatch.Error(
                $"{Name(row)} is {Dialect(row)}, not an agentic row of version {wanted}; convert the trace to that version");
        }

        _first ??= row;
        if (row.AgenticVersion != _first.AgenticVersion)
            throw Errors.RowsMixed.Error(
                $"{Name(row)} is {Dialect(row)}, but the first is {Dialect(_first)}; write them to separate files");
        if (row.AgenticVersion == 2 && row.TraceBlockSize != _first.TraceBlockSize)
        {
            throw Errors.TraceBlockSizeMismatch.Error(
                $"{Name(row)} has blocks of {row.TraceBlockSize} tokens, but the first row of {_first.TraceBlockSize}; write " +
                    "them to separate files");
        }

        _dependencies.Add(row);
        if (row.IsAgentic && (row.AgenticVersion == 2 || missing == MissingDependency.Drop)) _kept.Add(row);
        else _writer.Write(row);
    }

    /// <summary>Writes what was kept and passes everything on to the stream.</summary>
    /// <exception cref="AgentSimException">Rows wait for rows that are not among them, or cannot be written.</exception>
    public void Finish(CancellationToken cancel = default)
    {
        if (missing == MissingDependency.Error) _dependencies.Check();
        IEnumerable<MooncakeRow> rows = missing == MissingDependency.Drop ? RowDependencies.Drop(_kept) : _kept;
        if (_first?.AgenticVersion == 2)
        {
            int blockSize = _first.TraceBlockSize > 0 ? _first.TraceBlockSize : MooncakeRow.DefaultTraceBlockSize;
            AgenticFileWriter.Write(stream, rows, blockSize, AgenticHeader.RequestTraceSource, cancel);
            return;
        }

        foreach (MooncakeRow row in rows)
        {
            cancel.ThrowIfCancellationRequested();
            _writer.Write(row);
        }

        _writer.Flush();
    }

    private static string Name(MooncakeRow row) => row.RequestId is { } id ? $"request {Quote.Of(id)}" : "a row";

    private static string Dialect(MooncakeRow row) => row.IsAgentic ? $"an agentic row of version {row.AgenticVersion}" : "a plain row";
}
