namespace AgentSim.Statistics;

/// <summary>
/// The range of some samples cut into bins: of equal width, or of equal ratio where the largest sample is many times the smallest.
/// A few samples far above all others are left out, so that the others can be told apart.
/// </summary>
/// <param name="Edges">Ends of the bins in ascending order, one more than there are bins.</param>
/// <param name="IsLogarithmic">True for bins of equal ratio.</param>
internal sealed record ValueGrid(double[] Edges, bool IsLogarithmic)
{
    private const double LogarithmicFrom = 20.0;   // largest to smallest
    private const double MostSamples = 0.995;
    private const double FarAbove = 5.0;           // all samples to most of them, in range

    public int Bins => Edges.Length - 1;

    /// <summary>A grid that holds the samples of all sets; null if there are none.</summary>
    /// <param name="samples">Sets that share the grid.</param>
    /// <param name="bins">Number of bins.</param>
    /// <param name="forCounts">Fewer bins where the samples are not exact enough for so many to be counted in.</param>
    public static ValueGrid? Of(IReadOnlyCollection<PlotSamples> samples, int bins, bool forCounts = true)
    {
        PlotSamples[] known = [.. samples.Where(set => set.Count > 0)];
        if (known.Length == 0) return null;
        double min = known.Min(set => set.Min), max = known.Max(set => set.Max), most = known.Max(set => set.At(MostSamples));
        if (most > min && max - min > (most - min) * FarAbove) max = most;
        bool isLogarithmic = min > 0.0 && max / min >= LogarithmicFrom;
        // Bins about as narrow as the samples are exact would be full and empty by turns.
        double resolution = known.Max(set => set.Resolution);
        if (forCounts && resolution > 0.0 && min > 0.0) bins = Math.Clamp((int)(Math.Log(max / min) / resolution / 2.0), 1, bins);
        if (min == max)
        {
            // A single value gets a range around it.
            double room = min == 0.0 ? 1.0 : Math.Abs(min) * 0.05;
            (min, max) = (min - room, max + room);
        }

        var edges = new double[bins + 1];
        for (int i = 0; i <= bins; i++)
        {
            double share = (double)i / bins;
            edges[i] = isLogarithmic ? min * Math.Pow(max / min, share) : min + (max - min) * share;
        }

        (edges[0], edges[bins]) = (min, max);   // rounding must leave none outside
        return new ValueGrid(edges, isLogarithmic);
    }

    /// <summary>Samples in each bin; one on an edge counts below it, the smallest in the first bin.</summary>
    public long[] CountsOf(PlotSamples samples)
    {
        var counts = new long[Bins];
        long before = 0;
        for (int bin = 0; bin < counts.Length; bin++)
        {
            long upTo = samples.AtMost(Edges[bin + 1]);
            counts[bin] = upTo - before;
            before = upTo;
        }

        return counts;
    }
}
