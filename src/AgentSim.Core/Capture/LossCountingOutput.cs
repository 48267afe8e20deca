using System.Buffers.Text;
using AgentSim.Files;

namespace AgentSim.Capture;

/// <summary>
/// Collects lines and writes them in batches. Lines of a batch that cannot be written are lost and counted; nothing of them stays.
/// Used by one thread; only the counters may be read from others.
/// </summary>
/// <param name="options">Where and how to write.</param>
/// <param name="onFailure">Told the first failure, and again after a while without any.</param>
internal abstract class LossCountingOutput(TraceSinkOptions options, Action<string, Exception> onFailure) : IDisposable
{
    private const long QuietMs = 60_000;   // on a disk that is nearly full some batches fit and some do not

    private readonly MemoryStream _batch = new();
    private readonly object _gate = new();
    private readonly List<TraceSegment> _segments = [];
    private long _batchLines;
    private long _written;
    private long _lost;
    private long? _failed;   // when a batch was lost last

    /// <summary>Records written, records lost, and the files that hold them, at one moment.</summary>
    public (long Written, long Lost, IReadOnlyList<TraceSegment> Segments) Counters
    {
        get
        {
            lock (_gate) return (_written, _lost, _segments.ToArray());
        }
    }

    /// <summary>Told how many records are in files whenever some have come to it.</summary>
    public Action<long>? OnWritten { get; init; }

    protected TraceSinkOptions Options { get; } = options;

    /// <summary>Adds a record in its envelope; writes when the batch is full.</summary>
    public void Add(ReadOnlySpan<byte> record, long timestampMs)
    {
        Span<byte> number = stackalloc byte[20];
        _ = Utf8Formatter.TryFormat(timestampMs, number, out int digits);
        ReadOnlySpan<byte> start = "{\"timestamp\":"u8, middle = ",\"event\":"u8, end = "}\n"u8;
        BeforeLine(start.Length + digits + middle.Length + record.Length + end.Length);
        _batch.Write(start);
        _batch.Write(number[..digits]);
        _batch.Write(middle);
        _batch.Write(record);
        _batch.Write(end);
        _batchLines++;
        if (_batch.Length >= Options.BufferBytes) Flush();
    }

    /// <summary>Writes the batch.</summary>
    public void Flush()
    {
        if (_batchLines == 0) return;
        Batch batch;
        ReadOnlySpan<byte> lines = _batch.GetBuffer().AsSpan(0, (int)_batch.Length);
        try
        {
            batch = Write(lines);
        }
        catch (Exception error) when (WriteFailure.Is(error))
        {
            batch = new Batch(Target, 0, 0, error);
        }

        long whole = batch.Failure is null ? _batchLines : lines[..batch.Kept].Count((byte)'\n');
        lock (_gate)
        {
            if (whole > 0)
            {
                _written += whole;
                OnWritten?.Invoke(_written);
                if (_segments.Count == 0 || _segments[^1].Path != batch.Path) _segments.Add(new TraceSegment(batch.Path, 0, 0));
                _segments[^1] = new TraceSegment(batch.Path, _segments[^1].Rows + whole, batch.Bytes);
            }

            _lost += _batchLines - whole;
        }

        if (batch.Failure is { } failure)
        {
            long now = Environment.TickCount64;
            if (_failed is null || now - _failed > QuietMs) onFailure(Target, failure);
            _failed = now;
        }

        _batch.SetLength(0);
        _batchLines = 0;
    }

    public abstract void Dispose();

    /// <summary>The file written to next.</summary>
    protected abstract string Target { get; }

    /// <summary>Called before a line of this length is added.</summary>
    protected virtual void BeforeLine(int length)
    {
    }

    /// <summary>Writes lines: all of them, or as many whole ones from the first on as there is room for.</summary>
    protected abstract Batch Write(ReadOnlySpan<byte> lines);

    /// <summary>What became of a batch.</summary>
    /// <param name="Path">The file.</param>
    /// <param name="Bytes">Its size now.</param>
    /// <param name="Kept">Bytes of the batch that are in it, which end with a line.</param>
    /// <param name="Failure">Why the others are not; null: all are.</param>
    protected readonly record struct Batch(string Path, long Bytes, int Kept, Exception? Failure = null);
}
