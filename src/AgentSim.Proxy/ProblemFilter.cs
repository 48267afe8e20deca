namespace AgentSim.Proxy;

/// <summary>Passes problems on, of each kind at most one a minute: traffic that fails fails often.</summary>
internal sealed class ProblemFilter(Action<AgentSimException> onProblem)
{
    private const long QuietMs = 60_000;

    private readonly Dictionary<string, long> _reported = [];

    public void Report(string errorId, string message)
    {
        long now = Environment.TickCount64;
        lock (_reported)
        {
            if (_reported.TryGetValue(errorId, out long last) && now - last < QuietMs) return;
            _reported[errorId] = now;
        }

        onProblem(new AgentSimException(errorId, message));
    }
}
