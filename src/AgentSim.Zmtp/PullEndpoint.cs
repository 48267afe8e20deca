using AgentSim.Capture;

namespace AgentSim.Zmtp;

/// <summary>Binds a pulling socket of NetMQ, behind a front that bounds and checks its peers.</summary>
public static class PullEndpoint
{
    /// <summary>Binds a socket; see <see cref="PullBinder"/>.</summary>
    /// <param name="address">Where, e.g. <c>tcp://127.0.0.1:20390</c>; <c>*</c> stands for all addresses, port 0 for any free one.</param>
    /// <param name="handler">Takes the messages.</param>
    /// <exception cref="AgentSimException">The address is malformed or cannot be bound.</exception>
    public static IPullEndpoint Bind(string address, IPullHandler handler)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(handler);
        return PullFront.Bind(address, handler, new PullLimits());
    }
}
