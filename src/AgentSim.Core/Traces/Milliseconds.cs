namespace AgentSim.Traces;

/// <summary>Whole milliseconds out of recorded decimals (behaviour 01#2.5): rounded half away from zero, saturating.</summary>
internal static class Milliseconds
{
    /// <summary>A duration as whole milliseconds; negative counts as 0.</summary>
    public static long Round(double milliseconds)
    {
        double rounded = Math.Round(Math.Max(milliseconds, 0), MidpointRounding.AwayFromZero);
        return rounded >= 9223372036854775808.0 ? long.MaxValue : (long)rounded;
    }

    /// <summary>The sum of two non-negative times, at most <see cref="long.MaxValue"/>.</summary>
    public static long Add(long time, long duration) => time > long.MaxValue - duration ? long.MaxValue : time + duration;
}
