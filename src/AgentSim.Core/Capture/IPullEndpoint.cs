namespace AgentSim.Capture;

/// <summary>
/// A socket of the ZeroMQ type PULL, bound to an address. Disposing it takes no new connections, hands over what has
/// arrived, and closes it.
/// </summary>
public interface IPullEndpoint : IAsyncDisposable
{
    /// <summary>Where it is bound, with the port that was chosen if the address left it open.</summary>
    string Address { get; }

    /// <summary>What happened so far.</summary>
    PullCounters Counters { get; }
}

/// <summary>Binds a pulling socket.</summary>
/// <param name="address">Where, e.g. <c>tcp://127.0.0.1:20390</c>.</param>
/// <param name="handler">Takes the messages.</param>
/// <exception cref="AgentSimException">The address is malformed or cannot be bound.</exception>
public delegate IPullEndpoint PullBinder(string address, IPullHandler handler);

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

/// <summary>What happened on a pulling socket; a snapshot that does not change.</summary>
public sealed record PullCounters
{
    /// <summary>Connections there are.</summary>
    public int Peers { get; init; }

    /// <summary>Connections there were so far.</summary>
    public long Connections { get; init; }

    /// <summary>Connections closed because the peer did not speak the protocol, or is no pushing socket.</summary>
    public long Refused { get; init; }

    /// <summary>Messages handed over.</summary>
    public long Messages { get; init; }

    /// <summary>Messages dropped because they were too long.</summary>
    public long TooLong { get; init; }

    /// <summary>Messages that came whole and could not be handed over before the socket was closed.</summary>
    public long Lost { get; init; }

    /// <summary>Connections that were cut off in the middle of what they sent, when the socket was closed.</summary>
    public long CutOff { get; init; }

    /// <summary>Why the last connection was refused; null if none was.</summary>
    public string? LastRefusal { get; init; }
}
