namespace AgentSim.Capture;

/// <summary>Takes the messages of a pulling socket.</summary>
public interface IPullHandler
{
    /// <summary>
    /// Takes one message. The socket reads no more from this peer until the task is done: a slow handler slows down the
    /// peers. Messages of different peers come at the same time.
    /// </summary>
    /// <param name="peer">The connection it came from; null where the socket does not tell connections apart.</param>
    /// <param name="frames">Its frames; their memory is used again when the task is done.</param>
    /// <param name="cancel">Set when the socket closes.</param>
    ValueTask HandleAsync(long? peer, IReadOnlyList<ReadOnlyMemory<byte>> frames, CancellationToken cancel);

    /// <summary>A connection has ended.</summary>
    /// <param name="peer">The connection.</param>
    void Forget(long peer);
}
