namespace AgentSim.Sessions;

/// <summary>Sums of recorded counts, which may be anything: at most <see cref="long.MaxValue"/>.</summary>
internal static class Sum
{
    /// <summary>The sum of two counts that are not negative.</summary>
    public static long Of(long sum, long count) => count > long.MaxValue - sum ? long.MaxValue : sum + count;
}
