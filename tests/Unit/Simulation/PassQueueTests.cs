using AgentSim.Simulation;

namespace AgentSim.Tests.Simulation;

public sealed class PassQueueTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(65)]
    [InlineData(128)]
    public void The_first_pass_to_end_is_that_of_a_sorted_list(int workers)
    {
        Random random = new(workers);
        PassQueue queue = new(workers);
        Dictionary<int, PassEnd> pending = [];
        Assert.Equal(double.PositiveInfinity, queue.NextTime);
        for (int step = 0; step < 5_000; step++)
        {
            int worker = random.Next(workers);
            if (pending.ContainsKey(worker) && random.Next(2) == 0)
            {
                queue.Remove(worker);
                pending.Remove(worker);
            }
            else
            {
                // Few different values, so that every rule has to decide now and then.
                pending[worker] = new PassEnd(random.Next(4), random.Next(3), random.Next(2));
                queue.Set(worker, pending[worker]);
            }

            Assert.Equal(pending.Count, queue.Count);
            if (pending.Count == 0)
            {
                Assert.Equal(double.PositiveInfinity, queue.NextTime);
                continue;
            }

            (int first, PassEnd end) = pending.OrderBy(p => p.Value.Time).ThenBy(p => p.Value.Start).ThenBy(p => p.Value.Round)
                .ThenBy(p => p.Key).First();
            Assert.Equal((first, end, end.Time), (queue.First, queue.FirstEnd, queue.NextTime));
        }
    }
}
