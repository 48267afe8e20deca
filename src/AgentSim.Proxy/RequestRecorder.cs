using System.Diagnostics;
using System.Text.Json;
using AgentSim.Capture;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace AgentSim.Proxy;

/// <summary>Passes requests on to a server, and records those for completions. Recording never changes what a client gets.</summary>
/// <param name="options">Where to, and how prompts are cut.</param>
/// <param name="forwarder">Passes requests on.</param>
/// <param name="client">Connections to the server.</param>
/// <param name="sink">Takes the records.</param>
/// <param name="problems">Told about failures.</param>
internal sealed class RequestRecorder(ProxyOptions options, IHttpForwarder forwarder, HttpMessageInvoker client, TraceFileSink sink, ProblemFilter problems)
{
    private const int BadRequest = StatusCodes.Status400BadRequest;
    private const int WithSession = 1;
    private const int WithoutSession = 2;

    // An answer may be silent for as long as the model thinks; whoever waits decides how long.
    private static readonly ForwarderRequestConfig Config = new() { ActivityTimeout = TimeSpan.FromDays(1) };

    private readonly string _upstream = options.Upstream.AbsoluteUri;
    private volatile bool _hasNoUsage;   // the server refuses requests that ask for usage
    private int _kinds;   // of requests recorded so far

    public ProxyTally Tally { get; } = new();

    public async Task HandleAsync(HttpContext context)
    {
        string path = context.Request.Path.Value ?? "";
        if (!HttpMethods.IsPost(context.Request.Method) || !path.EndsWith("/completions", StringComparison.OrdinalIgnoreCase))
        {
            Tally.CameOther();
            await EndAsync(context, await forwarder.SendAsync(context, _upstream, client, Config, PassThrough.Instance).ConfigureAwait(false)).ConfigureAwait(false);
            return;
        }

        Tally.Came();
        RequestOutcome outcome = RequestOutcome.NotRecorded;
        try
        {
            outcome = await HandleCompletionAsync(context, path.EndsWith("/chat/completions", StringComparison.OrdinalIgnoreCase)).ConfigureAwait(false);
        }
        finally
        {
            Tally.Ended(outcome);
        }
    }

    private async Task<RequestOutcome> HandleCompletionAsync(HttpContext context, bool isChat)
    {
        (DateTimeOffset received, long timestamp) = (DateTimeOffset.UtcNow, Stopwatch.GetTimestamp());
        byte[]? body;
        try
        {
            body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // The client broke off before all of it was here, or sent what is no HTTP, as it is then told.
            context.Response.StatusCode = (error as BadHttpRequestException)?.StatusCode ?? BadRequest;
            return RequestOutcome.NotRecorded;
        }

        if (body is not null) context.Request.Body = new MemoryStream(body, writable: false);
        PromptRequest? request = body is null ? null : PromptRequest.Read(body, isChat);
        if (request is null)
        {
            ForwarderError error = await forwarder.SendAsync(context, _upstream, client, Config, PassThrough.Instance).ConfigureAwait(false);
            await EndAsync(context, error).ConfigureAwait(false);
            return error == ForwarderError.None && context.Response.StatusCode < BadRequest ? RequestOutcome.NotRecorded : RequestOutcome.Failed;
        }

        using (request)
        {
            var facts = new ResponseFacts();
            Sent sent = await SendAsync(context, body!, request, facts).ConfigureAwait(false);
            RequestOutcome outcome = Outcome(context, sent, facts);
            await EndAsync(context, sent.Error).ConfigureAwait(false);
            if (outcome is RequestOutcome.Failed or RequestOutcome.NotRecorded) return outcome;
            var row = new RequestRow
            {
                RequestId = Guid.NewGuid(),
                Session = SessionIdentity.From(context.Request.Headers),
                ClientRequestId = SessionIdentity.Text(context.Request.Headers, "x-request-id"),
                Model = request.Model,
                Received = received,
                ReceivedTimestamp = timestamp,
                Facts = facts,
                PromptTokens = sent.Tokens!,
                BlockSize = options.TraceBlockSize,
            };
            sink.Publish(row.ToRecord());
            WatchSessions(row.Session is not null);
            return outcome;
        }
    }

    // Said while it can still be mended: a trace of which some requests have a session is refused.
    private void WatchSessions(bool hasSession)
    {
        int kind = hasSession ? WithSession : WithoutSession;
        int before = Interlocked.Or(ref _kinds, kind);
        if ((before & kind) != 0 || before == 0) return;
        problems.Report(Errors.CaptureSessionsMixed,
            "some requests come with a session (x-dynamo-session-id) and some without; such a recording is converted and replayed only with "
            + $"{Setting.DropSessionless}, which leaves out those without: let every client send a session, or record them apart");
    }

