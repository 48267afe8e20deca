using AgentSim.Draws;

namespace AgentSim.Workload;

/// <summary>When the first turns of synthetic load arrive, in milliseconds (behaviour 01#11.2).</summary>
internal static class SyntheticArrivals
{
    private const double SmallestNormal = 2.2250738585072014e-308;

    /// <summary>The arrivals in order, the first at 0; NaN where neither a rate nor an interval is given.</summary>
    public static double[] Times(SyntheticOptions options)
    {
        var times = new double[options.RequestCount];
        if (options.RequestRate is { } rate)
        {
            double mean = 1000.0 / rate;
            var draws = new ChaCha12(options.ArrivalSeed);
            for (int i = 1; i < times.Length; i++) times[i] = times[i - 1] + Gap(mean, draws.NextDouble());
        }
        else if (options.ArrivalIntervalMs is { } interval)
        {
            // There and back: the gap of the reference is that of a rate, which need not be the interval to the last bit.
            double gap = interval == 0.0 ? 0.0 : 1000.0 / (1000.0 / interval);
            for (int i = 1; i < times.Length; i++) times[i] = times[i - 1] + gap;
        }
        else
        {
            Array.Fill(times, double.NaN);
        }

        return times;
    }

    private static double Gap(double mean, double draw) => -mean * Math.Log(Math.Clamp(1.0 - draw, SmallestNormal, 1.0));
}
