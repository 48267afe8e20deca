using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace AgentSim.Tests.Proxy;

/// <summary>A real web server that answers as a test tells it, and keeps what it was asked.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly object _gate = new();
    private readonly List<(string Path, string Body, Dictionary<string, string> Headers)> _requests = [];

    private FakeServer(WebApplication application) => _application = application;

    public Uri Address => new(_application.Urls.Single());

    public IReadOnlyList<(string Path, string Body, Dictionary<string, string> Headers)> Requests
    {
        get
        {
            lock (_gate) return [.. _requests];
        }
    }

    /// <summary>Starts a server; the answer is told the body of the request.</summary>
    public static async Task<FakeServer> Start(Func<HttpContext, string, Task> answer)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.RequestHeaderEncodingSelector = _ => System.Text.Encoding.Latin1;
            (kestrel.Limits.MaxRequestBodySize, kestrel.Limits.MaxRequestHeadersTotalSize, kestrel.Limits.MaxRequestHeaderCount,
                kestrel.Limits.MaxRequestLineSize) = (null, 1 << 20, 1000, 1 << 16);
            kestrel.Listen(System.Net.IPAddress.Loopback, 0);
        });
        var server = new FakeServer(builder.Build());
        server._application.Run(async context =>
        {
            string body = await new StreamReader(context.Request.Body).ReadToEndAsync();
            lock (server._gate)
                server._requests.Add((context.Request.Path + context.Request.QueryString, body,
                    context.Request.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString())));
            await answer(context, body);
        });
        await server._application.StartAsync();
        return server;
    }

    /// <summary>A server that sends events, each as a piece of its own.</summary>
    public static Task<FakeServer> Events(params string[] events) => Start(async (context, _) =>
    {
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        foreach (string each in events) await context.Response.WriteAsync(each);
    });

    /// <summary>A server that sends one JSON answer.</summary>
    public static Task<FakeServer> Json(string answer, int status = 200) => Start(async (context, _) =>
    {
        (context.Response.StatusCode, context.Response.ContentType) = (status, "application/json");
        await context.Response.WriteAsync(answer);
    });

    public async ValueTask DisposeAsync()
    {
        using (var now = new CancellationTokenSource(0)) await _application.StopAsync(now.Token);
        await _application.DisposeAsync();
    }
}
