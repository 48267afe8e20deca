using System.Net;
using System.Text;
using AgentSim.Capture;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Forwarder;

namespace AgentSim.Proxy;

/// <summary>A web server that passes everything on to another one, and records requests to models.</summary>
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
    private readonly ProxyTally _tally;
    private bool _isStopped;

    private RecordingProxy(
        ProxyOptions options, Action<byte[]> publish, Action<AgentSimException> onProblem, ProxyLedger? ledger, int connections)
    {
        _tally = new ProxyTally(ledger);
        var problems = new ProblemFilter(onProblem);
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            MaxResponseHeadersLength = LongestHeadKiB, UseProxy = false, AllowAutoRedirect = false, UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None, EnableMultipleHttp2Connections = true, ActivityHeadersPropagator = null,
            ConnectTimeout = TimeSpan.FromSeconds(15), MaxConnectionsPerServer = connections,
            RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1, ResponseHeaderEncodingSelector = (_, _) => Encoding.Latin1,
        });
        var gate = new ConnectionGate(connections, () =>
        {
            _tally.RefusedConnection();
            problems.Report(
                Errors.ProxyFull,
                $"there are more connections than the {connections} that the proxy can keep open with the files it may open; "
                + "those that rest are closed, and new ones are refused when none rests: raise the limit (ulimit -n)");
        });
        WebApplicationBuilder builder = GatedServer.Builder(kestrel => Configure(kestrel, options, gate), connections);
        builder.Services.AddHttpForwarder();
        _application = builder.Build();
        var sender = new UpstreamSender(options, _application.Services.GetRequiredService<IHttpForwarder>(), _client);
        _recorder = new RequestRecorder(options, sender, new RowMaker(options, publish, _tally, problems), _tally, problems);
        _application.Run(async context =>
        {
            using (gate.During(context.Connection.Id)) await _recorder.HandleAsync(context).ConfigureAwait(false);
        });
    }

    /// <summary>Where it listens, with the actual port.</summary>
    public string Address => _application.Urls.Single();

    /// <summary>What it did so far.</summary>
    public ProxyCounters Counters => _tally.Counters;

    /// <summary>Starts a proxy.</summary>
    /// <param name="options">Where from and where to.</param>
    /// <param name="publish">Takes the records.</param>
    /// <param name="onProblem">Told about failures, on any thread; must not block.</param>
    /// <param name="ledger">Takes counts that outlive the process; null if nobody asks.</param>
    /// <param name="connections">Connections of clients at a time; null for as many as the process can have.</param>
    /// <exception cref="AgentSimException">An option is invalid, or the address cannot be listened on.</exception>
    public static async Task<RecordingProxy> StartAsync(
        ProxyOptions options, Action<byte[]> publish, Action<AgentSimException> onProblem,
        ProxyLedger? ledger = null, int? connections = null)
    {
        options.Check();
        var proxy = new RecordingProxy(options, publish, onProblem, ledger, connections ?? ConnectionLimits.Clients());
        try
        {
            await proxy._application.StartAsync().ConfigureAwait(false);
            return proxy;
        }
        catch (Exception error) when (error is IOException or System.Net.Sockets.SocketException)
        {
            await proxy.DisposeAsync().ConfigureAwait(false);
            throw Errors.EndpointUnavailable.Error($"{options.Listen}: cannot be listened on: {error.GetBaseException().Message}", error);
        }
    }

    /// <summary>Takes no more connections, lets answers end for a moment, and breaks off those that do not.</summary>
    /// <param name="hurry">Breaks them off at once.</param>
    public async Task StopAsync(CancellationToken hurry)
    {
        if (_isStopped) return;
        _isStopped = true;
        using var breakOff = new CancellationTokenSource();
        Task stopping = _application.StopAsync(breakOff.Token);
        await WaitForAnswersAsync(Grace, hurry).ConfigureAwait(false);
        _recorder.BreakOff();   // what ends from here on does so because of us
        await breakOff.CancelAsync().ConfigureAwait(false);
        await stopping.ConfigureAwait(false);
        // What was broken off is still to be recorded.
        await WaitForAnswersAsync(RecordingPatience, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Stops it, and frees what it has.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None).ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
        _client.Dispose();
    }

    private static void Configure(KestrelServerOptions kestrel, ProxyOptions options, ConnectionGate gate)
    {
        kestrel.AddServerHeader = false;
        // Every byte of a header has a character in this encoding, and passes as it is.
        kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
        kestrel.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;
        // The limits are those of the server behind.
        KestrelServerLimits limits = kestrel.Limits;
        (limits.MaxRequestBodySize, limits.MinRequestBodyDataRate, limits.MinResponseDataRate) = (null, null, null);
        limits.MaxRequestHeadersTotalSize = limits.MaxRequestLineSize = LongestHeadKiB << 10;
        limits.MaxRequestHeaderCount = LongestHeadKiB << 4;
        kestrel.Listen(options.ListenEndPoint(), listen => listen.Use(next => connection => gate.HandleAsync(connection, next)));
    }

    private async Task WaitForAnswersAsync(TimeSpan most, CancellationToken hurry)
    {
        long end = Environment.TickCount64 + (long)most.TotalMilliseconds;
        while (Counters.Active > 0 && Environment.TickCount64 < end && !hurry.IsCancellationRequested)
            await Task.Delay(20, CancellationToken.None).ConfigureAwait(false);
    }
}
