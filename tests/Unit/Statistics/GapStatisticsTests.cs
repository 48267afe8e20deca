using AgentSim.Statistics;
using FsCheck;
using FsCheck.Fluent;

namespace AgentSim.Tests.Statistics;

public class GapStatisticsTests
{
    [Fact]
    public void The_worked_example_of_three_gaps_gives_the_reference_values()
    {
        var gaps = new GapStatistics();
        gaps.Add(5.749889);
        gaps.Add(5.749889000000003);
        gaps.Add(5.756479999999996);

        Distribution itl = gaps.InterTokenLatency;
        Assert.Equal(5.752085999999999, itl.Mean, 1e-14);
        Assert.Equal(0.0031070271965313936, itl.Std, 1e-12);
        Assert.Equal(5.749889, itl.Min);
        Assert.Equal(5.756479999999996, itl.Max);
        Assert.Equal(5.748851426827424, itl.Median, 1e-15);
        Assert.All([itl.P75, itl.P90, itl.P95, itl.P99], p => Assert.Equal(5.760360638893143, p, 1e-15));

        Distribution rate = gaps.ThroughputPerUser;
        Assert.Equal(173.85002443597605, rate.Mean, 1e-12);
        Assert.Equal(0.09387038385846781, rate.Std, 1e-11);
        Assert.Equal(173.71727166601823, rate.Min);
        Assert.Equal(173.916400820955, rate.Max);
        Assert.All([rate.Median, rate.P75, rate.P99], p => Assert.Equal(173.99059041324327, p, 1e-13));
    }

    [Fact]
    public void No_gap_gives_no_samples_and_one_gap_gives_itself()
    {
        var gaps = new GapStatistics();
        Assert.Equal(Distribution.NoLatency, gaps.InterTokenLatency);
        Assert.Equal(Distribution.NoThroughput, gaps.ThroughputPerUser);

        gaps.Add(4.0);
        Assert.Equal(new Distribution(4, 4, 4, 4, 4, 4, 4, 4, 0), gaps.InterTokenLatency);
        Assert.Equal(new Distribution(250, 250, 250, 250, 250, 250, 250, 250, 0), gaps.ThroughputPerUser);
    }

    [Fact]
    public void A_gap_of_zero_counts_as_latency_but_has_no_rate()
    {
        var gaps = new GapStatistics();
        gaps.Add(0.0, 3);
        gaps.Add(2.0);

        Assert.Equal(4, gaps.Count);
        Assert.Equal(0.5, gaps.InterTokenLatency.Mean);
        Assert.Equal(0.0, gaps.InterTokenLatency.Median);
        Assert.Equal(500.0, gaps.ThroughputPerUser.Median);   // one sample: exact
    }

    [Fact]
    public void Multiplicity_equals_repetition()
    {
        GapStatistics once = new(), many = new();
        foreach ((double gap, int times) in (ReadOnlySpan<(double, int)>)[(5.5, 3), (7.25, 1), (1234.5, 40), (0.001, 7)])
        {
            once.Add(gap, times);
            for (int i = 0; i < times; i++) many.Add(gap);
        }

        AssertClose(many.InterTokenLatency, once.InterTokenLatency);
        AssertClose(many.ThroughputPerUser, once.ThroughputPerUser);
    }

    [Fact]
    public void Passes_on_both_sides_of_an_edge_of_buckets_fall_into_their_own()
    {
        Random random = new(5);
        for (int round = 0; round < 500; round++)
        {
            double edge = Math.Exp(random.Next(-3000, 4000) * 0.002000000666667067);
            double spread = edge * Math.Pow(10, -random.Next(2, 17));
            GapStatistics atOnce = new(), oneByOne = new();
            double[] ends = new double[random.Next(1, 200)];
            double clock = 0;
            for (int i = 0; i < ends.Length; i++)
            {
                double before = clock;
                ends[i] = clock += edge + (spread * (random.NextDouble() - 0.5));
                oneByOne.Add(clock - before, 2);
            }

            atOnce.AddPasses(0, ends, 2);
            AssertSame(oneByOne.GapSamples, atOnce.GapSamples, edge);
            AssertSame(oneByOne.RateSamples, atOnce.RateSamples, 1000 / edge);
        }

        static void AssertSame(PlotSamples expected, PlotSamples actual, double edge)
        {
            Assert.Equal((expected.Count, expected.Min, expected.Max, expected.AtMost(edge)),
                (actual.Count, actual.Min, actual.Max, actual.AtMost(edge)));
        }
    }

