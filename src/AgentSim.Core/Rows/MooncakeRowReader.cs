using System.Text.Json;
using AgentSim.Collections;
using AgentSim.Files;

namespace AgentSim.Rows;

/// <summary>
/// Reads the rows of a <c>mooncake</c>, <c>mooncake-delta</c> or <c>agentic_mooncake</c> file, plain or gzipped, one at a
/// time, with the checks that need only the row (behaviour 01#6.2 to 01#6.4). Rows are returned as they stand in the
/// file: lengths are not clamped and defaults not filled in. Agentic files of both versions are recognised (12.1).
/// </summary>
public static class MooncakeRowReader
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">One of the three formats; the agentic fields are read only for <see
    /// cref="TraceFormat.AgenticMooncake"/>.</param>
    /// <param name="traceBlockSize">Tokens per hash id, at least 1; a file with a header has its own.</param>
    /// <param name="onBadRow">
    /// Told of each malformed row, which is then passed over; null: the first ends the reading, as does a first line that
    /// seems to be of another format.
    /// </param>
    /// <param name="onWarning">Told, at the end, of rows that lose what they wait for in this format or have other units.</param>
    /// <param name="progress">Told the bytes read so far, as they lie on disk.</param>
    /// <param name="torn">Told that the file's end is missing; null: such a file is refused.</param>
    /// <param name="cancel">Ends the reading.</param>
    /// <returns>The rows with their lines, read while they are enumerated.</returns>
    /// <exception cref="AgentSimException">The file cannot be read or a row is malformed.</exception>
    public static IEnumerable<AtLine<MooncakeRow>> Read(
        string path, TraceFormat format, int traceBlockSize, Action<AgentSimException>? onBadRow = null,
            Action<RunWarning>? onWarning = null,
        IProgress<long>? progress = null, TornEnds? torn = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(traceBlockSize);
        if (format is not (TraceFormat.Mooncake or TraceFormat.MooncakeDelta or TraceFormat.AgenticMooncake))
            throw new ArgumentOutOfRangeException(nameof(format));
        return Rows(path, format, false, traceBlockSize, insists: false, onBadRow, onWarning, progress, torn, cancel);
    }

    /// <summary>
    /// The same for one who keeps no row: the hash ids of a row are overwritten by those of the next. A block size that is
    /// given has to be that of a header; null: 512, or what the header says.
    /// </summary>
    internal static IEnumerable<AtLine<MooncakeRow>> ReadPassing(
        string path, TraceFormat format, int? traceBlockSize, Action<RunWarning>? onWarning, IProgress<long>? progress,
            TornEnds? torn, CancellationToken cancel) =>
        RowBatch.IsWorthThreads(path)
            ? RowBatch.Rows(path, format, traceBlockSize, onWarning, progress, torn, cancel)
            : Rows(path, format, true, traceBlockSize ?? MooncakeRow.DefaultTraceBlockSize, traceBlockSize is not null, null, onWarning,
                progress, torn, cancel);

    /// <summary>Reads a file in one thread, line by line: the definition.</summary>
    internal static IEnumerable<AtLine<MooncakeRow>> Rows(
        string path, TraceFormat format, bool reusesIds, int traceBlockSize, bool insists, Action<AgentSimException>? onBadRow,
        Action<RunWarning>? onWarning, IProgress<long>? progress, TornEnds? torn, CancellationToken cancel)
    {
        bool isAgentic = format == TraceFormat.AgenticMooncake;
        var parser = new RowParser(isAgentic ? RowFields.Agentic : RowFields.Plain, reusesIds);
        var remarks = new RowRemarks(path);
        using var lines = new LineReader(path, new ByteProgress(progress).Add, torn, cancel: cancel);
        bool isFirst = true, gave = false;
        while (lines.Read())
        {
            if (isFirst && isAgentic && AgenticHeader.IsHeader(lines.Line))
            {
                traceBlockSize = BlockSize(lines, path, insists ? traceBlockSize : null);
                parser = new RowParser(RowFields.Play, reusesIds);
                (isFirst, gave) = (false, true);   // the right kind of file, also without rows
                continue;
            }

            MooncakeRow? row = Parse(parser, lines, path, format, traceBlockSize, isFirst, onBadRow);
            (isFirst, gave) = (false, true);
            if (row is null) continue;
            remarks.Add(parser, lines.LineNumber);
            // Whoever keeps rows may change them.
            if (!reusesIds) (row.Origin, row.Unedited) = (new RowOrigin(path, lines.LineNumber), ContentHash.Of(row));
            yield return new AtLine<MooncakeRow>(row, lines.LineNumber);
        }

        if (onWarning is not null) remarks.Tell(onWarning);
        if (gave) yield break;
        AgentSimException empty = Empty(path, format);
        if (onBadRow is null) throw empty;
        onBadRow(empty);
    }

    /// <summary>The fault of a file without rows.</summary>
    internal static AgentSimException Empty(string path, TraceFormat format) =>
        FormatAdvice.Add(Errors.TraceEmpty.At(path, 0, "there are no rows to replay"), path, format);

    /// <summary>The fault of a file whose header contradicts the block size that was asked for.</summary>
    public static AgentSimException OtherBlockSize(string path, long line, int size, int given) =>
        Errors.TraceBlockSizeMismatch.At(path, line,
        $"the rows were made with blocks of {size} tokens, as their file says, but the trace block size given is {given}; leave it out");

    /// <summary>The block size that the current line, a header, says.</summary>
    /// <exception cref="AgentSimException">The header is malformed, or says another one than the given.</exception>
    internal static int BlockSize(LineReader lines, string path, int? given)
    {
        try
        {
            int size = AgenticHeader.ParseBlockSize(lines.Line);
            return given is null || given == size ? size : throw OtherBlockSize(path, lines.LineNumber, size, given.Value);
        }
        catch (JsonException error)
        {
            throw Errors.HeaderInvalid.At(path, lines.LineNumber, error.Message, error);
        }
    }

    // A row of lengths alone has hardly a name that rows of others have not.
    private static void CheckKind(ReadOnlySpan<byte> line, TraceFormat format)
    {
        if (FormatAdvice.IsForeign(line, format)) throw new JsonException("'hash_ids' is missing");
    }

    /// <summary>The row in the current line; null if it is malformed and somebody is told.</summary>
    internal static MooncakeRow? Parse(
        RowParser parser, LineReader lines, string path, TraceFormat format, int traceBlockSize, bool isFirst,
            Action<AgentSimException>? onBadRow)
    {
        AgentSimException fault;
        try
        {
            MooncakeRow row = parser.Parse(lines.Line);
            row.TraceBlockSize = traceBlockSize;
            MooncakeRowRules.Check(row, traceBlockSize, path, lines.LineNumber);
            if (row.HashIds is null) CheckKind(lines.Line, format);
            return row;
        }
        catch (JsonException error)
        {
            fault = Errors.RowInvalid.At(path, lines.LineNumber, error.Message, error);
        }
        catch (AgentSimException error)
        {
            fault = error;
        }

        fault = FormatAdvice.Add(fault, lines.Line, format);
        // A file of another format is one fault, not one in every line.
        if (onBadRow is null || (isFirst && FormatAdvice.IsForeignFile(path, lines.Line, format))) throw fault;
        onBadRow(fault);
        return null;
    }
}
