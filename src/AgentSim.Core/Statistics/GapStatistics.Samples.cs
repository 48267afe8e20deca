namespace AgentSim.Statistics;

// The distributions themselves, for plots.
internal sealed partial class GapStatistics
{
    /// <summary>The gaps, milliseconds; exact to 0.1 %.</summary>
    public SampleSet GapSamples
    {
        get
        {
            AddRepeated();
            return SampleSet.OfAscending(_gapSketch.Samples, LogBuckets.Width);
        }
    }

    /// <summary>1000 / gap, tokens per second and user; exact to 0.1 %.</summary>
    public SampleSet RateSamples
    {
        get
        {
            AddRepeated();
            return SampleSet.OfAscending(_rateSketch.Samples, LogBuckets.Width);
        }
    }
}
