namespace AgentSim.Capture;

/// <summary>Takes the messages of a pulling socket.</summary>
public interface IPullHandler
{
    /// <summary>
    /// Takes one message. The next one is handed over when the task is done, and only so many wait for that before the socket
    /// reads no more from their peers: a slow handler slows down the peers.
    /// </summary>
    /// <param name="peer">The connection it came from.</param>
    /// <param name="frames">Its frames.</param>
    /// <param name="cancel">Set when the socket closes.</param>
    ValueTask HandleAsync(long peer, IReadOnlyList<ReadOnlyMemory<byte>> frames, CancellationToken cancel);

    /// <summary>A connection has ended, and all that came from it was handed over.</summary>
    /// <param name="peer">The connection.</param>
    void Forget(long peer);
}
