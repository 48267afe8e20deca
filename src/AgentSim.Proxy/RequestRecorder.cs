using System.Diagnostics;
using AgentSim.Capture;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace AgentSim.Proxy;

/// <summary>Passes requests on to a server, and records those to a model. Recording never changes what a client gets.</summary>
/// <param name="options">Where to.</param>
/// <param name="sender">Passes requests on.</param>
/// <param name="rows">Takes the records.</param>
/// <param name="tally">Counts.</param>
/// <param name="problems">Told about failures.</param>
internal sealed class RequestRecorder(ProxyOptions options, UpstreamSender sender, RowMaker rows, ProxyTally tally, ProblemFilter problems)
{
    private const int BadRequest = StatusCodes.Status400BadRequest;
    private const int LongestWord = 32;

    private readonly UsageRefusals _refusals = new(problems);
    private volatile bool _isStopping;

    /// <summary>From here on, what breaks off does so because the proxy is stopped.</summary>
    public void BreakOff() => _isStopping = true;

    public async Task HandleAsync(HttpContext context)
    {
        if (sender.IsOwn(context.Request))
        {
            problems.Report(Errors.ProxyLoop, $"a request to {context.Request.Path} came back to the proxy that had passed it on; "
                + $"{options.Upstream} leads to the proxy itself: name the server");
            await ProxyAnswers.LoopAsync(context).ConfigureAwait(false);
            return;
        }

        if (!PassThrough.HasSoundTarget(context))
        {
            await ProxyAnswers.BadTargetAsync(context).ConfigureAwait(false);
            return;
        }

        if (Apis.Of(context.Request) is not { } api)
        {
            await PassOtherAsync(context).ConfigureAwait(false);
            GentleEnd.Finish(context);
            return;
        }

        tally.Came();
        RequestOutcome outcome = RequestOutcome.NotRecorded;
        try
        {
            outcome = await HandleAsync(context, api).ConfigureAwait(false);
        }
        finally
        {
            tally.Ended(outcome);
        }

        GentleEnd.Finish(context);
    }

    private async Task PassOtherAsync(HttpContext context)
    {
        tally.CameOther();
        if (context.Request.Headers.Upgrade.Any(value => string.Equals(value, "websocket", StringComparison.OrdinalIgnoreCase)))
            Skip(context, SkipKinds.WebSocket);
        else if (HttpMethods.IsPost(context.Request.Method)) Skip(context, $"POST {Shape(context.Request.Path)}");
        ForwarderError error = await sender.PassAsync(context).ConfigureAwait(false);
        await ProxyAnswers.EndAsync(context, error).ConfigureAwait(false);
    }

    // The last word of a path, if it is one: what is in front may be anybody's.
    private static string Shape(PathString path)
    {
        string last = (path.Value ?? "").TrimEnd('/');
        last = last[(last.LastIndexOf('/') + 1)..];
        bool isWord = last.Length is > 0 and <= LongestWord && last.All(c => char.IsAsciiLetterLower(c) || c is '_' or '-');
        return isWord ? $"…/{last}" : "requests of other kinds";
    }

    private async Task<RequestOutcome> HandleAsync(HttpContext context, Api api)
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
            tally.Skipped(SkipKinds.CutOff);
            return RequestOutcome.NotRecorded;
        }

        if (body is not null) context.Request.Body = new MemoryStream(body, writable: false);
        string skip = RequestBody.IsEncoded(context.Request) ? SkipKinds.Compressed : SkipKinds.TooLong;
        using PromptRequest? request = body is null ? null : PromptRequest.Read(body, api, out skip);
        if (request is null)
        {
            ForwarderError error = await sender.PassAsync(context).ConfigureAwait(false);
            await ProxyAnswers.EndAsync(context, error).ConfigureAwait(false);
            if (error != ForwarderError.None || context.Response.StatusCode >= BadRequest) return RequestOutcome.Failed;
            Skip(context, skip);
            return RequestOutcome.NotRecorded;
        }

        var facts = new ResponseFacts(api);
        bool asksForUsage = request.LacksUsage && !_refusals.Has(request.Model, context.Request.Path);
        Sent sent = await sender.SendAsync(context, body!, request, facts, asksForUsage).ConfigureAwait(false);
        if (sent.IsUsageRefused) _refusals.Add(request.Model, context.Request.Path);
        RequestOutcome outcome = Outcome(context, sent, facts);
        await ProxyAnswers.EndAsync(context, sent.Error).ConfigureAwait(false);
        if (outcome == RequestOutcome.Failed && sent.Prompt is not null) rows.Refused(sent.Prompt, received, context.Response.StatusCode);
        if (outcome is RequestOutcome.Failed or RequestOutcome.NotRecorded) return outcome;
        rows.Add(context.Request.Headers, request, sent.Prompt!, facts, received, timestamp);
        return outcome;
    }

    private RequestOutcome Outcome(HttpContext context, Sent sent, ResponseFacts facts)
    {
        bool isAnswered = sent.Error == ForwarderError.None || context.Response.HasStarted;
        if (isAnswered && context.Response.StatusCode >= BadRequest)
        {
            problems.Report(Errors.UpstreamRefused, $"the server answered {context.Response.StatusCode} to {context.Request.Path}; "
                + "such requests are not recorded, and those that succeed later are marked");
            return RequestOutcome.Failed;
        }

        if (sent.Prompt is null || (isAnswered && !sent.IsReadable))
        {
            Skip(context, sent.Prompt is null ? SkipKinds.NotUnderstood : sent.Skip);
            return RequestOutcome.NotRecorded;
        }

        RequestOutcome outcome = Outcomes.Of(sent.Error, context.RequestAborted.IsCancellationRequested, _isStopping);
        bool isOpen = sent.IsStream && facts is { Api: Api.Messages or Api.Responses, HasEnded: false };
        bool isError = facts.BackendFinishReason?.StartsWith("error", StringComparison.Ordinal) == true;
        if (isOpen && !isError && outcome == RequestOutcome.Complete)
        {
            facts.BackendFinishReason = "error: the stream ended early";
            outcome = RequestOutcome.Broken;
        }
        else if (Ending(outcome) is { } reason)
        {
            facts.BackendFinishReason = reason;
        }

        if (outcome == RequestOutcome.Broken)
            problems.Report(
                Errors.UpstreamBroke, $"the server broke off an answer to {context.Request.Path}; it is recorded as far as it came");
        if (outcome == RequestOutcome.Failed)
            problems.Report(
                Errors.UpstreamFailed,
                $"{options.Upstream} gave no answer to {context.Request.Path}: {ProxyAnswers.Reason(context)}; "
                + "such requests are not recorded");
        return outcome;
    }

    private static string? Ending(RequestOutcome outcome) => outcome switch
    {
        RequestOutcome.Cancelled => "cancelled",
        RequestOutcome.Broken => "error: the connection to the server broke",
        RequestOutcome.Stopped => "error: the capture was stopped",
        _ => null,
    };

    private void Skip(HttpContext context, string kind)
    {
        if (!tally.Skipped(kind)) return;
        string advice = SkipKinds.Advice(kind) is { } text ? $": {text}" : "";
        problems.Report(
            Errors.RequestsNotRecorded,
            $"{kind} are passed on and not recorded, such as a request to {context.Request.Path}{advice}", kind);
    }
}
