namespace AgentSim.Capture;

/// <summary>
/// Records on their way to a file: bounded by number and bytes, many producers, one consumer. A producer either waits
/// for room or pushes out the oldest records.
/// </summary>
internal sealed class RecordQueue(int maxRecords, long maxBytes)
{
    private readonly object _gate = new();
    private readonly Queue<byte[]> _records = new();
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
                _bytes -= _records.Dequeue().Length;
                pushedOut++;
            }

            Add(record);
            return true;
        }
    }

    /// <summary>Takes all records, waiting for the first one if need be.</summary>
    /// <param name="records">Where they are added, in order; nothing is when the time is over first.</param>
    /// <param name="wait">The longest wait.</param>
    /// <returns>False when the queue is closed and was emptied before.</returns>
    public bool TakeAll(List<byte[]> records, TimeSpan wait)
    {
        lock (_gate)
        {
            if (_records.Count == 0 && !_closed) Monitor.Wait(_gate, wait);
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

    // A record of any size fits when it is alone.
    private bool HasRoom(byte[] record) =>
        _records.Count == 0 || (_records.Count < maxRecords && _bytes + record.Length <= maxBytes);

    private void Add(byte[] record)
    {
        _records.Enqueue(record);
        _bytes += record.Length;
        if (_records.Count == 1) Monitor.Pulse(_gate);
    }

    private void LetIn()
    {
        _room?.SetResult();
        _room = null;
    }
}
