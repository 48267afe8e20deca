using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Forwarder;

namespace AgentSim.Proxy;

/// <summary>Passes headers on as they are, but for those that concern one connection only (RFC 9110, 7.6.1).</summary>
internal class PassThrough : HttpTransformer
{
    public static readonly PassThrough Instance = new();

    // Nobody may take out what says where a message ends or what is in it.
    private static readonly string[] Kept = [HeaderNames.ContentLength, HeaderNames.ContentType, HeaderNames.TransferEncoding];

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        IHeaderDictionary headers = httpContext.Request.Headers;
        RemoveNamed(headers, [.. headers.Connection]);
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken).ConfigureAwait(false);
        proxyRequest.Headers.Host = null;   // the server's own
    }

    public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        bool isPassedOn = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken).ConfigureAwait(false);
        if (proxyResponse is not null) RemoveNamed(httpContext.Response.Headers, proxyResponse.Headers.Connection);
        return isPassedOn;
    }

    // YARP leaves out the well-known ones; these are the ones that a Connection header names.
    private static void RemoveNamed(IHeaderDictionary headers, IEnumerable<string?> connection)
    {
        foreach (string name in connection.SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)))
        {
            if (!Kept.Contains(name, StringComparer.OrdinalIgnoreCase)) headers.Remove(name);
        }
    }
}
