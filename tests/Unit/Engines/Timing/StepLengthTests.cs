using AgentSim.Engines;

namespace AgentSim.Tests.Engines.Timing;

/// <summary>Lengths of many steps, computed together, are to the last bit those that the definition gives for each.</summary>
public sealed class StepLengthTests
{
    [Theory]
    [InlineData(1.0, 1.0)]
    [InlineData(3.0, 1.0)]
    [InlineData(1.0, 0.7)]
    public void Steps_computed_together_are_those_computed_one_by_one(double speedup, double decodeSpeedup)
    {
        Random random = new(11);
        PolynomialModel model = new(speedup, decodeSpeedup);
        for (int round = 0; round < 5000; round++)
        {
            (ulong total, long tokens, int batch) = Batch(random);
            double[] steps = new double[random.Next(1, 80)];
            model.DecodeSteps(steps, tokens, batch, total);
            Assert.Equal(OneByOne(model, steps.Length, tokens, batch, total), steps);
        }
    }

    [Fact]
    public void Ends_of_steps_computed_together_with_the_clock_are_those_added_one_by_one()
    {
        Random random = new(14);
        PolynomialModel model = new(1, 1);
        long filled = 0;
        for (int round = 0; round < 20_000; round++)
        {
            (ulong total, long tokens, int batch) = Batch(random);
            double start = random.Next(8) == 0 ? 1e18 : Math.Pow(10, random.NextDouble() * 9), horizon = double.PositiveInfinity;
            double[] ends = new double[random.Next(1, 80)];
            double[] expected = OneByOne(model, ends.Length, tokens, batch, total);
            for (int i = 0; i < ends.Length; i++) expected[i] += i == 0 ? start : expected[i - 1];
            double[] all = expected;
            if (random.Next(2) == 0) horizon = expected[random.Next(ends.Length)] + random.Next(-1, 2);
            int most = start >= horizon ? 0 : 1 + expected.TakeWhile(end => end < horizon).Count();
            if (start == expected[0]) most = 0;
            expected = expected[..Math.Min(most, expected.Length)];

            double clock = start;
            int count = PolynomialModel.EndsOfPairs(ends, tokens, batch, total, clock);
            filled += count;
            Assert.Equal(all[..count], ends[..count]);

            clock = start;
            count = new DecodeTimes(model, 1, (long)total).Ends(ends, tokens, batch, horizon, ref clock);
            Assert.Equal(expected, ends[..count]);
            Assert.Equal(count == 0 ? start : ends[count - 1], clock);
        }

        // It leaves batches that do not fit into the pool to the plain way.
        Assert.True(filled > 200_000, $"{filled} steps");
    }

    [Fact]
    public void Steps_that_may_be_rounded_either_way_are_left_to_the_careful_one()
    {
        PolynomialModel model = new(1, 1);
        const long Total = 1L << 23;
        int found = 0;
        for (long tokens = 2; tokens < Total - 2; tokens++)
        {
            double p = (double)tokens / Total, nanos = ((-25.74 * (p * p)) + (54.01 * p) + 5.74) * 1e6;
            if (Math.Abs(nanos - Math.Round(nanos)) < SimulatedDuration.ClearOfTie) continue;
            found++;
            double[] ends = new double[3], expected = OneByOne(model, 3, tokens - 2, 1, Total);
            for (int i = 0; i < 3; i++) expected[i] += i == 0 ? 100 : expected[i - 1];
            Assert.Equal(0, PolynomialModel.EndsOfPairs(ends, tokens - 2, 1, Total, 100));
            double clock = 100;
            Assert.Equal(3, new DecodeTimes(model, 1, Total).Ends(ends, tokens - 2, 1, double.PositiveInfinity, ref clock));
            Assert.Equal(expected, ends);
        }

        Assert.True(found > 3, $"{found} steps");
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.0)]
    [InlineData(2.5)]
    public void Durations_rounded_together_are_those_rounded_one_by_one(double ratio)
    {
        Random random = new(13);
        for (int round = 0; round < 20_000; round++)
        {
            double[] together = [.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => Milliseconds(random))];
            double[] oneByOne = [.. together.Select(ms => SimulatedDuration.Quantise(ms, ratio))];
            SimulatedDuration.QuantiseAll(together, ratio);
            Assert.Equal(oneByOne, together);
        }
    }

    // Many at the tie of two whole nanoseconds or next to it, and some too long for the fast way.
    private static double Milliseconds(Random random)
    {
        double ms = Math.Pow(10, (random.NextDouble() * 6) - 2);
        if (random.Next(2) == 0) return ms;
        ms = (Math.Floor(ms * 1e6) + 0.5) / 1e6;
        return random.Next(3) switch { 0 => ms, 1 => Math.BitIncrement(ms), _ => Math.BitDecrement(ms) };
    }

    // Pools of a power of two of tokens and others, batches that fill them and more.
    private static (ulong Total, long Tokens, int Batch) Batch(Random random)
    {
        ulong total = random.Next(2) == 0 ? 1UL << random.Next(4, 40) : (ulong)random.NextInt64(1, 1L << random.Next(4, 40));
        return (total, random.NextInt64(1, (long)total * 5 / 4 + 2), random.Next(1, 300));
    }

    private static double[] OneByOne(PolynomialModel model, int count, long tokens, int batch, ulong total) =>
        [.. Enumerable.Range(0, count).Select(step =>
            model.Decode(Math.Min(tokens + ((long)step * batch), (long)total), total, (tokens / batch) + step))];
}
