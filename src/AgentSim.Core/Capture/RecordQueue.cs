using System.Diagnostics;

namespace AgentSim.Capture;

/// <summary>A record in a <see cref="RecordQueue"/>.</summary>
/// <param name="Json">The record.</param>
/// <param name="TimestampMs">When it came, in milliseconds since the queue was made.</param>
internal readonly record struct QueuedRecord(byte[] Json, long TimestampMs);

/// <summary>
/// Records on their way to a file: bounded by number and bytes, many producers, one consumer. A producer either waits
/// for room or pushes out the oldest records. The consumer is not woken for every record, which would cost more than all
/// else, but when some have come together or its time is over.
/// </summary>
/// <param name="maxRecords">Records that fit.</param>
/// <param name="maxBytes">Bytes that fit; a single record may be longer.</param>
/// <param name="wakeBytes">Bytes for which the consumer is woken.</param>
internal sealed class RecordQueue(int maxRecords, long maxBytes, long wakeBytes)
{
    private readonly object _gate = new();
    private readonly Queue<QueuedRecord> _records = new();
    private readonly long _opened = Stopwatch.GetTimestamp();
    private long _bytes;
    private bool _closed;
    private TaskCompletionSource? _room;   // what waiting producers wait for

    /// <summary>Adds a record when there is room.</summary>
    /// <returns>False if the queue is closed: the record was not added.</returns>
    public async ValueTask<bool> AddAsync(byte[] record, CancellationToken cancel)
    {
        while (true)
        {
            Task room;
            lock (_gate)
            {
                if (_closed) return false;
                if (HasRoom(record))
                {
                    Add(record);
                    return true;
                }

                _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                room = _room.Task;
            }

            await room.WaitAsync(cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Adds a record at once.</summary>
    /// <param name="record">The record.</param>
    /// <param name="pushedOut">How many of the oldest it pushed out.</param>
    /// <returns>False if the queue is closed: the record was not added.</returns>
    public bool Push(byte[] record, out int pushedOut)
    {
        pushedOut = 0;
        lock (_gate)
        {
            if (_closed) return false;
            while (!HasRoom(record))
            {
                _bytes -= _records.Dequeue().Json.Length;
                pushedOut++;
            }

            Add(record);
            return true;
        }
    }

    /// <summary>Takes all records, waiting for some to come together.</summary>
    /// <param name="records">Where they are added, in order.</param>
    /// <param name="wait">The longest wait.</param>
    /// <returns>False when the queue is closed and was emptied before.</returns>
    public bool TakeAll(List<QueuedRecord> records, TimeSpan wait)
    {
        lock (_gate)
        {
            if (!_closed && !IsWorthWaking) Monitor.Wait(_gate, wait);
            if (_records.Count == 0) return !_closed;
            records.AddRange(_records);
            _records.Clear();
            _bytes = 0;
            LetIn();
            return true;
        }
    }

    /// <summary>Takes no more records; those in it can still be taken.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
            LetIn();
        }
    }

    private bool IsWorthWaking => _records.Count > 0 && (_bytes >= wakeBytes || _records.Count >= maxRecords / 4);

    // A record of any size fits when it is alone.
    private bool HasRoom(byte[] record) =>
        _records.Count == 0 || (_records.Count < maxRecords && _bytes + record.Length <= maxBytes);

    private void Add(byte[] record)
    {
        _records.Enqueue(new QueuedRecord(record, (long)Stopwatch.GetElapsedTime(_opened).TotalMilliseconds));
        _bytes += record.Length;
        if (IsWorthWaking) Monitor.Pulse(_gate);
    }

    private void LetIn()
    {
        _room?.SetResult();
        _room = null;
    }
}
