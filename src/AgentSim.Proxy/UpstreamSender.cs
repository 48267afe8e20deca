using System.Security.Cryptography;
using AgentSim.Capture;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace AgentSim.Proxy;

/// <summary>Sends requests to the server and its answers to the client.</summary>
/// <param name="options">Where to.</param>
/// <param name="forwarder">Passes requests on.</param>
/// <param name="client">Connections to the server.</param>
internal sealed class UpstreamSender(ProxyOptions options, IHttpForwarder forwarder, HttpMessageInvoker client)
{
    private const int MarkBytes = 8;

    // An answer may be silent for as long as the model thinks; whoever waits decides how long.
    private static readonly ForwarderRequestConfig Config = new() { ActivityTimeout = TimeSpan.FromDays(1) };

    private readonly string _upstream = options.Upstream.AbsoluteUri;
    private readonly string _mark = RandomNumberGenerator.GetHexString(2 * MarkBytes, lowercase: true);

    /// <summary>Whether a request is one that this proxy passed on.</summary>
    public bool IsOwn(HttpRequest request) => PassThrough.IsMarked(request, _mark);

    /// <summary>Passes a request on without looking at the answer.</summary>
    public Task<ForwarderError> PassAsync(HttpContext context) => ForwardAsync(context, new PassThrough(_mark));

    /// <summary>Passes a request on and looks at the answer.</summary>
    /// <param name="context">The request.</param>
    /// <param name="body">Its body.</param>
    /// <param name="request">What it asks for.</param>
    /// <param name="facts">Takes what the answer says.</param>
    /// <param name="asksForUsage">Whether to ask for usage, which the client did not.</param>
    public async Task<Sent> SendAsync(HttpContext context, byte[] body, PromptRequest request, ResponseFacts facts, bool asksForUsage)
    {
        Stream toClient = context.Response.Body;
        byte[]? asking = asksForUsage ? UsageRequest.Add(body) : null;
        try
        {
            Sent sent = await SendOnceAsync(asking ?? body, asking is not null).ConfigureAwait(false);
            if (!sent.IsRefused) return sent;
            context.Response.Clear();
            sent = await SendOnceAsync(body, false).ConfigureAwait(false);
            bool isAnswered = sent.Error == ForwarderError.None && context.Response.StatusCode < StatusCodes.Status400BadRequest;
            return sent with { IsUsageRefused = isAnswered };
        }
        finally
        {
            context.Response.Body = toClient;
        }

        async Task<Sent> SendOnceAsync(byte[] bytes, bool asks)
        {
            var tap = new ResponseTap(toClient, facts);
            var transformer = new RecordedPassThrough(_mark, tap, asks);
            context.Request.Body = new MemoryStream(bytes, writable: false);
            if (context.Request.ContentLength is not null) context.Request.ContentLength = bytes.Length;
            context.Response.Body = tap;
            Task<ForwarderError> sending = ForwardAsync(context, transformer);
            Prompt? prompt = request.Prompt();   // while the server is busy
            ForwarderError error = await sending.ConfigureAwait(false);
            if (error == ForwarderError.None && !await tap.EndAsync(context.RequestAborted).ConfigureAwait(false))
                error = ForwarderError.ResponseBodyClient;
            bool isStream = tap.Mode is TapMode.Events or TapMode.FilteredEvents;
            bool isReadable = tap.Mode != TapMode.Blind && tap.IsReadable;
            return new Sent(error, transformer.IsRefused, prompt, isReadable) { Skip = tap.Skip, IsStream = isStream };
        }
    }

    private async Task<ForwarderError> ForwardAsync(HttpContext context, PassThrough transformer)
    {
        using GentleEnd end = GentleEnd.Begin(context);
        ForwarderError error = await forwarder.SendAsync(context, _upstream, client, Config, transformer).ConfigureAwait(false);
        end.Settle(error);
        return error;
    }
}

/// <summary>How sending a request ended.</summary>
/// <param name="Error">What went wrong.</param>
/// <param name="IsRefused">Whether the server refused to tell usage; nothing reached the client then.</param>
/// <param name="Prompt">The prompt; null if it cannot be understood.</param>
/// <param name="IsReadable">Whether the answer was understood.</param>
internal sealed record Sent(ForwarderError Error, bool IsRefused, Prompt? Prompt, bool IsReadable)
{
    /// <summary>Why the answer was not understood.</summary>
    public string Skip { get; init; } = "";

    /// <summary>Whether the answer was a stream.</summary>
    public bool IsStream { get; init; }

    /// <summary>Whether the request worked only without asking for usage.</summary>
    public bool IsUsageRefused { get; init; }
}
