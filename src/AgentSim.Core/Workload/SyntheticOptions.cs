namespace AgentSim.Workload;

/// <summary>
/// Synthetic load (behaviour 01#11.1). Of <see cref="RequestRate"/>, <see cref="ArrivalIntervalMs"/> and a replay's
/// concurrency exactly one has to be given.
/// </summary>
public sealed record SyntheticOptions
{
    /// <summary>Prompt tokens of every turn, at least 1.</summary>
    public int InputTokens { get; init; }

    /// <summary>Output tokens of every turn, at least 1.</summary>
    public int OutputTokens { get; init; }

    /// <summary>Number of requests, or of sessions when they have several turns; at least 1.</summary>
    public int RequestCount { get; init; }

    /// <summary>Poisson arrivals per second; finite and positive.</summary>
    public double? RequestRate { get; init; }

    /// <summary>Fixed spacing of arrivals in milliseconds, finite and not negative; 0: all at once.</summary>
    public double? ArrivalIntervalMs { get; init; }

    /// <summary>Seed of the Poisson arrivals.</summary>
    public ulong ArrivalSeed { get; init; } = 42;

    /// <summary>Turns of every session.</summary>
    public int TurnsPerSession { get; init; } = 1;

    /// <summary>Share of a prompt's blocks that its group has in common, 0 to 1.</summary>
    public double SharedPrefixRatio { get; init; }

    /// <summary>Groups of sessions with a common prefix; 0: nothing is shared.</summary>
    public int NumPrefixGroups { get; init; }

    /// <summary>Milliseconds between the end of a turn and the next turn of its session; finite and not negative.</summary>
    public double InterTurnDelayMs { get; init; }

    /// <summary>
    /// True when the load consists of sessions; false when nothing asks for more than single requests, so that whatever
    /// else the four session options say is ignored.
    /// </summary>
    public bool HasSessions => TurnsPerSession > 1 || SharedPrefixRatio > 0.0 || NumPrefixGroups > 0 || InterTurnDelayMs > 0.0;

    /// <exception cref="AgentSimException">A value is out of its range.</exception>
    internal void Check()
    {
        AtLeast(Setting.InputTokens, InputTokens, 1);
        AtLeast(Setting.OutputTokens, OutputTokens, 1);
        AtLeast(Setting.RequestCount, RequestCount, 1);
        if (RequestRate is { } rate && !(double.IsFinite(rate) && rate > 0.0))
            throw Invalid(Setting.RequestRate, "finite and more than 0", rate);
        CheckDelay(Setting.ArrivalIntervalMs, ArrivalIntervalMs);
        AtLeast(Setting.TurnsPerSession, TurnsPerSession, 0);
        AtLeast(Setting.PrefixGroups, NumPrefixGroups, 0);
        if (!HasSessions) return;
        AtLeast(Setting.TurnsPerSession, TurnsPerSession, 1);
        if (!(SharedPrefixRatio >= 0.0 && SharedPrefixRatio <= 1.0))
            throw Invalid(Setting.SharedPrefixRatio, "from 0 to 1", SharedPrefixRatio);
        CheckDelay(Setting.InterTurnDelayMs, InterTurnDelayMs);
    }

    private static void AtLeast(string option, int value, int least)
    {
        if (value < least) throw Invalid(option, $"at least {least}", value);
    }

    private static void CheckDelay(string option, double? value)
    {
        if (value is { } delay && !(double.IsFinite(delay) && delay >= 0.0)) throw Invalid(option, "finite and not negative", delay);
    }

    private static AgentSimException Invalid(string option, string wanted, double value) =>
        Errors.SyntheticOptionsInvalid.Error(FormattableString.Invariant($"{option} must be {wanted} (is {value})"));
}
