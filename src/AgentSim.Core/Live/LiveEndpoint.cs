using System.Net;

namespace AgentSim.Live;

/// <summary>Where an OpenAI-compatible server is.</summary>
public sealed class LiveEndpoint
{
    private LiveEndpoint(Uri root) => Root = root;

    /// <summary>The server without <c>/v1</c>, ending in a slash.</summary>
    public Uri Root { get; }

    /// <summary>True for a server on this machine, to which requests can do no harm elsewhere.</summary>
    public bool IsLoopback => Root.IsLoopback || (IPAddress.TryParse(Root.Host.Trim('[', ']'), out IPAddress? address)
        && IPAddress.IsLoopback(address));

    /// <summary>The endpoint of an address, with or without <c>/v1</c>.</summary>
    /// <param name="address">As <c>http://127.0.0.1:8000</c>.</param>
    /// <exception cref="AgentSimException"><c>LiveSettingsInvalid</c>: it is none.</exception>
    public static LiveEndpoint Parse(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0)
        {
            throw Errors.LiveSettingsInvalid.Error(
                $"{Setting.Endpoint} must be an address as http://127.0.0.1:8000 (is {Quote.Of(address)})");
        }

        // Not repeated in the message: this is where keys would be.
        if (uri.UserInfo.Length > 0 || uri.Query.Length > 0 || uri.Fragment.Length > 0)
        {
            throw Errors.LiveSettingsInvalid.Error(
                $"{Setting.Endpoint} must have no user, query or fragment; keys come from the environment");
        }

        string path = uri.AbsolutePath.TrimEnd('/');
        if (path.EndsWith("/v1", StringComparison.Ordinal)) path = path[..^3];
        return new LiveEndpoint(new UriBuilder(uri) { Path = path.TrimEnd('/') + "/" }.Uri);
    }

    /// <summary>The address.</summary>
    public override string ToString() => Root.AbsoluteUri.TrimEnd('/');
}
