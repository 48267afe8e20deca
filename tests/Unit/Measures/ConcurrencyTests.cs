using AgentSim.Measures;
using AgentSim.Sessions;

namespace AgentSim.Tests.Measures;

public sealed class ConcurrencyTests
{
    [Fact]
    public void Statistics_are_weighted_by_time()
    {
        // 0–100: one; 100–120: three; 120–150: none; 150–200: one.
        Concurrency found = Concurrency.Of([new(0, 120), new(100, 120), new(100, 120), new(150, 200)])!;

        Assert.Equal(3, found.Peak);
        Assert.Equal(TimeRange.Date(100), found.PeakTime);
        Assert.Equal((100 + 60 + 50) / 200.0, found.Mean, 12);
        Assert.Equal((1, 1, 3), (found.P50, found.P90, found.P99));
        Assert.Equal(50, found.OverTime.Count);
        Assert.Equal(TimeSpan.FromMilliseconds(4), found.OverTime[1].Start);
        Assert.Equal([1, 3, 3, 3, 3, 3, 0], found.OverTime.Skip(24).Take(7).Select(part => part.Peak));
        Assert.Equal(found.Mean, found.OverTime.Average(part => part.Mean), 12);
    }

    [Fact]
    public void What_ends_as_another_starts_does_not_run_beside_it() => Assert.Equal(1, Concurrency.Of([new(0, 10), new(10, 20)])!.Peak);

    [Fact]
    public void What_takes_no_time_never_ran()
    {
        Assert.Null(Concurrency.Of([]));
        Assert.Null(Concurrency.Of([new(5, 5)]));
        Assert.Equal(1, Concurrency.Of([new(0, 10), new(5, 5)])!.Peak);
    }

    [Fact]
    public void A_short_time_has_fewer_parts()
    {
        Concurrency found = Concurrency.Of([new(0, 3), new(2, 3)])!;
        Assert.Equal([1.0, 1.0, 2.0], found.OverTime.Select(part => part.Mean));
    }

    [Fact]
    public void The_parts_are_what_counting_every_millisecond_gives()
    {
        var random = new Random(11);
        for (int round = 0; round < 50; round++)
        {
            TimeRange[] ranges = [.. Enumerable.Range(0, 1 + random.Next(10)).Select(_ => random.Next(400))
                .Select(start => new TimeRange(start, start + 1 + random.Next(100)))];
            long first = ranges.Min(range => range.Start), last = ranges.Max(range => range.End);
            int[] counts = [.. Enumerable.Range((int)first, (int)(last - first))
                .Select(at => ranges.Count(range => range.Start <= at && at < range.End))];
            Concurrency found = Concurrency.Of(ranges)!;
            Assert.Equal(counts.Average(), found.Mean, 9);
            Assert.Equal(counts.Max(), found.Peak);
            Assert.Equal(counts.Max(), found.OverTime.Max(part => part.Peak));
            Assert.Equal(counts.Average(), found.OverTime.Average(part => part.Mean), 9);
            Assert.Equal(counts.Order().ElementAt((int)Math.Ceiling(counts.Length * 0.9) - 1), found.P90);
        }
    }
}
