using AgentSim.Reports.Html;

namespace AgentSim.Tests.Reports.Html;

public class TimeBinsTests
{
    [Fact]
    public void A_slice_holds_the_mean_number_over_its_time()
    {
        var bins = new TimeBins(endMs: 10, slices: 5);
        bins.Add(1, 7);      // half of the first slice, half of the fourth
        bins.Add(4.5, 5);    // within a slice
        bins.Add(8, 10);     // up to the very end
        bins.Add(3, 3);      // no time at all
        Assert.Equal([0.5, 1.0, 1.25, 0.5, 1.0], bins.Means().Select(mean => Math.Round(mean, 12)));
    }

    [Fact]
    public void Time_is_neither_lost_nor_made()
    {
        var random = new Random(4);
        var bins = new TimeBins(endMs: 777, slices: 64);
        double total = 0;
        for (int i = 0; i < 500; i++)
        {
            double a = random.NextDouble() * 777, b = random.NextDouble() * 777;
            bins.Add(Math.Min(a, b), Math.Max(a, b));
            total += Math.Abs(a - b);
        }

        Assert.Equal(total, bins.Means().Sum() * 777 / 64, 6);
    }
}
