using System.Net;
using System.Text.Json;
using AgentSim.Capture;
using AgentSim.Simulation;

namespace AgentSim.Serving;

/// <summary>
/// An OpenAI-compatible server that answers with simulated engines, in a process of its own (<see cref="WebProcess"/>) that ends with
/// this one. Thread-safe.
/// </summary>
public sealed class AgentServer : IDisposable
{
    private static readonly TimeSpan StatusPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StopPatience = TimeSpan.FromMinutes(1);

    private readonly ServerOptions _options;
    private readonly string _engine;
    private readonly string _timing;
    private readonly Action<AgentSimException>? _onProblem;
    private readonly object _gate = new();
    private readonly object _endGate = new();
    private readonly WebProcess _web;
    private ServerCounters _last = new();
    private bool _isStopped;
    private bool _isEndReported;

    private AgentServer(ServerOptions options, ReplaySettings replay, Action<AgentSimException>? onProblem)
    {
        options.Check();
        ReplayChecks.CheckSettings(replay, format: null);
        (_options, _onProblem) = (options, onProblem);
        _engine = replay.Pools is { } pools ? $"{pools.Prefill} | {pools.Decode}" : replay.Engine.ToString();
        ServerSettings settings = ServerSettings.Of(options, replay);
        _timing = settings.Timing;
        if (!IPAddress.IsLoopback(options.ListenEndPoint().Address))
        {
            onProblem?.Invoke(Errors.ServerReachable.Error(
                $"{options.Listen} can be reached from other machines, without authentication; use 127.0.0.1 unless they are to use it"));
        }

        _web = WebProcess.Start(
            new WebTask([ServerMessages.Argument], reason => Errors.ServerUnavailable.Error($"the server cannot run: {reason}"),
                onProblem, End),
            JsonSerializer.Serialize(settings, ServerMessages.Default.ServerSettings));
    }

    /// <summary>Where it listens, with the actual port.</summary>
    public string Address => _web.Address;

    /// <summary>Starts a server and waits until it listens.</summary>
    /// <param name="options">Where, and how fast.</param>
    /// <param name="replay">Workers and router, as for a replay of what will come.</param>
    /// <param name="onProblem">Told about problems, on any thread.</param>
    /// <exception cref="AgentSimException">A setting is wrong, or it cannot be started or listen there.</exception>
    public static AgentServer Start(ServerOptions options, ReplaySettings replay, Action<AgentSimException>? onProblem = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(replay);
        return new AgentServer(options, replay, onProblem);
    }

    /// <summary>How it stands.</summary>
    public ServerStatus Status()
    {
        lock (_gate)
        {
            if (!_isStopped) Ask(ProxyMessages.StatusRequest, StatusPatience);
            if (!_isStopped && _web.HasEnded) ReportEnd(_web);
            return new ServerStatus
            {
                Address = Address,
                Model = _options.Model,
                Speed = _options.Speed,
                TurnaroundMs = _options.TurnaroundMs,
                Timing = _timing,
                Engine = _engine,
                ProcessId = _web.Id,
                IsRunning = !_isStopped && !_web.HasEnded,
                Counters = _last,
            };
        }
    }

    /// <summary>Stops it: answers have a moment to end.</summary>
    /// <param name="hurry">Breaks them off at once.</param>
    public void Stop(CancellationToken hurry = default)
    {
        lock (_gate)
        {
            if (_isStopped) return;
            if (_web.HasEnded) ReportEnd(_web);
            _isStopped = true;
            if (!_web.HasEnded)
            {
                using CancellationTokenRegistration onHurry = hurry.Register(() => _web.Send(ProxyMessages.HurryRequest));
                Ask(ProxyMessages.StopRequest, StopPatience);
            }

            _web.Dispose();
        }
    }

    /// <summary>Stops it.</summary>
    public void Dispose() => Stop();

    private void Ask(string request, TimeSpan patience)
    {
        if (_web.Ask(request, patience)?.Other is { } answer && answer.Deserialize(ServerMessages.Default.ServerCounters) is { } counters)
            _last = counters;
    }

    private void End(WebProcess web)
    {
        if (!Volatile.Read(ref _isStopped)) ReportEnd(web);
    }

    // Once, by whoever notices first: who sees that it does not run has been told that it ended.
    private void ReportEnd(WebProcess web)
    {
        lock (_endGate)
        {
            if (_isEndReported) return;
            _isEndReported = true;
            _onProblem?.Invoke(Errors.ServerEnded.Error($"the server ended: {web.Reason()}"));
        }
    }
}
