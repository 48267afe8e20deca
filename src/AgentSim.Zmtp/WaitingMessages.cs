namespace AgentSim.Zmtp;

/// <summary>The messages of a connection that were passed on to NetMQ and not taken yet, counted from any thread.</summary>
internal sealed class WaitingMessages
{
    private const int MessageWeight = 64;     // bytes that a message counts for beside those of its frames

    private readonly object _gate = new();
    private long _count;
    private long _bytes;
    private Func<bool> _isWaitedFor = () => false;
    private TaskCompletionSource? _waiter;

    /// <summary>How many there are.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>A message was passed on.</summary>
    /// <param name="frameBytes">Bytes of its frames.</param>
    public void Add(long frameBytes)
    {
        lock (_gate)
        {
            _count++;
            _bytes += MessageWeight + frameBytes;
        }
    }

    /// <summary>A message was taken.</summary>
    /// <param name="frames">Its frames.</param>
    public void Take(ReadOnlySpan<ReadOnlyMemory<byte>> frames)
    {
        int weight = MessageWeight;
        foreach (ReadOnlyMemory<byte> frame in frames) weight += frame.Length;
        lock (_gate)
        {
            _count--;
            _bytes -= weight;
            if (_isWaitedFor()) _waiter?.TrySetResult();
        }
    }

    /// <summary>Whether more than this many bytes wait.</summary>
    public bool Exceed(long bytes) => Interlocked.Read(ref _bytes) > bytes;

    /// <summary>Waits until at most this many bytes wait. One may wait at a time.</summary>
    public Task UntilBelow(long bytes, CancellationToken cancel) => Until(() => _bytes <= bytes, cancel);

    /// <summary>Waits until everything was taken. One may wait at a time.</summary>
    public Task UntilNone(CancellationToken cancel) => Until(() => _count == 0, cancel);

    private Task Until(Func<bool> isSo, CancellationToken cancel)
    {
        lock (_gate)
        {
            if (isSo()) return Task.CompletedTask;
            (_isWaitedFor, _waiter) = (isSo, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            return _waiter.Task.WaitAsync(cancel);
        }
    }
}
