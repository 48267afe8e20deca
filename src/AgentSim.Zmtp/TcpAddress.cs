using System.Globalization;
using System.Net;

namespace AgentSim.Zmtp;

/// <summary>Addresses as ZeroMQ writes them: <c>tcp://HOST:PORT</c>.</summary>
internal static class TcpAddress
{
    private const string Scheme = "tcp://";

    /// <summary>Reads an address to bind to.</summary>
    /// <exception cref="AgentSimException">It is malformed.</exception>
    public static IPEndPoint Parse(string address)
    {
        int colon = address.LastIndexOf(':');
        if (!address.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || colon < Scheme.Length) throw Malformed(address);
        string host = address[Scheme.Length..colon], port = address[(colon + 1)..];
        if (!ushort.TryParse(port == "*" ? "0" : port, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number)) throw Malformed(address);
        IPAddress? ip = host switch
        {
            "*" => IPAddress.Any,
            "localhost" => IPAddress.Loopback,
            ['[', .. var inner, ']'] => IPAddress.TryParse(inner, out IPAddress? six) ? six : null,
            _ => host.Count(c => c == '.') == 3 && IPAddress.TryParse(host, out IPAddress? four) ? four : null,
        };
        return new IPEndPoint(ip ?? throw Malformed(address), number);
    }

    public static string Format(IPEndPoint endpoint) => $"{Scheme}{endpoint}";

    private static AgentSimException Malformed(string address) => AgentSimException.Usage(
        "EndpointInvalid", $"'{address}' is not an address to listen on; give one like tcp://127.0.0.1:20390, with an IP address, localhost or *");
}
