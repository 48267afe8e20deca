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
                Assert.Equal(byPasses.GrowthUpTo(byPasses.StartedBy(now, driven)), byTime.GrowthStartedBy(now, driven));
                // Now and then right at the end of a pass.
                now += random.NextDouble() * 100;
                if (random.Next(2) == 0 && now < byTime.End) now = byTime.Ends[byTime.EndedBy(now)];
            }

            Assert.Equal(byPasses.GrowthUpTo(byPasses.Steps), byTime.GrowthUpTo(byTime.Steps));
        }
    }

    private static DecodeStretch Planned(int[] allocated, int blockSize)
    {
        const int steps = 700;
        DecodeStretch stretch = new();
        stretch.Prepare(blockSize, steps);
        foreach (int tokens in allocated) stretch.AddSequence(tokens, blockSize);
        Assert.True(stretch.Plan(10, double.PositiveInfinity, steps, 100, 1 << 20,
            new DecodeTimes(new PolynomialModel(1, 1), blockSize, 1 << 20), 50));
        return stretch;
    }
}
