using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace AgentSim.Proxy;

/// <summary>
/// When a server breaks off an answer, the forwarder aborts the connection to the client, and what is still on its way there is lost. With
/// this the client gets all that came, and only then the end of the connection without the end of the answer.
/// </summary>
internal sealed class GentleEnd : IHttpRequestLifetimeFeature, IDisposable
{
    private static readonly object s_isBroken = new();

    private readonly HttpContext _context;
    private readonly IHttpRequestLifetimeFeature _inner;
    private bool _isAborted;

    private GentleEnd(HttpContext context, IHttpRequestLifetimeFeature inner) => (_context, _inner) = (context, inner);

    public CancellationToken RequestAborted
    {
        get => _inner.RequestAborted;
        set => _inner.RequestAborted = value;
    }

    /// <summary>Holds aborts back from now on, until it is disposed of.</summary>
    public static GentleEnd Begin(HttpContext context)
    {
        var end = new GentleEnd(context, context.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>());
        context.Features.Set<IHttpRequestLifetimeFeature>(end);
        return end;
    }

    /// <summary>Ends an answer that was broken off, when all else is done.</summary>
    /// <exception cref="IOException">It was; the web server closes the connection for it, behind everything it has.</exception>
    public static void Finish(HttpContext context)
    {
        if (context.Items.ContainsKey(s_isBroken) && context.Response.HasStarted) throw new IOException("The server broke off the answer.");
    }

    public void Abort() => _isAborted = true;

    /// <summary>Aborts now what is to be aborted, or leaves it to <see cref="Finish"/>.</summary>
    public void Settle(ForwarderError error)
    {
        if (!_isAborted) return;
        if (error == ForwarderError.ResponseBodyDestination) _context.Items[s_isBroken] = true;
        else _inner.Abort();
    }

    public void Dispose() => _context.Features.Set(_inner);
}
