using AgentSim.Statistics;
using FsCheck;
using FsCheck.Fluent;

namespace AgentSim.Tests.Statistics;

public sealed class OrderStatisticsTests
{
    [Fact]
    public void Every_rank_is_what_sorting_gives()
    {
        // Few distinct values, so that pivots repeat; long enough to be partitioned many times.
        Gen<double[]> lists = Gen.Choose(1, 3000).SelectMany(length => Gen.Choose(1, 1000)
            .SelectMany(values => Gen.Choose(0, values).Select(value => value / 8.0).ArrayOf(length)));
        Prop.ForAll(lists.ToArbitrary(), samples =>
        {
            double[] sorted = [.. samples.Order()];
            int[] ranks = [.. new[] { 0, samples.Length / 2, samples.Length / 2, samples.Length * 9 / 10, samples.Length - 1 }.Order()];
            OrderStatistics order = new([.. samples]);
            foreach (int rank in ranks) Assert.Equal(sorted[rank], order.At(rank));
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void Ordered_lists_are_no_trap(int direction)
    {
        OrderStatistics order = new([.. Enumerable.Range(0, 100_000).Select(value => (double)(value * direction))]);
        double lowest = direction < 0 ? -99_999 : 0;
        for (int rank = 0; rank < 100_000; rank += 1_000) Assert.Equal(lowest + rank, order.At(rank));
    }
}
