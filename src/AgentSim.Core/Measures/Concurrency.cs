using System.Globalization;
using AgentSim.Sessions;

namespace AgentSim.Measures;

/// <summary>
/// How many requests, or sessions, ran at the same time, from the first start to the last end. Statistics are weighted by
/// time: the 90th percentile is the number that was not exceeded in 90 % of the time. What took no time never ran.
/// </summary>
/// <param name="Peak">Most at one time.</param>
/// <param name="PeakTime">When that was first reached, UTC.</param>
/// <param name="Mean">Mean number.</param>
/// <param name="P50">50th percentile.</param>
/// <param name="P90">90th percentile.</param>
/// <param name="P99">99th percentile.</param>
/// <param name="OverTime">The same in equal parts of the time.</param>
public sealed record Concurrency(int Peak, DateTime PeakTime, double Mean, int P50, int P90, int P99,
    IReadOnlyList<ConcurrencyPart> OverTime)
{
    private const int Parts = 50;

    /// <summary>The statistics in one line, for views and tables of text.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"mean {Mean:#,0.##}, p50 {P50:N0}, p90 {P90:N0}, p99 {P99:N0}, peak {Peak:N0}");

    /// <summary>The concurrency of what ran at some times; null if none of it took any time.</summary>
    internal static Concurrency? Of(IEnumerable<TimeRange> ranges)
    {
        (long Time, int Change)[] changes = [.. ranges.Where(range => range.Length > 0)
            .SelectMany(range => new[] { (range.Start, 1), (range.End, -1) })];
        if (changes.Length == 0) return null;
        Array.Sort(changes);   // at equal times what ends comes before what starts
        long first = changes[0].Time, last = changes[^1].Time, whole = last - first;
        var timeAt = new SortedDictionary<int, long>();
        int parts = (int)Math.Min(Parts, whole);
        var runTime = new double[parts];
        var peaks = new int[parts];
        int now = 0, peak = 0;
        long peakTime = first;
        for (int i = 0; i < changes.Length; i++)
        {
            now += changes[i].Change;
            long from = changes[i].Time, until = i + 1 < changes.Length ? changes[i + 1].Time : last;
            if (until == from) continue;
            if (now > peak) (peak, peakTime) = (now, from);
            timeAt[now] = timeAt.GetValueOrDefault(now) + (until - from);
            Spread(from - first, until - first);
        }

        return new Concurrency(peak, TimeRange.Date(peakTime), timeAt.Sum(entry => (double)entry.Key * entry.Value) / whole,
            At(0.5), At(0.9), At(0.99), Enumerable.Range(0, parts).Select(Part).ToArray());

        // Counts a stretch of unchanging concurrency in the parts it lies in.
        void Spread(long from, long until)
        {
            double length = (double)whole / parts;
            for (int part = Math.Min((int)(from / length), parts - 1); part < parts && part * length < until; part++)
            {
                double share = Math.Min(until, (part + 1) * length) - Math.Max(from, part * length);
                if (share <= 0) continue;
                runTime[part] += share * now;
                peaks[part] = Math.Max(peaks[part], now);
            }
        }

        int At(double share)
        {
            double left = whole * share;
            foreach ((int count, long time) in timeAt)
            {
                if ((left -= time) <= 0) return count;
            }

            return peak;
        }

        ConcurrencyPart Part(int part)
        {
            double length = (double)whole / parts;
            return new ConcurrencyPart(TimeSpan.FromMilliseconds(part * length), runTime[part] / length, peaks[part]);
        }
    }
}

/// <summary>Concurrency in a part of the time.</summary>
/// <param name="Start">Start of the part after the start of the whole; it lasts until the next one.</param>
/// <param name="Mean">Mean number.</param>
/// <param name="Peak">Most at one time.</param>
public sealed record ConcurrencyPart(TimeSpan Start, double Mean, int Peak)
{
    /// <summary>The part in a few characters, for views and tables of text.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Start:c}: {Mean:0.##}");
}
