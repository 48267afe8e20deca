using AgentSim.Statistics;

namespace AgentSim.Tests.Statistics;

public class DistributionTests
{
    [Theory]
    [InlineData(1, 50, 0)]
    [InlineData(2, 50, 1)]    // an exact half goes up
    [InlineData(3, 50, 1)]
    [InlineData(3, 75, 2)]
    [InlineData(17, 90, 14)]
    [InlineData(17, 95, 15)]
    [InlineData(17, 99, 16)]
    [InlineData(101, 99, 99)]
    public void Rank_is_the_nearest_with_halves_away_from_zero(int count, int percentile, int rank) =>
        Assert.Equal(rank, Distribution.Rank(count, percentile));

    [Fact]
    public void The_worked_example_of_three_latencies_gives_the_reference_values()
    {
        Distribution ttft = Distribution.Of([22.734314, 22.740905999999995, 22.487759]);

        Assert.Equal(22.65432633333333, ttft.Mean, 1e-14);
        Assert.Equal(22.487759, ttft.Min);
        Assert.Equal(22.734314, ttft.Median);
        Assert.All([ttft.Max, ttft.P75, ttft.P90, ttft.P95, ttft.P99], p => Assert.Equal(22.740905999999995, p));
        Assert.Equal(0.11781163218271487, ttft.Std, 1e-14);
    }

    [Fact]
    public void Of_two_samples_the_median_is_the_larger() =>
        Assert.Equal(5.756479999999996, Distribution.Of([5.756479999999996, 5.749889000000001]).Median);

    [Fact]
    public void Nothing_has_no_samples() => Assert.False(Distribution.Of([]).HasSamples);
}
