using System.Net;

namespace AgentSim.Capture;

/// <summary>A proxy that records the requests it passes on.</summary>
public sealed record ProxyOptions
{
    /// <summary>Where it listens unless told otherwise.</summary>
    public const string DefaultListen = "http://127.0.0.1:8088";

    /// <summary>Tokens of a block unless told otherwise.</summary>
    public const int DefaultTraceBlockSize = 64;

    /// <summary>The server that answers, e.g. <c>http://127.0.0.1:8000</c>; the path of a request is added to it.</summary>
    public required Uri Upstream { get; init; }

    /// <summary>Where to listen: <c>http://</c>, an IP address, <c>localhost</c> or <c>*</c>, and a port, 0 for any free one.</summary>
    public string Listen { get; init; } = DefaultListen;

    /// <summary>Tokens of a block of the recorded hashes.</summary>
    public int TraceBlockSize { get; init; } = DefaultTraceBlockSize;

    /// <summary>A header of requests that names their session, before all others; null if there is none.</summary>
    public string? SessionHeader { get; init; }

    /// <summary>
    /// Whether requests without a session get one by their prompts: a prompt that goes on from another one is of its session.
    /// </summary>
    public bool InferSessions { get; init; }

    /// <summary>Reads the address of a server.</summary>
    /// <exception cref="AgentSimException">It is not one.</exception>
    public static Uri ParseUpstream(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) ? Checked(uri)
            : throw Errors.UpstreamInvalid.Error($"{Quote.Of(text)} is not the address of a server; give one like http://127.0.0.1:8000");
    }

    internal void Check()
    {
        Checked(Upstream);
        if (TraceBlockSize < 1) throw Errors.CaptureSettingInvalid.Error(
            $"{Setting.TraceBlockSize} must be at least 1 (is {TraceBlockSize})");
        if (SessionHeader is { } header && (header.Length == 0 || !header.All(IsOfToken)))
            throw Errors.CaptureSettingInvalid.Error($"{Quote.Of(header)} is not the name of a header; give one like x-session-id");
        if (UpstreamAddress.Reaches(Upstream, ListenEndPoint()))
        {
            throw Errors.UpstreamIsListen.Error(
                $"the proxy would pass requests on to itself: {Quote.Plain(Upstream.ToString())} is where it listens; "
                + "name the server, or another address to listen on");
        }
    }

    internal IPEndPoint ListenEndPoint() =>
        ListenAddress.Parse(Listen.EndsWith('/') ? Listen[..^1] : Listen, "http://") ?? throw Malformed();

    // What names of headers consist of (RFC 9110, 5.6.2).
    private static bool IsOfToken(char c) => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal);

    private static Uri Checked(Uri upstream)
    {
        if (!upstream.IsAbsoluteUri || upstream.Scheme is not ("http" or "https") || upstream.Host.Length == 0)
            throw Errors.UpstreamInvalid.Error(
                $"{Quote.Of(upstream.ToString())} is not the address of a server; give one like http://127.0.0.1:8000");
        // Without the address, which would show what must not be shown.
        if (upstream.UserInfo.Length > 0)
            throw Errors.UpstreamInvalid.Error("the address of the server holds credentials; leave them out, clients send their own");
        if (upstream.Query.Length + upstream.Fragment.Length > 0)
            throw Errors.UpstreamInvalid.Error(
                $"{Quote.Of(upstream.ToString())} has a query or a fragment; give the address of the server alone");
        return upstream;
    }

    private AgentSimException Malformed() =>
        Errors.EndpointInvalid.Error(
            $"{Quote.Of(Listen)} is not an address to listen on; give one like {DefaultListen}, with an IP address, localhost or *");
}
