using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Forwarder;

namespace AgentSim.Proxy;

/// <summary>
/// Passes requests and answers on as they are, but for the headers that concern one connection only (RFC 9110, 7.6.1), and a mark by
/// which the proxy knows requests that come back to it.
/// </summary>
/// <param name="mark">The mark of this proxy.</param>
internal class PassThrough(string mark) : HttpTransformer
{
    /// <summary>The header with the marks of the proxies that passed a request on.</summary>
    public const string MarkHeader = "x-agentsim-proxy";

    // Nobody may take out what says where a message ends or what is in it; upgrades are the forwarder's.
    private static readonly string[] Kept =
        [HeaderNames.ContentLength, HeaderNames.ContentType, HeaderNames.TransferEncoding, HeaderNames.Upgrade];

    private static readonly UriCreationOptions AsItIs = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>Whether a request passed through the proxy with a mark before.</summary>
    public static bool IsMarked(HttpRequest request, string mark) =>
        request.Headers[MarkHeader].Any(value => value is not null && value.Contains(mark, StringComparison.Ordinal));

    /// <summary>Whether a request line is one that HTTP knows: nothing that is no visible ASCII may go on as it is.</summary>
    public static bool HasSoundTarget(HttpContext context) =>
        !(context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "").AsSpan().ContainsAnyExceptInRange('!', '~');

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        IHeaderDictionary headers = httpContext.Request.Headers;
        RemoveNamed(headers, [.. headers.Connection]);
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken).ConfigureAwait(false);
        proxyRequest.Headers.Host = null;   // the server's own
        proxyRequest.Headers.TryAddWithoutValidation(MarkHeader, mark);
        if (Target(httpContext) is { } target)
        {
            // As it came, octet by octet: nothing may be decoded, encoded or resolved.
            proxyRequest.RequestUri = new Uri(destinationPrefix.TrimEnd('/') + target, AsItIs);
        }
    }

    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        bool isPassedOn = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken).ConfigureAwait(false);
        if (proxyResponse is null) return isPassedOn;
        IHeaderDictionary headers = httpContext.Response.Headers;
        RemoveNamed(headers, proxyResponse.Headers.Connection);
        if ((int)proxyResponse.StatusCode is not (StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent)) return isPassedOn;

        // Such an answer has no body; one that a server sends all the same nobody would read.
        headers.Remove(HeaderNames.ContentLength);
        headers.Remove(HeaderNames.TransferEncoding);
        return false;
    }

    // The path and query of the request line; null where that has none.
    private static string? Target(HttpContext context)
    {
        string target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        if (target.StartsWith('/')) return target;
        int scheme = target.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0) return null;
        int path = target.AsSpan(scheme + 3).IndexOfAny('/', '?');
        return path < 0 ? "/" : target[scheme + 3 + path] == '?' ? "/" + target[(scheme + 3 + path)..] : target[(scheme + 3 + path)..];
    }

    // YARP leaves out the well-known ones; these are the ones that a Connection header names.
    private static void RemoveNamed(IHeaderDictionary headers, IEnumerable<string?> connection)
    {
        const StringSplitOptions Clean = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        foreach (string name in connection.SelectMany(value => (value ?? "").Split(',', Clean)))
        {
            if (!Kept.Contains(name, StringComparer.OrdinalIgnoreCase)) headers.Remove(name);
        }
    }
}
