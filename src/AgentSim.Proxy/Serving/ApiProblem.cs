using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace AgentSim.Proxy.Serving;

/// <summary>Why a request is not answered, in the form of OpenAI's interface.</summary>
internal sealed class ApiProblem(int status, string message, string? parameter = null) : Exception(message)
{
    /// <summary>The request is wrong.</summary>
    public static ApiProblem Bad(string message, string? parameter = null) => new(StatusCodes.Status400BadRequest, message, parameter);

    /// <summary>Sends it, unless the answer has begun.</summary>
    public async Task SendAsync(HttpContext context)
    {
        if (context.Response.HasStarted) return;
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        if (status == StatusCodes.Status503ServiceUnavailable) context.Response.Headers.RetryAfter = "1";
        string type = status switch
        {
            StatusCodes.Status404NotFound => "NotFoundError",
            StatusCodes.Status503ServiceUnavailable => "ServiceUnavailableError",
            >= StatusCodes.Status500InternalServerError => "InternalServerError",
            _ => "BadRequestError",
        };
        string text = JsonSerializer.Serialize(Message), about = JsonSerializer.Serialize(parameter);
        string error = $$"""{"message":{{text}},"type":"{{type}}","param":{{about}},"code":{{status}}}""";
        await context.Response.WriteAsync($$"""{"object":"error","error":{{error}}}""" + "\n").ConfigureAwait(false);
    }
}
