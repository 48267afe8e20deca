using System.Diagnostics;
using System.Numerics;
using AgentSim.Files;

namespace AgentSim.Capture;

/// <summary>
/// Writes records to trace files on a thread of its own (behaviour 07#A1 and 07#A3). Failures to write never reach
/// the producers: the records are counted as lost, and the first failure is reported.
/// </summary>
/// <example><code>
/// using var sink = TraceFileSink.Open(new TraceSinkOptions { Path = "traces/run" });
/// sink.Publish(record);
/// </code></example>
public sealed class TraceFileSink : IDisposable
{
    private const int FileQueueRecords = 2048;
    private const long QueueBytes = 64 << 20;
    private const int WakeBytes = 64 << 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TraceSinkOptions _options;
    private readonly Action<AgentSimException>? _onProblem;
    private readonly RecordQueue _queue;
    private readonly LossCountingOutput _output;
    private readonly Thread _thread;
    private long _accepted;
    private long _dropped;

    private TraceFileSink(TraceSinkOptions options, Action<AgentSimException>? onProblem, Action<long>? onWritten)
    {
        (_options, _onProblem) = (options, onProblem);
        _queue = new RecordQueue((int)BitOperations.RoundUpToPowerOf2((uint)options.Capacity) + FileQueueRecords, QueueBytes,
            Math.Min(options.BufferBytes / 8, WakeBytes));
        if (options.Format == TraceFileFormat.JsonlGz) SegmentOutput.CheckFolder(options.Path);
        _output = options.Format == TraceFileFormat.Jsonl
            ? new PlainOutput(options, ReportFailure) { OnWritten = onWritten }
            : new SegmentOutput(options, ReportFailure) { OnWritten = onWritten };
        if (_output is PlainOutput { CutOff: > 0 and var bytes })
        {
            onProblem?.Invoke(Errors.CaptureRepaired.At(options.Path, 0,
                $"the last {bytes} bytes were an unfinished line, left by a process that was killed; they were cut off"));
        }

        _thread = new Thread(Work) { IsBackground = true, Name = "trace sink" };
        _thread.Start();
    }

    /// <summary>What was done so far.</summary>
    public TraceSinkCounters Counters
    {
        get
        {
            // In this order no record is counted as written before it is counted as accepted.
            (long written, long lost, IReadOnlyList<TraceSegment> segments) = _output.Counters;
            long dropped = Interlocked.Read(ref _dropped);
            return new TraceSinkCounters
            {
                Accepted = Interlocked.Read(ref _accepted), Written = written, Dropped = dropped, Lost = lost, Segments = segments,
            };
        }
    }

    /// <summary>Opens a sink. Segments are only created when the first record is written.</summary>
    /// <param name="options">Where and how to write.</param>
    /// <param name="onProblem">Told about failures, on any thread; must not block.</param>
    /// <param name="onWritten">Told how many records are in files, on another thread; must not block.</param>
    /// <exception cref="AgentSimException">A setting is invalid, or the path cannot be written to.</exception>
    public static TraceFileSink Open(TraceSinkOptions options, Action<AgentSimException>? onProblem = null, Action<long>? onWritten = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        return Guard(options.Path, () => new TraceFileSink(options, onProblem, onWritten));
    }

    /// <summary>Finds out whether files can be written beside a path.</summary>
    /// <exception cref="AgentSimException">They cannot.</exception>
    internal static void CheckFolder(string path) => Guard(path, () =>
    {
        SegmentOutput.CheckFolder(path);
        return 0;
    });

    private static T Guard<T>(string path, Func<T> open)
    {
        try
        {
            return open();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw Errors.CaptureUnwritable.At(path, 0, $"cannot be written: {WriteFailure.Reason(error)}", error);
        }
    }

    /// <summary>Hands over a record without ever waiting: when writing cannot keep up, the oldest records are dropped.</summary>
    /// <param name="record">One record as JSON, without its envelope and without line ends.</param>
    public void Publish(ReadOnlySpan<byte> record)
    {
        Interlocked.Increment(ref _accepted);
        if (!_queue.Push(record.ToArray(), out int pushedOut)) Interlocked.Increment(ref _dropped);
        Interlocked.Add(ref _dropped, pushedOut);
    }

    /// <summary>Hands over a record, waiting for room while writing cannot keep up, so that nothing is dropped.</summary>
    /// <param name="record">One record as JSON, without its envelope and without line ends.</param>
    /// <param name="cancel">Ends the waiting; the record is not handed over then.</param>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> record, CancellationToken cancel = default)
    {
        Interlocked.Increment(ref _accepted);
        bool added = false;
        try
        {
            added = await _queue.AddAsync(record.ToArray(), cancel).ConfigureAwait(false);
        }
        finally
        {
            if (!added) Interlocked.Increment(ref _dropped);
        }
    }

    /// <summary>Writes everything handed over before, and ends. Later records are dropped.</summary>
    public void Dispose()
    {
        _queue.Close();
        if (!_thread.Join(Patience))
        {
            _onProblem?.Invoke(Errors.CaptureHung.At(_options.Path, 0,
                $"writing did not end within {Patience.TotalSeconds:0} s; the last records may be missing"));
        }
    }

    private void Work()
    {
        try
        {
            // Not before the capture is up: there may be much to look at.
            if (_options.Format == TraceFileFormat.JsonlGz) SegmentRepair.Run(_options.Path, ReportRepair);
            var records = new List<QueuedRecord>();
            var interval = TimeSpan.FromMilliseconds(_options.FlushIntervalMs);
            long flushed = Stopwatch.GetTimestamp();
            while (true)
            {
                TimeSpan left = interval - Stopwatch.GetElapsedTime(flushed);
                bool isOpen = _queue.TakeAll(records, left > TimeSpan.Zero ? left : TimeSpan.Zero);
                foreach (QueuedRecord record in records) _output.Add(record.Json, record.TimestampMs);
                records.Clear();
                if (!isOpen) break;
                if (Stopwatch.GetElapsedTime(flushed) < interval) continue;
                _output.Flush();
                flushed = Stopwatch.GetTimestamp();
            }

            _output.Flush();
        }
        catch (Exception error)
        {
            // Whatever it is, it must not end the process that is being recorded.
            _queue.Close();
            _onProblem?.Invoke(Errors.CaptureEnded.At(_options.Path, 0, $"writing ended: {error.Message}", error));
        }
        finally
        {
            _output.Dispose();
        }
    }

    private void ReportRepair(string segment, long bytes) => _onProblem?.Invoke(Errors.CaptureRepaired.At(segment, 0,
        $"the last {bytes} bytes were a part that is not complete, left by a process that was killed; its whole lines were kept"));

    private void ReportFailure(string path, Exception error) => _onProblem?.Invoke(Errors.CaptureWriteFailed.At(path, 0,
        $"cannot be written: {WriteFailure.Reason(error)}; records that do not fit are counted as lost", error));
}
