namespace AgentSim.Statistics;

/// <summary>Samples of one quantity in ascending order; neighbours that are equal are kept once, with their number.</summary>
internal sealed class PlotSamples
{
    private readonly double[] _values;
    private readonly long[] _upTo;   // samples up to and with each value

    private PlotSamples(double[] values, long[] upTo, double resolution) => (_values, _upTo, Resolution) = (values, upTo, resolution);

    /// <summary>How near to each other different samples can be, relative; 0 for exact ones.</summary>
    public double Resolution { get; }

    public long Count => _upTo.Length == 0 ? 0 : _upTo[^1];

    /// <summary>Smallest sample; there must be one.</summary>
    public double Min => _values[0];

    /// <summary>Largest sample; there must be one.</summary>
    public double Max => _values[^1];

    public static PlotSamples Of(IEnumerable<double> samples)
    {
        double[] sorted = [.. samples];
        Array.Sort(sorted);
        return OfAscending(sorted.Select(static sample => (sample, 1L)));
    }

    /// <param name="samples">Values that ascend, each with the number of its samples.</param>
    /// <param name="resolution">How near to each other these can be, relative.</param>
    public static PlotSamples OfAscending(IEnumerable<(double Value, long Count)> samples, double resolution = 0.0)
    {
        var values = new List<double>();
        var upTo = new List<long>();
        long count = 0;
        foreach ((double value, long times) in samples)
        {
            count += times;
            if (values.Count > 0 && values[^1] == value)
            {
                upTo[^1] = count;
                continue;
            }

            values.Add(value);
            upTo.Add(count);
        }

        return new PlotSamples([.. values], [.. upTo], resolution);
    }

    /// <summary>The smallest sample with at least a share of all samples up to it, 0 to 1; there must be one.</summary>
    public double At(double share)
    {
        int at = Array.BinarySearch(_upTo, (long)Math.Ceiling(share * Count));
        return _values[Math.Min(at < 0 ? ~at : at, _values.Length - 1)];
    }

    /// <summary>Number of samples that are not larger than a value.</summary>
    public long AtMost(double value)
    {
        int at = Array.BinarySearch(_values, value);
        if (at < 0) at = ~at - 1;
        return at < 0 ? 0 : _upTo[at];
    }
}
