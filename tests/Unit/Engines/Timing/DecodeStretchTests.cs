using AgentSim.Engines;

namespace AgentSim.Tests.Engines.Timing;

public sealed class DecodeStretchTests
{
    [Theory]
    [InlineData(16, 1)]
    [InlineData(16, 9)]
    [InlineData(64, 3)]
    [InlineData(512, 5)]
    public void Growth_counted_as_time_goes_on_is_that_of_the_passes_started(int blockSize, int sequences)
    {
        Random random = new(blockSize + sequences);
        for (int round = 0; round < 50; round++)
        {
            int[] allocated = [.. Enumerable.Range(0, sequences).Select(_ => random.Next(1, 3000))];
            DecodeStretch byTime = Planned(allocated, blockSize), byPasses = Planned(allocated, blockSize);
            double now = byTime.Start;
            while (now < byTime.End)
            {
                bool driven = random.Next(2) == 0;
                int beyond = random.Next(sequences);
                double start = byTime.StartOfGrowthBeyond(beyond);
                int growth = byTime.GrowthStartedBy(now, driven);
                Assert.Equal(byPasses.GrowthUpTo(byPasses.StartedBy(now, driven)), growth);
                Assert.True(growth <= beyond || start <= now);
                Assert.True(growth > beyond || start >= now || byTime.IsOpen);
                // Now and then right at the end of a pass.
                now += random.NextDouble() * 100;
                if (random.Next(2) == 0 && now < byTime.End) now = byTime.Ends[byTime.EndedBy(now)];
            }

            Assert.Equal(byPasses.GrowthUpTo(byPasses.Steps), byTime.GrowthUpTo(byTime.Steps));
        }
    }

    // What the engines' passes compute one by one.
    [Theory]
    [InlineData(1, 1.0)]
    [InlineData(16, 1.0)]
    [InlineData(512, 1.0)]
    [InlineData(64, 3.0)]
    public void A_plan_by_tokens_is_that_of_single_passes_however_far_it_is_computed(int blockSize, double speedup)
    {
        Random random = new(blockSize);
        for (int round = 0; round < 300; round++)
        {
            PolynomialModel model = new(speedup, 1);
            long total = random.Next(1, 4) == 1 ? random.Next(1, 2000) : 1 << random.Next(10, 24);
            int[] lengths = [.. Enumerable.Range(0, random.Next(1, 20)).Select(_ => random.Next(1, 3000))];
            long tokens = lengths.Sum(), obtainable = random.Next(2) == 0 ? random.Next(40) : 1 << 20;
            double now = random.Next(3) == 0 ? 0 : random.NextDouble() * 1e7;
            double horizon = random.Next(2) == 0 ? double.PositiveInfinity : now + (random.NextDouble() * 3000);
            int steps = random.Next(2, 700);

            DecodeStretch stretch = new();
            stretch.Prepare(blockSize, steps);
            foreach (int length in lengths) stretch.AddSequence(length, blockSize);
            DecodeTimes times = new(model, 1, total);
            stretch.PlanByTokens(now, horizon, steps, tokens, lengths.Length, obtainable, times);
            while (stretch.IsOpen)
            {
                Assert.True(stretch.End > now && stretch.End < horizon);
                stretch.Extend();
            }

            List<double> ends = [];
            for (double clock = now; ends.Count < steps && clock < horizon; ends.Add(clock))
            {
                int step = ends.Count;
                obtainable -= lengths.Count(length => (length + step) % blockSize == 0);
                if (obtainable < 0) break;
                long context = tokens + ((long)step * lengths.Length);
                clock += model.Decode(Math.Min(context, total), (ulong)total, context / lengths.Length);
            }

            Assert.Equal(ends, stretch.Ends.ToArray());
        }
    }

    // Batches that grow in most passes and such that hardly ever do, with few blocks left, a near horizon, and a clock so late that short
    // steps do not move it.
    [Theory]
    [InlineData(2, 1.0)]
    [InlineData(16, 1.0)]
    [InlineData(16, 1e9)]
    [InlineData(64, 3.0)]
    [InlineData(512, 1.0)]
    public void A_plan_by_blocks_is_that_of_single_passes_however_far_it_is_computed(int blockSize, double speedup)
    {
        Random random = new(blockSize);
        PolynomialModel model = new(speedup, 1);
        DecodeStretch stretch = new();
        for (int round = 0; round < 400; round++)
        {
            long total = 1 << random.Next(10, 16);
            DecodeTimes times = new(model, blockSize, total);
            int[] lengths = [.. Enumerable.Range(0, random.Next(1, 20)).Select(_ => random.Next(1, 3000))];
            int active = random.Next(1, 500), steps = random.Next(2, 700);
            long obtainable = random.Next(2) == 0 ? random.Next(40) : total - active;
            double now = random.Next(3) == 0 ? 0 : random.NextDouble() * 1e9;
            double horizon = random.Next(3) > 0 ? double.PositiveInfinity : now + (random.NextDouble() * 3000 / speedup);

            // Again and again, since the lengths of steps are known from the second time on.
            for (int time = 0; time < 3; time++)
            {
                stretch.Prepare(blockSize, steps);
                foreach (int length in lengths) stretch.AddSequence(length, blockSize);
                stretch.Plan(now, horizon, steps, active, obtainable, times, 0);
                int told = 0;
                while (stretch.IsOpen)
                {
                    Assert.True(stretch.End > now && stretch.End < horizon && stretch.Steps < stretch.MostToCome);
                    if (random.Next(3) == 0) told += stretch.GrowthUpTo(random.Next(stretch.Steps + 1));
                    stretch.Extend();
                }

                List<double> ends = [], lasting = [];
                long left = obtainable;
                for (double clock = now; ends.Count < steps && clock < horizon; ends.Add(clock))
                {
                    int step = ends.Count, grown = lengths.Count(length => (length + step) % blockSize == 0);
                    if (grown > left) break;
                    double ms = model.Decode((active + obtainable - left + grown) * blockSize, (ulong)total * (ulong)blockSize, 0);
                    if (clock + ms == clock) break;
                    left -= grown;
                    clock += ms;
                    lasting.Add(ms);
                }

                Assert.Equal(ends, stretch.Ends.ToArray());
                Assert.Equal(lasting, Enumerable.Range(0, stretch.Steps).Select(pass => LengthOf(stretch, pass)));
                Assert.Equal(obtainable - left, told + stretch.GrowthUpTo(stretch.Steps));
                stretch.CutAfter(Math.Min(stretch.Steps, random.Next(1, 700)));
                stretch.Clear();
            }
        }
    }

    private static double LengthOf(DecodeStretch stretch, int pass)
    {
        double length = double.NaN;
        foreach (DecodeStretch.Segment segment in stretch.Segments)
        {
            if (segment.First <= pass) length = segment.StepMs;
        }

        return length;
    }

    private static DecodeStretch Planned(int[] allocated, int blockSize)
    {
        const int steps = 700;
        DecodeStretch stretch = new();
        stretch.Prepare(blockSize, steps);
        foreach (int tokens in allocated) stretch.AddSequence(tokens, blockSize);
        Assert.True(stretch.Plan(10, double.PositiveInfinity, steps, 100, 1 << 20,
            new DecodeTimes(new PolynomialModel(1, 1), blockSize, 1 << 20), 50));
        while (stretch.IsOpen) stretch.Extend();
        return stretch;
    }
}
