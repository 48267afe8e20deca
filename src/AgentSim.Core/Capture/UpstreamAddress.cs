using System.Net;
using System.Net.NetworkInformation;

namespace AgentSim.Capture;

/// <summary>Tells whether a server is the proxy itself.</summary>
internal static class UpstreamAddress
{
    /// <summary>Whether requests to a server arrive where the proxy listens. Names other than <c>localhost</c> are not looked up.</summary>
    /// <param name="upstream">The server.</param>
    /// <param name="listen">Where the proxy listens; port 0 is any free one, and no server's.</param>
    public static bool Reaches(Uri upstream, IPEndPoint listen)
    {
        if (listen.Port == 0 || upstream.Port != listen.Port) return false;
        string host = upstream.IdnHost.Trim('[', ']');
        if (string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase))
            return IsAny(listen.Address) || IPAddress.IsLoopback(listen.Address);
        if (string.Equals(host, Dns.GetHostName(), StringComparison.OrdinalIgnoreCase)) return IsAny(listen.Address);
        if (!IPAddress.TryParse(host, out IPAddress? address)) return false;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        // A connection to "any" address goes to this machine.
        if (IsAny(address)) return IsAny(listen.Address) || IPAddress.IsLoopback(listen.Address);
        return address.Equals(listen.Address) || (IsAny(listen.Address) && IsOwn(address));
    }

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static bool IsOwn(IPAddress address) =>
        IPAddress.IsLoopback(address) || NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(card => card.GetIPProperties().UnicastAddresses).Any(own => own.Address.Equals(address));
}
