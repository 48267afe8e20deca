using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace AgentSim.Proxy;

/// <summary>Passes one request on and decides from the answer's headers what to look for in its body.</summary>
/// <param name="mark">The mark of this proxy.</param>
/// <param name="tap">The answer on its way.</param>
/// <param name="asksForUsage">Whether usage is asked for on behalf of the client.</param>
internal sealed class RecordedPassThrough(string mark, ResponseTap tap, bool asksForUsage) : PassThrough(mark)
{
    /// <summary>Whether the server refused the request, perhaps because usage was asked for. Nothing was passed on then.</summary>
    public bool IsRefused { get; private set; }

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken).ConfigureAwait(false);
        // A compressed answer could not be looked at.
        proxyRequest.Headers.AcceptEncoding.Clear();
    }

    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (asksForUsage && (int?)proxyResponse?.StatusCode is StatusCodes.Status400BadRequest or StatusCodes.Status422UnprocessableEntity)
        {
            IsRefused = true;
            return false;
        }

        httpContext.Request.Body = Stream.Null;   // it has been sent; answers can take long
        bool isPassedOn = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken).ConfigureAwait(false);
        if (proxyResponse is not { IsSuccessStatusCode: true }) return isPassedOn;
        if (proxyResponse.Content.Headers.ContentEncoding.Count > 0)
        {
            tap.Skip = SkipKinds.AnswerCompressed;
            return isPassedOn;
        }

        tap.Mode = proxyResponse.Content.Headers.ContentType?.MediaType?.ToLowerInvariant() switch
        {
            "text/event-stream" => asksForUsage ? TapMode.FilteredEvents : TapMode.Events,
            "application/json" => TapMode.Answer,
            _ => TapMode.Blind,
        };
        if (tap.Mode == TapMode.FilteredEvents) httpContext.Response.Headers.Remove(HeaderNames.ContentLength);
        return isPassedOn;
    }
}
