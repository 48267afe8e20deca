using AgentSim.Routing;

namespace AgentSim.Tests.Routing;

public sealed class RoundRobinTests
{
    [Theory]
    [InlineData(2, 2, new[] { 0, 2, 1, 3, 0, 2 })]
    [InlineData(3, 2, new[] { 0, 2, 4, 1, 3, 5, 0 })]
    [InlineData(3, 1, new[] { 0, 1, 2, 0 })]
    [InlineData(1, 3, new[] { 0, 1, 2, 0 })]
    public void Workers_take_turns_and_ranks_take_turns_within_each(int workers, int ranks, int[] expected)
    {
        var order = new RoundRobin(workers, ranks);
        Assert.Equal(expected, expected.Select(_ => order.Next()));
    }
}
