using AgentSim.Capture;

namespace AgentSim.Zmtp;

/// <summary>Binds the pulling socket this build was made with: the one here, or that of NetMQ.</summary>
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
#if USE_NETMQ
        return new NetMqPullEndpoint(address, handler);
#else
        return ZmtpPullEndpoint.Bind(address, handler, new ZmtpLimits());
#endif
    }
}
