using AgentSim.Files;
using AgentSim.Rows;

namespace AgentSim.Traces;

/// <summary>
/// Reads Dynamo request traces, plain or gzipped, one record at a time (behaviour 01#2). Rows that a replay does
/// not need (payloads, tool starts, foreign objects) are passed over; a malformed record ends the reading, unless the
/// caller asks to be told instead.
/// What only all records together can show – ids that come twice, contradicting sessions – is checked when they become rows.
/// </summary>
public static class RequestTraceReader
{
    /// <summary>Reads files as one stream of records, in the order given, without explicit edges.</summary>
    /// <param name="paths">The files; see <see cref="InputFiles.Expand"/> for folders and wildcards.</param>
    /// <param name="progress">Told the bytes read so far over all files, as they lie on disk.</param>
    /// <param name="cancel">Ends the reading.</param>
    /// <returns>The records, read while they are enumerated.</returns>
    /// <exception cref="AgentSimException">A file cannot be read or a record is malformed.</exception>
    public static IEnumerable<TraceRecord> Read(IEnumerable<string> paths, IProgress<long>? progress = null,
        CancellationToken cancel = default) =>
        Read(paths, readsDependencies: false, onBadRow: null, progress, torn: null, cancel);

    /// <summary>Reads files as one stream of records, in the order given.</summary>
    /// <param name="paths">The files; see <see cref="InputFiles.Expand"/> for folders and wildcards.</param>
    /// <param name="readsDependencies">
    /// Whether to read <see cref="RequestRecord.Dependencies"/>, which only rows of version 2 need; otherwise they are
    /// passed over like any unknown key, as older releases do.
    /// </param>
    /// <param name="onBadRow">
    /// Told of each malformed record, which is then passed over; null: the first ends the reading, as does a first
    /// line that seems to be of another format.
    /// </param>
    /// <param name="progress">Told the bytes read so far over all files, as they lie on disk.</param>
    /// <param name="torn">Told of files whose end is missing; null: such a file is refused.</param>
    /// <param name="cancel">Ends the reading.</param>
    /// <returns>The records, read while they are enumerated.</returns>
    /// <exception cref="AgentSimException">A file cannot be read or a record is malformed.</exception>
    public static IEnumerable<TraceRecord> Read(
        IEnumerable<string> paths, bool readsDependencies, Action<AgentSimException>? onBadRow = null, IProgress<long>? progress = null,
        TornEnds? torn = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return Records(paths, readsDependencies, onBadRow, progress, torn, cancel);
    }

    /// <summary>Parses files; the hashes of a request are lent until the next record. A file that holds something else is a
    /// fault.</summary>
    internal static IEnumerable<TraceRecord> Parse(
        IEnumerable<string> paths, bool readsDependencies, Action<AgentSimException>? onBadRow, IProgress<long>? progress,
            TornEnds? torn, CancellationToken cancel)
    {
        var bytes = new ByteProgress(progress);
        foreach (string path in paths)
        {
            bool gave = false;
            Action<AgentSimException>? tell = onBadRow is null ? null : error =>
            {
                gave = true;
                onBadRow(error);
            };
            foreach (TraceRecord record in ParseShards([path], readsDependencies, tell, bytes, torn, cancel))
            {
                gave = true;
                yield return record;
            }

            if (gave || Emptiness(path) is not { } fault) continue;
            if (onBadRow is null) throw fault;
            onBadRow(fault);
        }
    }

    /// <summary>The same for shards of one trace, of which one may be empty.</summary>
    internal static IEnumerable<TraceRecord> ParseShards(
        IEnumerable<string> paths, bool readsDependencies, Action<AgentSimException>? onBadRow, IProgress<long>? progress,
            TornEnds? torn, CancellationToken cancel) =>
        ParseShards(paths, readsDependencies, onBadRow, new ByteProgress(progress), torn, cancel);

    private static IEnumerable<TraceRecord> ParseShards(
        IEnumerable<string> paths, bool readsDependencies, Action<AgentSimException>? onBadRow, ByteProgress bytes,
            TornEnds? torn, CancellationToken cancel)
    {
        foreach (string path in paths)
        {
            var parser = new TraceRecordParser(path, readsDependencies);
            using var lines = new LineReader(path, bytes.Add, torn, cancel: cancel);
            bool isFirst = true;
            while (lines.Read())
            {
                if (Parse(parser, lines, isFirst, onBadRow) is { } record) yield return record;
                isFirst = false;
            }
        }
    }

    // Null for a trace that has nothing but what a replay does not need.
    private static AgentSimException? Emptiness(string path)
    {
        AgentSimException fault = Errors.TraceEmpty.At(path, 0, "there is no record of a request trace");
        return FormatAdvice.IsOf(path, TraceFormat.Dynamo) ? null : FormatAdvice.Add(fault, path, TraceFormat.Dynamo);
    }

    // A file of another format is one fault, not one in every line.
    private static TraceRecord? Parse(TraceRecordParser parser, LineReader lines, bool isFirst, Action<AgentSimException>? onBadRow)
    {
        try
        {
            return parser.Parse(lines.Line, lines.LineNumber);
        }
        catch (AgentSimException error) when (onBadRow is not null
            && !(isFirst && FormatAdvice.IsForeignFile(parser.Path, lines.Line, TraceFormat.Dynamo)))
        {
            onBadRow(error);
            return null;
        }
    }

    private static IEnumerable<TraceRecord> Records(
        IEnumerable<string> paths, bool readsDependencies, Action<AgentSimException>? onBadRow, IProgress<long>? progress,
            TornEnds? torn, CancellationToken cancel)
    {
        foreach (TraceRecord record in Parse(paths, readsDependencies, onBadRow, progress, torn, cancel))
        {
            (record as RequestRecord)?.KeepHashes();
            record.MarkRead();
            yield return record;
        }
    }
}
