namespace AgentSim.Statistics;

// The distributions themselves, for plots.
internal sealed partial class GapStatistics
{
    /// <summary>The gaps, milliseconds; exact to 0.1 %.</summary>
    public PlotSamples GapSamples
    {
        get
        {
            AddRepeated();
            return PlotSamples.OfAscending(_gapSketch.Samples, LogBuckets.Width);
        }
    }

    /// <summary>1000 / gap, tokens per second and user; exact to 0.1 %.</summary>
    public PlotSamples RateSamples
    {
        get
        {
            AddRepeated();
            return PlotSamples.OfAscending(_rateSketch.Samples, LogBuckets.Width);
        }
    }
}
