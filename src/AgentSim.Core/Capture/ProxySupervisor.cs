using System.Diagnostics;

namespace AgentSim.Capture;

/// <summary>
/// Keeps a recording proxy running: it stands between agents and their server, so that one that ended on its own is started again at
/// the same address, and what was lost is counted and said. Thread-safe.
/// </summary>
internal sealed class ProxySupervisor : IDisposable
{
    private const int MostRestarts = 5;   // within the time below: then it ends for a reason that stays
    private const int MostTries = 5;
    private static readonly TimeSpan RestartWindow = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(200);

    private readonly ProxySettings _settings;
    private readonly Action<AgentSimException>? _onProblem;
    private readonly object _gate = new();
    private readonly Queue<long> _restarts = new();
    private ProxyReport _before = new(new ProxyCounters(), new TraceSinkCounters());   // of those that ended
    private ProxyLedger? _ledger;
    private ProxyProcess _proxy;
    private bool _isStopped;
    private bool _hasGivenUp;

    private ProxySupervisor(ProxySettings settings, Action<AgentSimException>? onProblem)
    {
        (_settings, _onProblem) = (settings, onProblem);
        _proxy = Begin(settings);
    }

    /// <summary>Where it listens, with the actual port.</summary>
    public string Address => _proxy.Address;

    /// <summary>The process that does it now.</summary>
    public int ProcessId => _proxy.Id;

    /// <summary>Starts a proxy and waits until it listens.</summary>
    /// <exception cref="AgentSimException">It cannot be started, or cannot listen or write there.</exception>
    public static ProxySupervisor Start(ProxySettings settings, Action<AgentSimException>? onProblem) => new(settings, onProblem);

    /// <summary>How it stands; the last that is known if it does not answer.</summary>
    public ProxyReport Status()
    {
        lock (_gate) return _hasGivenUp ? _before with { Sink = null } : Sum(_before, _proxy.Status());
    }

    /// <summary>Stops it: what is being answered has a moment to end, and everything is written.</summary>
    /// <param name="hurry">Breaks off at once what is being answered.</param>
    public void Stop(CancellationToken hurry)
    {
        lock (_gate)
        {
            if (_isStopped) return;
            _isStopped = true;
            if (!_hasGivenUp) _proxy.Stop(hurry);
            _ledger?.Dispose();
        }
    }

    public void Dispose() => Stop(CancellationToken.None);

    private ProxyProcess Begin(ProxySettings settings)
    {
        _ledger = ProxyLedger.Create();
        try
        {
            return ProxyProcess.Start(settings with { Ledger = _ledger?.Path }, _onProblem, Restart);
        }
        catch
        {
            _ledger?.Dispose();
            throw;
        }
    }

    // On the thread of the process that ended.
    private void Restart(ProxyProcess ended, string reason)
    {
        lock (_gate)
        {
            if (_isStopped || ended != _proxy) return;
            long started = Stopwatch.GetTimestamp();
            long lost = Take(ended);
            ended.Dispose();
            string loss = _ledger is null
                ? "what it had received and not written is not recorded" : $"{lost} requests that it had received are not recorded";
            if (TryBegin() is { } error)
            {
                _hasGivenUp = true;
                Report(Errors.ProxyEnded, $"the proxy ended: {reason}; {loss}, and it cannot be started again: {error}");
                return;
            }

            _before = _before with { Counters = _before.Counters with { Restarts = _before.Counters.Restarts + 1 } };
            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            Report(
                Errors.ProxyRestarted,
                FormattableString.Invariant($"the proxy ended: {reason}; it was started again at {Address} after {seconds:0.0} s; {loss}"));
        }
    }

    // Counts what the one that ended did, and what of it is lost.
    private long Take(ProxyProcess ended)
    {
        long lost = _ledger?.Missing ?? 0, written = _ledger?.Written ?? ended.Last.Sink?.Written ?? 0;
        // A plain file is one segment; segments with numbers are looked at by whoever asks for them.
        TraceSegment[] segments = _settings.Sink.Format == TraceFileFormat.Jsonl && File.Exists(_settings.Sink.Path)
            ? [new TraceSegment(_settings.Sink.Path, written, new FileInfo(_settings.Sink.Path).Length)] : [];
        ProxyCounters counters = ended.Last.Counters with { Active = 0, Lost = lost, Recorded = written };
        if (_ledger is not null) counters = counters with { Requests = lost + written + counters.Failed + counters.NotRecorded };
        var sink = new TraceSinkCounters { Accepted = written, Written = written, Segments = segments };
        _before = Sum(_before, new ProxyReport(counters, sink));
        _ledger?.Dispose();
        return lost;
    }

    private string? TryBegin()
    {
        long now = Environment.TickCount64;
        while (_restarts.TryPeek(out long first) && now - first > RestartWindow.TotalMilliseconds) _restarts.Dequeue();
        if (_restarts.Count == MostRestarts) return $"it has ended {MostRestarts} times within a minute";
        _restarts.Enqueue(now);
        string problem = "";
        for (int i = 0; i < MostTries; i++)
        {
            try
            {
                _proxy = Begin(_settings with { Proxy = _settings.Proxy with { Listen = Address }, IsRestart = true });
                return null;
            }
            catch (AgentSimException error)
            {
                problem = error.Message;
            }

            Thread.Sleep(RetryDelay);
        }

        return problem;
    }

    private void Report(ErrorCode code, string message) => _onProblem?.Invoke(code.Error(message));

    private static ProxyReport Sum(ProxyReport one, ProxyReport other) =>
        new(one.Counters.Plus(other.Counters), one.Sink is null || other.Sink is null ? null : TraceSinkCounters.Sum(one.Sink, other.Sink));
}
