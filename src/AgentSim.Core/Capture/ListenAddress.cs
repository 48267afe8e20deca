using System.Globalization;
using System.Net;

namespace AgentSim.Capture;

/// <summary>Addresses to listen on: a scheme, then an IP address, <c>localhost</c> or <c>*</c>, and a port.</summary>
internal static class ListenAddress
{
    /// <summary>The address without its scheme; null if it is malformed.</summary>
    public static IPEndPoint? Parse(string address, string scheme)
    {
        int colon = address.LastIndexOf(':');
        if (!address.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) || colon < scheme.Length) return null;
        string host = address[scheme.Length..colon];
        if (!ushort.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)) return null;
        IPAddress? ip = host switch
        {
            "*" => IPAddress.Any,
            "localhost" => IPAddress.Loopback,
            ['[', .. var inner, ']'] => IPAddress.TryParse(inner, out IPAddress? six) ? six : null,
            _ => host.Count(c => c == '.') == 3 && IPAddress.TryParse(host, out IPAddress? four) ? four : null,
        };
        return ip is null ? null : new IPEndPoint(ip, port);
    }
}
