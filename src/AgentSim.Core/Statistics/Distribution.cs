using System.Dynamic;
using System.Globalization;
using System.Linq.Expressions;

namespace AgentSim.Statistics;

/// <summary>
/// The nine statistics of one distribution (behaviour 06#3). Percentiles are nearest rank; there is no interpolation.
/// Without samples all are infinitely bad: infinity for latencies, minus infinity for throughput (but for its deviation).
/// </summary>
/// <param name="Mean">Arithmetic mean.</param>
/// <param name="Min">Smallest sample.</param>
/// <param name="Max">Largest sample.</param>
/// <param name="Median">50th percentile.</param>
/// <param name="P75">75th percentile.</param>
/// <param name="P90">90th percentile.</param>
/// <param name="P95">95th percentile.</param>
/// <param name="P99">99th percentile.</param>
/// <param name="Std">Population standard deviation.</param>
public readonly record struct Distribution(
    double Mean, double Min, double Max, double Median, double P75, double P90, double P95, double P99, double Std)
        : IDynamicMetaObjectProvider
{
    /// <summary>The statistics in one line, for views and tables of text.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"mean {Mean:#,0.##}, p50 {Median:#,0.##}, p90 {P90:#,0.##}, p99 {P99:#,0.##}, {Min:#,0.##} to {Max:#,0.##}");

    /// <summary>Latencies of no requests.</summary>
    internal static Distribution NoLatency { get; } = All(double.PositiveInfinity) with { Std = double.PositiveInfinity };

    /// <summary>Throughput of no requests.</summary>
    internal static Distribution NoThroughput { get; } = All(double.NegativeInfinity) with { Std = double.PositiveInfinity };

    /// <summary>Statistics of which better and worse is not known, of nothing.</summary>
    internal static Distribution NoNumbers { get; } = All(double.NaN);

    /// <summary>False for the statistics of nothing.</summary>
    internal bool HasSamples => double.IsFinite(Std);

    /// <summary>Statistics of an exact list, one sample per request in the order of the request ordinals.</summary>
    internal static Distribution Of(ReadOnlySpan<double> samples) => OfRoom(samples.ToArray());

    /// <summary>The same of a list that nobody needs any more: it is put in another order.</summary>
    internal static Distribution OfRoom(Span<double> samples)
    {
        if (samples.IsEmpty) return NoLatency;

        double sum = 0.0, min = samples[0], max = samples[0];
        foreach (double sample in samples)
        {
            sum += sample;
            if (sample < min) min = sample;
            if (sample > max) max = sample;
        }

        double mean = sum / samples.Length;
        double squares = 0.0;
        foreach (double sample in samples) squares += (sample - mean) * (sample - mean);

        OrderStatistics order = new(samples);
        int count = samples.Length;
        return new Distribution(mean, min, max, At(50, ref order), At(75, ref order), At(90, ref order), At(95, ref order),
            At(99, ref order), Math.Sqrt(squares / count));

        double At(int percentile, ref OrderStatistics order) => order.At((int)Rank(count, percentile));
    }

    DynamicMetaObject IDynamicMetaObjectProvider.GetMetaObject(Expression parameter) =>
        new StrictNames(parameter, this, typeof(Distribution));

    private static Distribution All(double value) => new(value, value, value, value, value, value, value, value, value);

    /// <summary>0-based nearest rank of a percentile among <paramref name="count"/> samples, exact halves upwards.</summary>
    internal static long Rank(long count, int percentile) =>
        Math.Min((long)Math.Round((double)(count - 1) * percentile / 100.0, MidpointRounding.AwayFromZero), count - 1);
}
