using System.Diagnostics;
using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using AgentSim.Serving;
using AgentSim.Simulation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;

namespace AgentSim.Proxy.Serving;

/// <summary>An OpenAI-compatible web server whose tokens come from simulated engines when the simulation says.</summary>
internal sealed class ApiServer : IAsyncDisposable
{
    /// <summary>How long answers under way have to end when the server is stopped.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>How long those that are broken off have to be told so.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    private readonly WebApplication _application;
    private readonly ServerSettings _settings;
    private readonly ServedEngine _engine;
    private readonly BodyBudget _bodies;
    private readonly string _modelJson;
    private readonly string _banner;
    private readonly long _created = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
    private long _requests;
    private int _answering;
    private long _refused;
    private long _refusedConnections;
    private long _ids = Stopwatch.GetTimestamp();
    private bool _isStopped;

    private ApiServer(ServerSettings settings, ApiLimits limits, Action<AgentSimException> onProblem)
    {
        _settings = settings;
        _bodies = new BodyBudget(limits.BodyBytes);
        // Unlike the proxy, a server has no second connection for each.
        int connections = limits.Connections ?? ConnectionLimits.Clients();
        _modelJson = JsonSerializer.Serialize(settings.Options.Model);
        _banner = string.Create(CultureInfo.InvariantCulture,
            $"simulated; speed={settings.Options.Speed}; turnaround_ms={settings.Options.TurnaroundMs}; timing={Ascii(settings.Timing)}");
        _engine = new ServedEngine(settings.ToReplay(), settings.Options.Speed, settings.Options.TurnaroundMs, TextTokens.WordTokens,
            problem => onProblem(Errors.ServedRequestFailed.Error($"the simulated workers were started anew: {problem.Template}")),
            limits.Requests);
        var problems = new ProblemFilter(onProblem);
        var gate = new ConnectionGate(connections, () =>
        {
            Interlocked.Increment(ref _refusedConnections);
            problems.Report(
                Errors.ServerFull,
                $"there are more connections than the {connections} that the server can keep open with the files it may open; "
                + "those that rest are closed, and new ones are refused when none rests: raise the limit (ulimit -n)");
        }, "server", "ServiceUnavailableError");
        WebApplicationBuilder builder = GatedServer.Builder(kestrel => Configure(kestrel, settings.Options, gate), connections);
        // Nothing in the way of a request blocks; and each thread less that it is handed on to is a tenth of a millisecond.
        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.UnsafePreferInlineScheduling = true);
        _application = builder.Build();
        _application.Run(async context =>
        {
            using (gate.During(context.Connection.Id)) await HandleAsync(context).ConfigureAwait(false);
        });
    }

    /// <summary>Where it listens, with the actual port.</summary>
    public string Address => _application.Urls.Single();

    /// <summary>What it did so far.</summary>
    public ServerCounters Counters
    {
        get
        {
            ServingTotals totals = _engine.Totals;
            return new ServerCounters
            {
                Requests = Interlocked.Read(ref _requests),
                Active = _engine.InFlight,
                Waiting = _engine.Ranks.Sum(rank => (long)rank.WaitingCount),
                Completed = totals.Completed - totals.Abandoned,
                Abandoned = totals.Abandoned,
                Refused = Interlocked.Read(ref _refused),
                PromptTokens = totals.PromptTokens,
                CachedTokens = totals.CachedTokens,
                OutputTokens = totals.OutputTokens,
                Preemptions = totals.Preemptions,
                RefusedConnections = Interlocked.Read(ref _refusedConnections),
                MeanDelayMs = _engine.MeanDelayMs,
            };
        }
    }

    /// <summary>Starts a server.</summary>
    /// <param name="settings">What it serves, and where.</param>
    /// <param name="onProblem">Told about failures, on any thread; must not block.</param>
    /// <param name="limits">What it takes at a time.</param>
    /// <exception cref="AgentSimException">A setting is invalid, or the address cannot be listened on.</exception>
    public static async Task<ApiServer> StartAsync(ServerSettings settings, Action<AgentSimException> onProblem, ApiLimits? limits = null)
    {
        settings.Options.Check();
        var server = new ApiServer(settings, limits ?? new ApiLimits(), onProblem);
        try
        {
            server._engine.Start();
            await server._application.StartAsync().ConfigureAwait(false);
            return server;
        }
        catch (Exception error) when (error is IOException or System.Net.Sockets.SocketException)
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw Errors.EndpointUnavailable.Error(
                $"{settings.Options.Listen}: cannot be listened on: {error.GetBaseException().Message}", error);
        }
    }

    /// <summary>Takes no more connections, lets answers end for a moment, and breaks off those that do not.</summary>
    /// <param name="hurry">Breaks them off at once.</param>
    public async Task StopAsync(CancellationToken hurry)
    {
        if (Interlocked.Exchange(ref _isStopped, true)) return;
        using var breakOff = new CancellationTokenSource();
        Task stopping = _application.StopAsync(breakOff.Token);
        await WaitAsync(() => Volatile.Read(ref _answering) > 0, Grace, hurry).ConfigureAwait(false);
        _engine.Dispose();
        await WaitAsync(() => Volatile.Read(ref _answering) > 0, Farewell, CancellationToken.None).ConfigureAwait(false);
        await breakOff.CancelAsync().ConfigureAwait(false);
        await stopping.ConfigureAwait(false);
    }

    /// <summary>Stops it, and frees what it has.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None).ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task WaitAsync(Func<bool> goesOn, TimeSpan most, CancellationToken hurry)
    {
        long end = Environment.TickCount64 + (long)most.TotalMilliseconds;
        while (goesOn() && Environment.TickCount64 < end && !hurry.IsCancellationRequested)
            await Task.Delay(20, CancellationToken.None).ConfigureAwait(false);
    }

    private static void Configure(KestrelServerOptions kestrel, ServerOptions options, ConnectionGate gate)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = BodyBudget.MostBytes;
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(120);
        kestrel.Limits.MinResponseDataRate = null;   // tokens come when they come
        kestrel.Listen(options.ListenEndPoint(), listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(next => connection => gate.HandleAsync(connection, next));
        });
    }

    private async Task HandleAsync(HttpContext context)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.Server = $"agentsim/{Replay.Version}";
        headers["X-AgentSim"] = _banner;
        string id = Interlocked.Increment(ref _ids).ToString("x", CultureInfo.InvariantCulture);
        headers["X-Request-Id"] = context.Request.Headers["X-Request-Id"].ToString() is { Length: > 0 and <= 128 } given ? given : id;
        Interlocked.Increment(ref _answering);
        try
        {
            await AnswerAsync(context, id).ConfigureAwait(false);
        }
        catch (ApiProblem problem)
        {
            Interlocked.Increment(ref _refused);
            await problem.SendAsync(context).ConfigureAwait(false);
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException error)
        {
            Interlocked.Increment(ref _refused);
            await new ApiProblem(error.StatusCode, error.Message).SendAsync(context).ConfigureAwait(false);
        }
        catch (AgentSimException error)
        {
            Interlocked.Increment(ref _refused);
            if (context.Response.HasStarted) context.Abort();
            else await new ApiProblem(StatusCodes.Status503ServiceUnavailable, error.Message).SendAsync(context).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // The client is gone, or what it sends has no form.
            if (context.Response.HasStarted) context.Abort();
            else await ApiProblem.Bad("The body cannot be read.").SendAsync(context).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _answering);
        }
    }

    private async Task AnswerAsync(HttpContext context, string id)
    {
        string path = context.Request.Path.Value ?? "";
        if (path.Length > 1) path = path.TrimEnd('/');
        bool isGet = HttpMethods.IsGet(context.Request.Method);
        switch (path)
        {
            case "/v1/completions" or "/v1/chat/completions" when HttpMethods.IsPost(context.Request.Method):
                await CompleteAsync(context, id, path.Contains("chat", StringComparison.Ordinal)).ConfigureAwait(false);
                break;
            case "/v1/models" when isGet:
                await JsonAsync(context, $$"""{"object":"list","data":[{{Model()}}]}""").ConfigureAwait(false);
                break;
            case "/health" or "/ping" when isGet:
                context.Response.StatusCode = _engine.Failure is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
                break;
            case "/version" when isGet:
                await JsonAsync(context, $$"""{"version":"{{Replay.Version}}","simulated":true}""").ConfigureAwait(false);
                break;
            case "/metrics" when isGet:
                context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
                await context.Response.WriteAsync(MetricsPage.Of(_engine, _settings)).ConfigureAwait(false);
                break;
            case "/v1/completions" or "/v1/chat/completions" or "/v1/models" or "/health" or "/ping" or "/version" or "/metrics":
                throw new ApiProblem(StatusCodes.Status405MethodNotAllowed, $"{context.Request.Method} is not for {path}.");
            default:
                if (isGet && path == $"/v1/models/{_settings.Options.Model}") await JsonAsync(context, Model()).ConfigureAwait(false);
                else throw new ApiProblem(StatusCodes.Status404NotFound, $"{path} is not served.");
                break;
        }
    }

    private async Task CompleteAsync(HttpContext context, string id, bool isChat)
    {
        long received = Stopwatch.GetTimestamp();
        Interlocked.Increment(ref _requests);
        ModelRequest asked;
        using (BodyBudget.Body body = await _bodies.ReadAsync(context).ConfigureAwait(false))
            asked = ModelRequest.Read(body.Bytes, isChat, _settings.Options.Model);
        if (_engine.WhyNever(asked.Prompt.Length, asked.Output) is { } reason)
            throw ApiProblem.Bad($"The request cannot be served: {reason}.");
        var served = new ServedRequest
        {
            Prompt = asked.Prompt,
            Output = asked.Output,
            Received = received,
            Seed = (ulong)Convert.ToInt64(id, 16),
            Salt = asked.Salt is { } salt ? XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(salt)) | 1 : 0,
            Priority = -asked.Priority,
        };
        if (!_engine.TrySubmit(served))
        {
            string why = _engine.Failure?.Message ?? (_isStopped ? "The server is stopping." : "Too many requests are under way.");
            throw new ApiProblem(StatusCodes.Status503ServiceUnavailable, why);
        }

        using CancellationTokenRegistration onGone = context.RequestAborted.UnsafeRegister(_ => _engine.Abandon(served), null);
        await new AnswerWriter(context, asked, served, id, _modelJson, _engine.TokensLeft).WriteAsync().ConfigureAwait(false);
    }

    private string Model()
    {
        string timing = JsonSerializer.Serialize(_settings.Timing);
        return new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"{{\"id\":{_modelJson},\"object\":\"model\",\"created\":{_created},")
            .Append(CultureInfo.InvariantCulture, $"\"owned_by\":\"agentsim\",\"root\":{_modelJson},\"simulated\":true,")
            .Append(CultureInfo.InvariantCulture, $"\"max_model_len\":{_engine.LongestSequence},")
            .Append(CultureInfo.InvariantCulture, $"\"agentsim\":{{\"version\":\"{Replay.Version}\",\"timing\":{timing},")
            .Append(CultureInfo.InvariantCulture, $"\"speed\":{_settings.Options.Speed},")
            .Append(CultureInfo.InvariantCulture, $"\"turnaround_ms\":{_settings.Options.TurnaroundMs}}}}}")
            .ToString();
    }

    private static Task JsonAsync(HttpContext context, string json)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json + "\n");
    }

    private static string Ascii(string text) => string.Concat(text.Select(c => c is >= ' ' and <= '~' ? c : '?'));
}