    private async Task<Sent> SendAsync(HttpContext context, byte[] body, PromptRequest request, ResponseFacts facts)
    {
        Stream toClient = context.Response.Body;
        byte[]? asking = request.LacksUsage && !_hasNoUsage ? UsageRequest.Add(body) : null;
        try
        {
            Sent sent = await SendAsync(asking ?? body, asking is not null).ConfigureAwait(false);
            if (!sent.IsRefused) return sent;
            context.Response.Clear();
            sent = await SendAsync(body, false).ConfigureAwait(false);
            _hasNoUsage |= sent.Error == ForwarderError.None && context.Response.StatusCode < BadRequest;
            return sent;
        }
        finally
        {
            context.Response.Body = toClient;
        }

        async Task<Sent> SendAsync(byte[] bytes, bool asksForUsage)
        {
            var tap = new ResponseTap(toClient, facts);
            var transformer = new RecordedPassThrough(tap, asksForUsage);
            context.Request.Body = new MemoryStream(bytes, writable: false);
            if (context.Request.ContentLength is not null) context.Request.ContentLength = bytes.Length;
            context.Response.Body = tap;
            Task<ForwarderError> sending = forwarder.SendAsync(context, _upstream, client, Config, transformer).AsTask();
            uint[]? tokens = request.Tokens();   // while the server is busy
            ForwarderError error = await sending.ConfigureAwait(false);
            if (error == ForwarderError.None && !await tap.EndAsync(context.RequestAborted).ConfigureAwait(false)) error = ForwarderError.ResponseBodyClient;
            return new Sent(error, transformer.IsRefused, tokens, tap.Mode != TapMode.Blind && tap.IsReadable);
        }
    }

    private RequestOutcome Outcome(HttpContext context, Sent sent, ResponseFacts facts)
    {
        bool isAnswered = sent.Error == ForwarderError.None || context.Response.HasStarted;
        if (isAnswered && context.Response.StatusCode >= BadRequest)
        {
            problems.Report(Errors.UpstreamRefused, $"the server answered {context.Response.StatusCode} to {context.Request.Path}; such requests are not recorded");
            return RequestOutcome.Failed;
        }

        if (sent.Tokens is null || (isAnswered && !sent.IsReadable)) return RequestOutcome.NotRecorded;
        RequestOutcome outcome = Outcomes.Of(sent.Error, context.RequestAborted.IsCancellationRequested);
        switch (outcome)
        {
            case RequestOutcome.Cancelled:
                facts.BackendFinishReason = "cancelled";
                break;
            case RequestOutcome.Broken:
                problems.Report(Errors.UpstreamBroke, $"the server broke off an answer to {context.Request.Path}; it is recorded as far as it came");
                facts.BackendFinishReason = "error: the connection to the server broke";
                break;
            case RequestOutcome.Failed:
                problems.Report(Errors.UpstreamFailed, $"{options.Upstream} gave no answer to {context.Request.Path}: {Reason(context)}; such requests are not recorded");
                break;
        }

        return outcome;
    }

    // Ends the answer before the record is made, so that no client waits for that.
    private static async Task EndAsync(HttpContext context, ForwarderError error)
    {
        HttpResponse response = context.Response;
        if (context.RequestAborted.IsCancellationRequested || (error != ForwarderError.None && response.HasStarted)) return;
        try
        {
            if (error != ForwarderError.None)
            {
                if (response.StatusCode < BadRequest) response.StatusCode = StatusCodes.Status502BadGateway;   // e.g. 101, which was not asked for
                response.ContentType = "application/json";
                string message = JsonSerializer.Serialize($"The recording proxy got no answer from the server: {Reason(context)}");
                await response.WriteAsync($$$"""{"error":{"message":{{{message}}},"type":"upstream_error","code":{{{response.StatusCode}}}}}""").ConfigureAwait(false);
            }

            await response.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception lost) when (lost is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The client went away at the last moment.
        }
    }

    private static string Reason(HttpContext context)
    {
        Exception? error = context.GetForwarderErrorFeature()?.Exception;
        return (error?.InnerException ?? error)?.Message ?? "no connection";
    }

    /// <summary>How sending a request ended.</summary>
    /// <param name="Error">What went wrong.</param>
    /// <param name="IsRefused">Whether the server refused to tell usage; nothing reached the client then.</param>
    /// <param name="Tokens">The prompt; null if it cannot be understood.</param>
    /// <param name="IsReadable">Whether the answer was understood.</param>
    private sealed record Sent(ForwarderError Error, bool IsRefused, uint[]? Tokens, bool IsReadable);
}
