using System.Runtime.ExceptionServices;
using AgentSim.Collections;
using AgentSim.Files;
using AgentSim.Json;

namespace AgentSim.Rows;

/// <summary>
/// The rows of some consecutive lines with their hash ids in one buffer, as they pass from the threads that parse to the one that
/// makes a workload of them. Batches are used again. What a line is read as is said by <see cref="MooncakeRowReader"/>.
/// </summary>
internal sealed class RowBatch
{
    private const long Worth = 512 << 10;   // bytes that take longer to parse than threads to start
    private const int Piece = 128 << 10;    // bytes of the lines of a batch
    private const int TypicalRows = 512;

    private readonly string _path;
    private readonly LineBlock _lines = new();
    private readonly List<AtLine<MooncakeRow>> _rows = new(TypicalRows);
    private ulong[] _hashIds = new ulong[1 << 13];
    private RowRemarks _remarks;
    private long _bytesRead;
    private ExceptionDispatchInfo? _failure;   // of the line behind the rows

    private RowBatch(string path) => (_path, _remarks) = (path, new RowRemarks(path));

    /// <summary>Whether a file is so large that several threads read it faster than one.</summary>
    public static bool IsWorthThreads(string path)
    {
        try
        {
            return Ahead.Threads > 1 && new FileInfo(path) is { Exists: true } file && file.Length >= Worth;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return false;   // whoever opens it says what is wrong
        }
    }

    /// <summary>As <see cref="MooncakeRowReader.ReadPassing"/>, with the rows parsed ahead of the caller by several threads.</summary>
    public static IEnumerable<AtLine<MooncakeRow>> Rows(
        string path, TraceFormat format, int? traceBlockSize, Action<RunWarning>? onWarning, IProgress<long>? progress, TornEnds? torn,
        CancellationToken cancel)
    {
        var file = new RowFile(path, format, traceBlockSize);
        var pool = new Pool<RowBatch>(_ => new RowBatch(path));
        var remarks = new RowRemarks(path);
        bool gave = false;
        foreach (RowBatch batch in Ahead.Map<RowBatch, RowBatch>(Unparsed(file, pool, torn, cancel), () => Parser(file),
            Ahead.Threads, "row parsing", cancel))
        {
            foreach (AtLine<MooncakeRow> row in batch._rows) yield return row;
            batch._failure?.Throw();
            progress?.Report(batch._bytesRead);
            gave |= batch._rows.Count > 0;
            remarks.Add(batch._remarks);
            batch.Clear();
            pool.Take(batch);
        }

        if (onWarning is not null) remarks.Tell(onWarning);
        if (!gave && !file.HasHeader) throw MooncakeRowReader.Empty(path, format);
    }

    private static IEnumerable<RowBatch> Unparsed(RowFile file, Pool<RowBatch> pool, TornEnds? torn, CancellationToken cancel)
    {
        long bytes = 0;
        using var lines = new LineReader(file.Path, count => bytes += count, torn, Piece, cancel);
        bool isFirst = true;
        for (bool hasMore = true; hasMore;)
        {
            RowBatch batch = pool.Give();
            // The last one is empty, but says how much was read.
            hasMore = lines.ReadBlock(batch._lines);
            if (!hasMore) batch._lines.Length = 0;
            batch._bytesRead = bytes;
            if (isFirst && hasMore) isFirst = file.TakeHeader(batch._lines);
            yield return batch;
        }
    }

    private static Func<RowBatch, RowBatch> Parser(RowFile file)
    {
        RowParser? parser = null;
        JsonFields<RowParser, MooncakeRow>? fields = null;
        return batch =>
        {
            if (fields != file.Fields) parser = new RowParser(fields = file.Fields, reusesIds: true);
            batch.Parse(parser!, file);
            return batch;
        };
    }

    private void Parse(RowParser parser, RowFile file)
    {
        parser.Begin(_hashIds);
        try
        {
            using var lines = new LineReader(_path, _lines);
            while (lines.Read())
            {
                MooncakeRow row = MooncakeRowReader.Parse(
                    parser, lines, _path, file.Format, file.TraceBlockSize, isFirst: false, onBadRow: null)!;
                _remarks.Add(parser, lines.LineNumber);
                _rows.Add(new AtLine<MooncakeRow>(row, lines.LineNumber));
            }
        }
        catch (Exception error)
        {
            _failure = ExceptionDispatchInfo.Capture(error);
        }

        _hashIds = parser.Buffer;
    }

    private void Clear()
    {
        _rows.Clear();
        (_remarks, _failure) = (new RowRemarks(_path), null);
    }

    // What the threads know of the file.
    private sealed class RowFile(string path, TraceFormat format, int? given)
    {
        public string Path => path;

        public TraceFormat Format => format;

        public bool HasHeader { get; private set; }

        public int TraceBlockSize { get; private set; } = given ?? MooncakeRow.DefaultTraceBlockSize;

        public JsonFields<RowParser, MooncakeRow> Fields =>
            HasHeader ? RowFields.Play : format == TraceFormat.AgenticMooncake ? RowFields.Agentic : RowFields.Plain;

        // Takes the header off the first lines of the file; true if all of them are blank, so that it may come yet.
        public bool TakeHeader(LineBlock block)
        {
            if (format != TraceFormat.AgenticMooncake) return false;
            using var lines = new LineReader(path, block);
            try
            {
                if (!lines.Read()) return true;
            }
            catch (AgentSimException)
            {
                return false;   // which comes again where the line is parsed
            }

            if (!AgenticHeader.IsHeader(lines.Line)) return false;
            TraceBlockSize = MooncakeRowReader.BlockSize(lines, path, given);
            HasHeader = true;
            int rest = lines.Rest.Length;
            (block.Start, block.Length, block.FirstLine) = (block.Start + block.Length - rest, rest, lines.LineNumber + 1);
            return false;
        }
    }
}
