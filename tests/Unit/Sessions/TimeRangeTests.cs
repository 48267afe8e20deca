using AgentSim.Sessions;
using AgentSim.Traces;

namespace AgentSim.Tests.Sessions;

public sealed class TimeRangeTests
{
    [Fact]
    public void Overlaps_count_once_and_gaps_not_at_all() =>
        Assert.Equal(30, TimeRange.Covered([new(40, 50), new(0, 10), new(5, 15), new(6, 8), new(15, 20), new(30, 30)]));

    [Fact]
    public void Nothing_covers_nothing() => Assert.Equal(0, TimeRange.Covered([]));

    [Fact]
    public void Covered_time_is_what_counting_every_millisecond_gives()
    {
        var random = new Random(5);
        for (int round = 0; round < 200; round++)
        {
            var ranges = new TimeRange[random.Next(12)];
            for (int i = 0; i < ranges.Length; i++)
            {
                int start = random.Next(60);
                ranges[i] = new TimeRange(start, start + random.Next(15));
            }

            long counted = Enumerable.Range(0, 80).Count(at => ranges.Any(range => range.Start <= at && at < range.End));
            Assert.Equal(counted, TimeRange.Covered(ranges));
        }
    }

    [Fact]
    public void Recorded_times_stay_within_what_a_date_can_show()
    {
        TimeRange request = TimeRange.Of(new RequestRecord { ReceivedUnixMs = long.MaxValue, TotalTimeMs = 5 });
        TimeRange tool = TimeRange.Of(new ToolRecord { EndedUnixMs = 7, DurationMs = 1e300 });
        Assert.Equal(0, request.Length);
        Assert.Equal(9999, TimeRange.Date(request.End).Year);
        Assert.Equal(new TimeRange(0, 7), tool);
    }
}
