using System.Net;
using System.Text;
using AgentSim.Capture;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Yarp.ReverseProxy.Forwarder;

namespace AgentSim.Proxy;

/// <summary>A web server that passes everything on to another one, and records requests for completions.</summary>
internal sealed class RecordingProxy : IAsyncDisposable
{
    /// <summary>KiB of the head of a request or an answer: more than servers take, few enough to be no danger.</summary>
    private static readonly int LongestHeadKiB = 512;   // as a constant, an analyzer takes it for bytes

    /// <summary>How long what was broken off has to be recorded; a moment, but for a machine that is very busy.</summary>
    private static readonly TimeSpan RecordingPatience = TimeSpan.FromSeconds(20);

    /// <summary>How long answers under way have to end when the proxy is stopped.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly WebApplication _application;
    private readonly HttpMessageInvoker _client;
    private readonly RequestRecorder _recorder;

    private RecordingProxy(ProxyOptions options, TraceFileSink sink, Action<AgentSimException> onProblem)
    {
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            MaxResponseHeadersLength = LongestHeadKiB, UseProxy = false, AllowAutoRedirect = false, UseCookies = false, AutomaticDecompression = DecompressionMethods.None,
            EnableMultipleHttp2Connections = true, ActivityHeadersPropagator = null, ConnectTimeout = TimeSpan.FromSeconds(15),
            RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1, ResponseHeaderEncodingSelector = (_, _) => Encoding.Latin1,
        });
        // Nothing of the environment or of files configures it.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Every byte of a header has a character in this encoding, and passes as it is.
            kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
            kestrel.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;
            // The limits are those of the server behind.
            KestrelServerLimits limits = kestrel.Limits;
            (limits.MaxRequestBodySize, limits.MinRequestBodyDataRate, limits.MinResponseDataRate) = (null, null, null);
            (limits.MaxRequestHeadersTotalSize, limits.MaxRequestHeaderCount, limits.MaxRequestLineSize) = (LongestHeadKiB << 10, LongestHeadKiB << 4, LongestHeadKiB << 10);
            kestrel.Listen(options.ListenEndPoint());
        });
        builder.Services.AddHttpForwarder();
        builder.Services.AddSingleton<IHostLifetime, OwnLifetime>();
        _application = builder.Build();
        _recorder = new RequestRecorder(
            options, _application.Services.GetRequiredService<IHttpForwarder>(), _client, sink, new ProblemFilter(onProblem));
        _application.Run(_recorder.HandleAsync);
    }

    /// <summary>Where it listens, with the actual port.</summary>
    public string Address => _application.Urls.Single();

    /// <summary>What it did so far.</summary>
    public ProxyCounters Counters => _recorder.Tally.Counters;

    /// <summary>Starts a proxy.</summary>
    /// <param name="options">Where from and where to.</param>
    /// <param name="sink">Takes the records; not closed by the proxy.</param>
    /// <param name="onProblem">Told about failures, on any thread; must not block.</param>
    /// <exception cref="AgentSimException">An option is invalid, or the address cannot be listened on.</exception>
    public static async Task<RecordingProxy> StartAsync(ProxyOptions options, TraceFileSink sink, Action<AgentSimException> onProblem)
    {
        options.Check();
        var proxy = new RecordingProxy(options, sink, onProblem);
        try
        {
            await proxy._application.StartAsync().ConfigureAwait(false);
            return proxy;
        }
        catch (Exception error) when (error is IOException or System.Net.Sockets.SocketException)
        {
            await proxy.DisposeAsync().ConfigureAwait(false);
            throw Errors.EndpointUnavailable.Error($"{options.Listen}: cannot be listened on: {error.GetBaseException().Message}", inner: error);
        }
    }

    /// <summary>Takes no more connections, lets answers end for a moment, and breaks off those that do not.</summary>
    public async ValueTask DisposeAsync()
    {
        using (var grace = new CancellationTokenSource(Grace)) await _application.StopAsync(grace.Token).ConfigureAwait(false);
        // What was broken off is still to be recorded.
        long end = Environment.TickCount64 + (long)RecordingPatience.TotalMilliseconds;
        while (Counters.Active > 0 && Environment.TickCount64 < end) await Task.Delay(20).ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
        _client.Dispose();
    }

    /// <summary>Signals are the business of the program.</summary>
    private sealed class OwnLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
