using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace AgentSim.Proxy;

/// <summary>Answers of the proxy itself.</summary>
internal static class ProxyAnswers
{
    /// <summary>Ends an answer, before the record is made, so that no client waits for that.</summary>
    /// <param name="context">The request.</param>
    /// <param name="error">What went wrong on the way.</param>
    public static async Task EndAsync(HttpContext context, ForwarderError error)
    {
        HttpResponse response = context.Response;
        if (context.RequestAborted.IsCancellationRequested || (error != ForwarderError.None && response.HasStarted)) return;
        try
        {
            if (error != ForwarderError.None)
            {
                // E.g. 101, which was not asked for.
                if (response.StatusCode < StatusCodes.Status400BadRequest) response.StatusCode = StatusCodes.Status502BadGateway;
                string message = $"The recording proxy got no answer from the server: {Reason(context)}";
                await WriteAsync(response, message, "upstream_error").ConfigureAwait(false);
            }

            await response.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception lost) when (lost is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The client went away at the last moment.
        }
    }

    /// <summary>Refuses a request that the proxy itself had passed on.</summary>
    public static Task LoopAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status508LoopDetected;
        return WriteAsync(context.Response, "The recording proxy was sent a request that it had passed on itself.", "proxy_loop");
    }

    /// <summary>Refuses a request line that is none.</summary>
    public static Task BadTargetAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        return WriteAsync(context.Response, "The request line holds octets that no path or query has.", "invalid_request_error");
    }

    /// <summary>Why there is no answer.</summary>
    public static string Reason(HttpContext context)
    {
        Exception? error = context.GetForwarderErrorFeature()?.Exception;
        return (error?.InnerException ?? error)?.Message ?? "no connection";
    }

    private static Task WriteAsync(HttpResponse response, string message, string type)
    {
        response.ContentType = "application/json";
        string text = JsonSerializer.Serialize(message);
        return response.WriteAsync($$$"""{"error":{"message":{{{text}}},"type":"{{{type}}}","code":{{{response.StatusCode}}}}}""");
    }
}
