using AgentSim.Statistics;

namespace AgentSim.Tests.Statistics;

public class ValueGridTests
{
    [Fact]
    public void Samples_are_counted_in_equal_bins()
    {
        PlotSamples samples = PlotSamples.Of([3, 1, 2, 2, 4.5, 5]);
        ValueGrid grid = ValueGrid.Of([samples], 4)!;
        Assert.False(grid.IsLogarithmic);
        Assert.Equal([1, 2, 3, 4, 5], grid.Edges);
        Assert.Equal([3, 1, 0, 2], grid.CountsOf(samples));
    }

    [Fact]
    public void Bins_have_equal_ratios_where_the_range_is_wide()
    {
        ValueGrid grid = ValueGrid.Of([PlotSamples.Of([1, 10, 100, 100, 100])], 2)!;
        Assert.True(grid.IsLogarithmic);
        Assert.Equal([1.0, 10.0, 100.0], grid.Edges.Select(edge => Math.Round(edge, 9)));
    }

    [Fact]
    public void A_few_samples_far_above_the_others_are_left_out()
    {
        PlotSamples samples = PlotSamples.Of([.. Enumerable.Range(0, 999).Select(i => 5 + i * 0.001), 500]);
        Assert.Equal(5.994, ValueGrid.Of([samples], 10)!.Edges[^1], 6);
    }

    [Fact]
    public void Sets_share_a_grid_that_holds_all_of_them()
    {
        PlotSamples low = PlotSamples.Of([1, 2]), high = PlotSamples.Of([7, 9]);
        ValueGrid grid = ValueGrid.Of([low, high, PlotSamples.Of([])], 4)!;
        Assert.Equal((1.0, 9.0), (grid.Edges[0], grid.Edges[^1]));
        Assert.Equal(2, grid.CountsOf(low).Sum());
        Assert.Equal(2, grid.CountsOf(high).Sum());
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(4.0)]
    public void A_single_value_has_a_range_around_it(double value)
    {
        ValueGrid grid = ValueGrid.Of([PlotSamples.Of([value, value])], 4)!;
        Assert.True(grid.Edges[0] < value && value < grid.Edges[^1]);
        Assert.Equal(2, grid.CountsOf(PlotSamples.Of([value, value])).Sum());
    }

    [Fact]
    public void No_samples_have_no_grid() => Assert.Null(ValueGrid.Of([PlotSamples.Of([])], 4));

    [Fact]
    public void Gaps_between_tokens_keep_their_number_and_range()
    {
        var gaps = new GapStatistics();
        gaps.Add(5.0, 90);
        gaps.Add(0.0, 3);
        gaps.Add(25.0, 7);
        PlotSamples samples = gaps.GapSamples;
        Assert.Equal((100, 0.0), (samples.Count, samples.Min));
        Assert.Equal(25.0, samples.Max, 0.03);
        Assert.Equal(93, samples.AtMost(5.01));
        Assert.Equal(97, gaps.RateSamples.Count);
    }

    [Fact]
    public void Shares_lead_to_samples()
    {
        PlotSamples samples = PlotSamples.Of(Enumerable.Range(1, 200).Select(i => (double)i));
        Assert.Equal((1.0, 100.0, 199.0, 200.0), (samples.At(0), samples.At(0.5), samples.At(0.995), samples.At(1)));
    }
}
