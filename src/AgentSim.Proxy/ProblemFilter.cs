namespace AgentSim.Proxy;

/// <summary>Passes problems on, of each kind at most one a minute: traffic that fails fails often.</summary>
internal sealed class ProblemFilter(Action<AgentSimException> onProblem)
{
    private const long QuietMs = 60_000;

    private readonly Dictionary<ErrorCode, long> _reported = [];

    public void Report(ErrorCode code, string message)
    {
        long now = Environment.TickCount64;
        lock (_reported)
        {
            if (_reported.TryGetValue(code, out long last) && now - last < QuietMs) return;
            _reported[code] = now;
        }

        onProblem(code.Error(message));
    }
}
