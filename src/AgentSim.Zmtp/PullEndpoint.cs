using System.Net;
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

/// <summary>What a peer may ask of a <see cref="PullFront"/>; together they bound its memory and its open files.</summary>
internal sealed record PullLimits
{
    /// <summary>Bytes of a message, the headers of its frames included. Longer ones are passed over.</summary>
    public int MessageBytes { get; init; } = 256 << 10;

    /// <summary>Frames of a message. Messages with more are passed over.</summary>
    public int MessageFrames { get; init; } = 16;

    /// <summary>Bytes of a connection's messages that may wait to be taken; its peer is not read on until they are.</summary>
    public int WaitingBytes { get; init; } = 512 << 10;

    /// <summary>
    /// Connections at the same time. Further ones are closed at once. A connection takes three open files – itself, and both
    /// ends of the one to NetMQ –, all of them three quarters of the 1,024 that a process can mostly have: the trace files
    /// need some, too.
    /// </summary>
    public int Peers { get; init; } = 256;

    /// <summary>Time from the connection to the end of the handshake.</summary>
    public TimeSpan Handshake { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// When the front closes: time for taking what comes before peers are asked to close, and then time in which nothing may
    /// have come before those are cut off that did not.
    /// </summary>
    public TimeSpan Closing { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Time for all that peers have on its way when they are asked to close, however much it is.</summary>
    public TimeSpan LongestClosing => Closing * 5;
}

/// <summary>Addresses as ZeroMQ writes them: <c>tcp://HOST:PORT</c>.</summary>
internal static class TcpAddress
{
    private const string Scheme = "tcp://";

    /// <summary>Reads an address to bind to.</summary>
    /// <exception cref="AgentSimException">It is malformed.</exception>
    public static IPEndPoint Parse(string address)
    {
        string numbered = address.EndsWith(":*", StringComparison.Ordinal) ? $"{address[..^1]}0" : address;
        return ListenAddress.Parse(numbered, Scheme) ?? throw Malformed(address);
    }

    public static string Format(IPEndPoint endpoint) => $"{Scheme}{endpoint}";

    private static AgentSimException Malformed(string address) =>
        Errors.EndpointInvalid.Error(
            $"{Quote.Of(address)} is not an address to listen on; give one like tcp://127.0.0.1:20390, with an IP address, localhost or *");
}
