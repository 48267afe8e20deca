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
