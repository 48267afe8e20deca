namespace AgentSim.Capture;

/// <summary>
/// A recording proxy in a process of its own (<see cref="WebProcess"/>). It writes its own files, and ends when this process does.
/// Thread-safe.
/// </summary>
internal sealed class ProxyProcess : IDisposable
{
    private static readonly TimeSpan StatusPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StopPatience = TimeSpan.FromMinutes(1);

    private readonly WebProcess _web;
    private readonly Action<AgentSimException>? _onProblem;
    private readonly object _gate = new();
    private readonly Action<ProxyProcess, string>? _onEnded;
    private ProxyReport _last = new(new ProxyCounters(), new TraceSinkCounters());
    private bool _isStopped;
    private bool _isEndReported;

    private ProxyProcess(ProxySettings settings, Action<AgentSimException>? onProblem, Action<ProxyProcess, string>? onEnded)
    {
        (_onProblem, _onEnded) = (onProblem, onEnded);
        _web = WebProcess.Start(new WebTask(
            [], reason => Errors.ProxyUnavailable.Error($"the recording proxy cannot run: {reason}"), onProblem, End),
            ProxyMessages.Write(settings));
    }

    /// <summary>Where it listens, with the actual port.</summary>
    public string Address => _web.Address;

    /// <summary>The process.</summary>
    public int Id => _web.Id;

    /// <summary>What it said last about how it stands.</summary>
    public ProxyReport Last => _last;

    /// <summary>Starts a proxy and waits until it listens.</summary>
    /// <param name="settings">What it has to know.</param>
    /// <param name="onProblem">Told about problems, on any thread.</param>
    /// <param name="onEnded">Told why it ended on its own, instead of <paramref name="onProblem"/>.</param>
    /// <exception cref="AgentSimException">It cannot be started, or cannot listen or write there.</exception>
    public static ProxyProcess Start(
        ProxySettings settings, Action<AgentSimException>? onProblem, Action<ProxyProcess, string>? onEnded = null) =>
        new(settings, onProblem, onEnded);

    /// <summary>How it stands; the last that is known if it does not answer.</summary>
    public ProxyReport Status()
    {
        lock (_gate)
        {
            if (_isStopped || Ask(ProxyMessages.StatusRequest, StatusPatience) is not null) return _last;
            return _web.HasEnded ? _last with { Sink = null } : _last;
        }
    }

    /// <summary>Stops it: what is being answered has a moment to end, and everything is written.</summary>
    public void Dispose() => Stop(CancellationToken.None);

    /// <summary>Stops it.</summary>
    /// <param name="hurry">Breaks off at once what is being answered.</param>
    public void Stop(CancellationToken hurry)
    {
        lock (_gate)
        {
            if (_isStopped) return;
            // It may have ended a moment ago, and nobody was told yet.
            if (_web.HasEnded) ReportEnd(EndedMessage(_web));
            _isStopped = true;
            if (_web.HasEnded)
            {
                _web.Dispose();
                return;
            }

            using CancellationTokenRegistration onHurry = hurry.Register(() => _web.Send(ProxyMessages.HurryRequest));
            if (Ask(ProxyMessages.StopRequest, StopPatience) is null)
            {
                _last = _last with { Sink = null };
                ReportEnd("the proxy did not stop in order; its last records may be missing");
            }

            _web.Dispose();
        }
    }

    private void End(WebProcess web)
    {
        if (Volatile.Read(ref _isStopped)) return;
        if (_onEnded is null) ReportEnd(EndedMessage(web));
        else if (!Interlocked.Exchange(ref _isEndReported, true)) _onEnded(this, web.Reason());
    }

    private static string EndedMessage(WebProcess web) =>
        $"the proxy ended: {web.Reason()}; what it received in the last moments is not recorded";

    // Once, by whoever notices first.
    private void ReportEnd(string message)
    {
        if (!Interlocked.Exchange(ref _isEndReported, true)) _onProblem?.Invoke(Errors.ProxyEnded.Error(message));
    }

    private ProxyReport? Ask(string request, TimeSpan patience) =>
        _web.Ask(request, patience)?.Report is { } report ? _last = report : null;
}
