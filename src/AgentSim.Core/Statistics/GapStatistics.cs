namespace AgentSim.Statistics;

/// <summary>
/// The two streamed distributions of a replay, fed with the gaps between neighbouring tokens of counted requests
/// (behaviour 06#3.2): the gaps themselves (<c>itl</c>) and 1000 / gap (<c>output_token_throughput_per_user</c>).
/// The order of the samples and their grouping by multiplicity touch only the last bits of mean and standard deviation.
/// </summary>
internal sealed partial class GapStatistics
{
    // Half a unit in the last place of a clock up to so many steps is less than LogBuckets.Spread of a step.
    private const double MostStepsOfClock = 4e8;

    private readonly PercentileSketch _gapSketch = new();
    private readonly PercentileSketch _rateSketch = new();
    private RunningMoments _gaps = new();
    private RunningMoments _rates = new();

    // The requests of one pass mostly share their gap: equal gaps in a row are added as one.
    private double _repeated;
    private long _repeats;

    /// <summary>Number of gaps so far.</summary>
    public long Count
    {
        get
        {
            AddKept();
            return _gaps.Count;
        }
    }

    /// <summary>Statistics of the gaps, milliseconds.</summary>
    public Distribution InterTokenLatency
    {
        get
        {
            AddKept();
            return _gaps.Count == 0 ? Distribution.NoLatency : Read(_gaps, _gapSketch);
        }
    }

    /// <summary>Statistics of 1000 / gap over the gaps that are not 0, tokens per second and user.</summary>
    public Distribution ThroughputPerUser
    {
        get
        {
            AddKept();
            return _rates.Count == 0 ? Distribution.NoThroughput : Read(_rates, _rateSketch);
        }
    }

    /// <summary>Adds the same gap <paramref name="multiplicity"/> times.</summary>
    /// <param name="gap">Milliseconds; finite, not negative.</param>
    /// <param name="multiplicity">At least 1: the number of requests that share the gap.</param>
    public void Add(double gap, long multiplicity = 1)
    {
        if (gap != _repeated)
        {
            AddRepeated();
            _repeated = gap;
        }

        _repeats += multiplicity;
    }

    private void AddRepeated()
    {
        if (_repeats > 0) AddNow(_repeated, _repeats);
        _repeats = 0;
    }

    private void AddNow(double gap, long multiplicity)
    {
        _gaps.Add(gap, multiplicity);
        _gapSketch.Add(LogBuckets.KeyOf(gap), multiplicity);
        if (!(gap > 0.0)) return;

        double rate = 1000.0 / gap;
        if (!double.IsFinite(rate)) return;
        _rates.Add(rate, multiplicity);
        _rateSketch.Add(LogBuckets.KeyOf(rate), multiplicity);
    }

    /// <summary>Adds everything another instance holds.</summary>
    public void Merge(GapStatistics other)
    {
        AddKept();
        other.AddKept();
        _gaps.Merge(other._gaps);
        _rates.Merge(other._rates);
        _gapSketch.Merge(other._gapSketch);
        _rateSketch.Merge(other._rateSketch);
    }

    private static Distribution Read(RunningMoments moments, PercentileSketch sketch)
    {
        long count = moments.Count;
        (double mean, double std) = moments.Result();

        // A single sample is its own percentile; from two on the sketch answers.
        double At(int percentile) => count == 1 ? moments.Max : sketch.At(Distribution.Rank(count, percentile));
        return new Distribution(mean, moments.Min, moments.Max, At(50), At(75), At(90), At(95), At(99), std);
    }

    // The distributions themselves, for plots.

    /// <summary>The gaps, milliseconds; exact to 0.1 %.</summary>
    public PlotSamples GapSamples
    {
        get
        {
            AddKept();
            return PlotSamples.OfAscending(_gapSketch.Samples, LogBuckets.Width);
        }
    }

    /// <summary>1000 / gap, tokens per second and user; exact to 0.1 %.</summary>
    public PlotSamples RateSamples
    {
        get
        {
            AddKept();
            return PlotSamples.OfAscending(_rateSketch.Samples, LogBuckets.Width);
        }
    }
}