    [Theory]
    [InlineData(1e-6)]
    [InlineData(1e-3)]
    [InlineData(0.2)]
    public void Passes_added_at_once_equal_their_gaps_one_by_one(double growth)
    {
        GapStatistics atOnce = new(), oneByOne = new();
        double[] ends = new double[500];
        double clock = 1000, step = 5.7;
        for (int i = 0; i < ends.Length; i++, step *= 1 + growth)
        {
            double before = clock;
            ends[i] = clock += Math.Min(step, 80.0);
            for (int request = 0; request < 3; request++) oneByOne.Add(clock - before);
        }

        atOnce.AddPasses(1000, ends, 3);

        Assert.Equal(oneByOne.Count, atOnce.Count);
        AssertClose(oneByOne.InterTokenLatency, atOnce.InterTokenLatency);
        AssertClose(oneByOne.ThroughputPerUser, atOnce.ThroughputPerUser);
    }

    [Fact]
    public void Deviations_of_passes_alone_agree_with_gaps_one_by_one()
    {
        // Nothing but the passes: their own deviations are all that the standard deviation is made of.
        Random random = new(6);
        for (int round = 0; round < 3000; round++)
        {
            double start = random.NextDouble() * 1e4, clock = start, step = Math.Exp(random.Next(-5, 6));
            double growth = step * Math.Pow(10, -random.Next(2, 7)), jitter = random.Next(3) * growth;
            double kink = random.Next(2) * random.Next(200);
            double[] ends = [.. Enumerable.Range(0, random.Next(2, 400))
                .Select(i => clock += step + (growth * Math.Min(i, kink)) + (jitter * random.NextDouble()))];
            GapStatistics atOnce = new();
            atOnce.AddPasses(start, ends, 1);

            double[] gaps = [.. ends.Select((end, i) => end - (i == 0 ? start : ends[i - 1]))];
            AssertDeviates(gaps, atOnce.InterTokenLatency);
            AssertDeviates([.. gaps.Select(gap => 1000.0 / gap)], atOnce.ThroughputPerUser);
        }

        static void AssertDeviates(double[] values, Distribution actual)
        {
            // Relative to the first, so that nothing cancels.
            double[] relative = [.. values.Select(value => value - values[0])];
            double shift = relative.Average(), std = Math.Sqrt(relative.Average(value => (value - shift) * (value - shift)));
            double rounding = 1e-15 * values[0];
            Assert.Equal(values[0] + shift, actual.Mean, 1e-12 * values[0]);
            Assert.InRange(actual.Std, (std * (1 - 1e-9)) - rounding, (std * (1 + 1e-9)) + rounding);
            Assert.Equal((values.Min(), values.Max()), (actual.Min, actual.Max));
        }
    }

    [Fact]
    public void Equal_passes_do_not_deviate()
    {
        GapStatistics gaps = new();
        gaps.AddPasses(0, [.. Enumerable.Range(1, 500).Select(i => i * 5.75)], 3);
        Assert.Equal((5.75, 0.0), (gaps.InterTokenLatency.Mean, gaps.InterTokenLatency.Std));
        Assert.Equal((1000 / 5.75, 0.0), (gaps.ThroughputPerUser.Mean, gaps.ThroughputPerUser.Std));
    }

