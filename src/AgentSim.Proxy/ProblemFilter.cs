namespace AgentSim.Proxy;

/// <summary>Passes problems on, of each kind at most one a minute: traffic that fails fails often.</summary>
internal sealed class ProblemFilter(Action<AgentSimException> onProblem)
{
    private const long QuietMs = 60_000;

    private readonly Dictionary<(ErrorCode Code, string Kind), long> _reported = [];

    /// <summary>Reports a problem.</summary>
    /// <param name="code">What it is.</param>
    /// <param name="message">The same for people.</param>
    /// <param name="kind">Which of several of this error, each of which is reported; only few.</param>
    public void Report(ErrorCode code, string message, string kind = "")
    {
        long now = Environment.TickCount64;
        lock (_reported)
        {
            if (_reported.TryGetValue((code, kind), out long last) && now - last < QuietMs) return;
            _reported[(code, kind)] = now;
        }

        onProblem(code.Error(message));
    }
}
