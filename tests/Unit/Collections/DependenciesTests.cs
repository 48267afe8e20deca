using AgentSim.Collections;

namespace AgentSim.Tests.Collections;

public class DependenciesTests
{
    [Fact]
    public void A_chain_of_a_million_has_no_cycle_and_needs_no_stack()
    {
        const int count = 1_000_000;
        var offsets = new int[count + 1];
        for (int row = 0; row < count; row++) offsets[row + 1] = Math.Min(row + 1, count - 1);

        Assert.Equal(-1, new Dependencies(offsets, [.. Enumerable.Range(1, count - 1)]).FindCycle());
    }

    [Theory]
    [InlineData(new[] { 0, 1 }, new[] { 0 }, new[] { 0 })]
    [InlineData(new[] { 0, 1, 2, 3, 4 }, new[] { 1, 2, 3, 2 }, new[] { 2, 3 })]
    [InlineData(new[] { 0, 0, 2, 3, 4 }, new[] { 0, 2, 3, 1 }, new[] { 1, 2, 3 })]
    public void The_row_named_is_on_the_cycle(int[] offsets, int[] sources, int[] cycle) =>
        Assert.Contains(new Dependencies(offsets, sources).FindCycle(), cycle);

    [Fact]
    public void Repeated_and_shared_dependencies_are_no_cycle() =>
        Assert.Equal(-1, new Dependencies([0, 0, 1, 3, 6], [0, 0, 1, 2, 2, 0]).FindCycle());
}