    [Fact]
    public void Streams_agree_with_the_running_update_and_a_sorted_list() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(300),
        Prop.ForAll(
            Gen.ListOf(Gen.Zip(Gen.Choose(1, 2_000_000), Gen.Choose(1, 300))).ToArbitrary(),
            list => AgreesWithNaive([.. list.Select(s => (s.Item1 / 1000.0, s.Item2))])));

    [Fact]
    public void An_outlier_before_a_long_even_stream_does_not_cost_accuracy()
    {
        var samples = new List<(double, int)> { (5_000_000.0, 1) };
        for (int i = 0; i < 3000; i++) samples.Add((6.0 + 1e-5 * (i % 7), 200));
        AgreesWithNaive(samples);
        samples.Reverse();
        AgreesWithNaive(samples);
    }

    [Fact]
    public void A_stretch_equals_its_gaps_one_by_one()
    {
        GapStatistics stretch = new(), single = new();
        double start = 1_000_000.125, clock = start, step = 5.7537;
        single.Add(9.5);
        stretch.Add(9.5);
        for (int i = 0; i < 5000; i++)
        {
            double next = clock + step;
            single.Add(next - clock, 12);
            clock = next;
        }

        Assert.True(stretch.AddStretch(step, 5000, start, clock, 12));
        AssertClose(single.InterTokenLatency, stretch.InterTokenLatency);
        AssertClose(single.ThroughputPerUser, stretch.ThroughputPerUser);
    }

    [Fact]
    public void Stretches_of_more_lengths_than_are_kept_equal_their_gaps_one_by_one()
    {
        GapStatistics stretches = new(), single = new();
        double clock = 1000.0, least = double.PositiveInfinity, most = 0;
        long count = 0;
        for (int i = 0; i < 30_000; i++)
        {
            double start = clock, step = 5.0 + (i * 7919 % 5003 * 0.001);
            int steps = 1 + (i % 5), requests = 1 + (i % 3);
            var ends = new double[steps];
            for (int at = 0; at < steps; at++) ends[at] = clock += step;
            foreach (double gap in ends.Select((end, at) => end - (at == 0 ? start : ends[at - 1]))) single.Add(gap, requests);
            count += steps * requests;
            if (!stretches.AddStretch(step, steps, start, clock, requests))
            {
                stretches.AddPasses(start, ends, requests);
                continue;
            }

            (least, most) = (Math.Min(least, (clock - start) / steps), Math.Max(most, (clock - start) / steps));
            // What was asked for meanwhile changes nothing.
            if (i % 9973 == 0) Assert.Equal(count, stretches.Count);
        }

        AssertClose(single.InterTokenLatency, stretches.InterTokenLatency);
        AssertClose(single.ThroughputPerUser, stretches.ThroughputPerUser);
        Assert.Equal((least, most), (stretches.InterTokenLatency.Min, stretches.InterTokenLatency.Max));
        Assert.Equal((1000.0 / most, 1000.0 / least), (stretches.ThroughputPerUser.Min, stretches.ThroughputPerUser.Max));
    }

    [Fact]
    public void A_stretch_at_a_clock_that_rounds_to_more_than_a_bucket_is_left_to_the_caller()
    {
        var gaps = new GapStatistics();
        Assert.True(gaps.AddStretch(5.7537, 10, 1e9, 1e9 + 57.537, 1));
        Assert.False(gaps.AddStretch(5.7537, 10, 1e15, 1e15 + 57.5, 1));
        Assert.False(gaps.AddStretch(0.0057537, 10, 1e11, 1e11 + 0.057, 1));
        Assert.Equal(10, gaps.Count);
    }

    [Fact]
    public void A_stretch_on_a_bucket_edge_is_left_to_the_caller()
    {
        var gaps = new GapStatistics();
        Assert.False(gaps.AddStretch(Math.Exp(875 * 0.0020000006666670666), 10, 0.0, 57.5, 1));
        Assert.False(gaps.AddStretch(0.0, 10, 0.0, 0.0, 1));
        Assert.Equal(0, gaps.Count);
    }

    [Fact]
    public void Merged_parts_equal_the_whole()
    {
        GapStatistics first = new(), second = new(), whole = new();
        for (int i = 0; i < 4000; i++)
        {
            double gap = 3.0 + i % 97 * 0.37;
            (i % 3 == 0 ? first : second).Add(gap, 1 + i % 5);
            whole.Add(gap, 1 + i % 5);
        }

        first.Merge(second);
        first.Merge(new GapStatistics());
        Assert.Equal(whole.Count, first.Count);
        AssertClose(whole.InterTokenLatency, first.InterTokenLatency);
        AssertClose(whole.ThroughputPerUser, first.ThroughputPerUser);
    }

    private static bool AgreesWithNaive(IReadOnlyList<(double Gap, int Times)> samples)
    {
        var gaps = new GapStatistics();
        double mean = 0, squares = 0;
        long count = 0;
        var all = new List<double>();
        foreach ((double gap, int times) in samples)
        {
            gaps.Add(gap, times);
            for (int i = 0; i < times; i++)
            {
                count++;
                double delta = gap - mean;
                mean += delta / count;
                squares += delta * (gap - mean);
                all.Add(gap);
            }
        }

        if (count == 0) return gaps.InterTokenLatency == Distribution.NoLatency;
        all.Sort();
        double At(int p) => count == 1
            ? all[0]
            : LogBuckets.Representative(LogBuckets.Formula(all[(int)Math.Round((count - 1.0) * p / 100.0, MidpointRounding.AwayFromZero)]));
        AssertClose(
            new Distribution(mean, all[0], all[^1], At(50), At(75), At(90), At(95), At(99), Math.Sqrt(squares / count)),
                gaps.InterTokenLatency);
        return true;
    }

    private static void AssertClose(Distribution expected, Distribution actual)
    {
        static double[] Values(Distribution d) => [d.Mean, d.Min, d.Max, d.Median, d.P75, d.P90, d.P95, d.P99, d.Std];
        foreach ((double want, double got) in Values(expected).Zip(Values(actual)))
        {
            Assert.True(Math.Abs(want - got) <= 1e-9 * Math.Max(Math.Abs(want), 1.0), $"{got:R} is not {want:R}");
        }
    }
}
