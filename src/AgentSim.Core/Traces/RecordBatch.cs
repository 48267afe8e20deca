using System.Diagnostics;
using System.Runtime.ExceptionServices;
using AgentSim.Collections;
using AgentSim.Files;

namespace AgentSim.Traces;

/// <summary>
/// The records of some consecutive lines with their hashes in one buffer, as they pass from the threads that parse to the one that
/// lowers them. Batches are used again.
/// </summary>
internal sealed class RecordBatch : IDisposable
{
    private const int Piece = 256 << 10;   // bytes of the lines of a batch
    private const int TypicalRecords = 256;
    private const int MostOthers = 16;
    private const int TypicalHashes = 1 << 14;

    private readonly Pool<RecordBatch> _pool;
    private readonly List<TraceRecord> _records = new(TypicalRecords);
    private readonly List<int> _ends = new(TypicalRecords);   // of the hashes of each
    private readonly LineBlock _lines = new();
    private string _path = "";
    private ulong[] _hashes = new ulong[TypicalHashes];
    private int _hashCount;
    private ExceptionDispatchInfo? _failure;   // of the line behind the records

    public RecordBatch(Pool<RecordBatch> pool) => _pool = pool;

    /// <summary>Bytes of the files read when the lines were.</summary>
    public long BytesRead { get; private set; }

    /// <summary>The records; their hashes are lent until the batch is disposed of.</summary>
    public IReadOnlyList<TraceRecord> Records => _records;

    /// <summary>The records of files, parsed ahead of the caller by several threads. What makes reading fail comes behind all records
    /// before it.</summary>
    public static IEnumerable<RecordBatch> Read(IReadOnlyList<string> paths, bool readsDependencies, TornEnds? torn,
        CancellationToken cancel)
    {
        foreach (RecordBatch batch in Ahead.Map(Unparsed(paths, torn, cancel), Parser, Ahead.Threads, "trace parsing", cancel))
        {
            ExceptionDispatchInfo? failure = batch._failure;
            yield return batch;
            failure?.Throw();
        }

        Func<RecordBatch, RecordBatch> Parser()
        {
            TraceRecordParser? parser = null;
            var plain = new PlainTraceParser();
            return batch =>
            {
                if (parser is null || !ReferenceEquals(parser.Path, batch._path))
                    parser = new TraceRecordParser(batch._path, readsDependencies);
                batch.Parse(plain, parser);
                return batch;
            };
        }
    }

    /// <summary>Gives what the batch is made of to a later one.</summary>
    public void Dispose()
    {
        _records.Clear();
        _ends.Clear();
        (_hashCount, _failure) = (0, null);
        _pool.Take(this);
    }

    private static IEnumerable<RecordBatch> Unparsed(IReadOnlyList<string> paths, TornEnds? torn, CancellationToken cancel)
    {
        var bytes = new LastReport();
        var pool = new Pool<RecordBatch>(pool => new RecordBatch(pool));
        foreach (string path in paths)
        {
            using var lines = new LineReader(path, bytes.Add, torn, Piece, cancel);
            for (bool hasMore = true; hasMore;)
            {
                RecordBatch batch = pool.Give();
                // The last one is empty, but says how much was read.
                hasMore = lines.ReadBlock(batch._lines);
                if (!hasMore) batch._lines.Length = 0;
                (batch._path, batch.BytesRead) = (path, bytes.Value);
                yield return batch;
            }
        }
    }

    private void Parse(PlainTraceParser plain, TraceRecordParser parser)
    {
        try
        {
            using var lines = new LineReader(_path, _lines);
            for (int others = 0; ;)
            {
                // Most lines have the usual shape, but for those of files in which none has.
                TraceRecord? record;
                if (others < MostOthers)
                {
                    int length = plain.Parse(lines.Rest, ref _hashes, _hashCount, out record, out int hashes);
                    if (length >= 0 && lines.TryPass(length))
                    {
                        if (record is not null) Add(parser.Checked(record, lines.LineNumber), hashes);
                        others = 0;
                        continue;
                    }

                    others++;
                }

                if (!lines.Read()) break;
                record = parser.Parse(lines.Line, lines.LineNumber);
                if (record is not null) Add(record, record is RequestRecord request ? Append(request.Hashes) : 0);
            }
        }
        catch (Exception error)
        {
            _failure = ExceptionDispatchInfo.Capture(error);
        }

        LendHashes();
    }

    private void Add(TraceRecord record, int hashes)
    {
        _records.Add(record);
        _ends.Add(_hashCount += hashes);
    }

    // Once the buffer does not move any more.
    private void LendHashes()
    {
        Debug.Assert(_ends.Count == _records.Count, "every record has an end of its hashes");
        int start = 0;
        for (int i = 0; i < _records.Count; i++)
        {
            (_records[i] as RequestRecord)?.LendHashes(_hashes.AsMemory(start.._ends[i]));
            start = _ends[i];
        }
    }

    private int Append(ReadOnlySpan<ulong> hashes)
    {
        if (_hashes.Length - _hashCount < hashes.Length)
        {
            Array.Resize(ref _hashes, Math.Max(_hashCount * 2, _hashCount + hashes.Length));
        }

        hashes.CopyTo(_hashes.AsSpan(_hashCount));
        return hashes.Length;
    }

    private sealed class LastReport
    {
        public long Value { get; private set; }

        public void Add(int count) => Value += count;
    }
}
