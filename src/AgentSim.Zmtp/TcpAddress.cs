using System.Net;
using AgentSim.Capture;

namespace AgentSim.Zmtp;

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

    private static AgentSimException Malformed(string address) => Errors.EndpointInvalid.Error($"{Quote.Of(address)} is not an address to listen on; give one like tcp://127.0.0.1:20390, with an IP address, localhost or *");
}
