using AgentSim.Collections;

namespace AgentSim.Tests.Collections;

public sealed class GrowListTests
{
    [Fact]
    public void Keeps_what_is_added_while_it_grows()
    {
        GrowList<int> list = default;
        Assert.Empty(list.ToArray());
        for (int i = 0; i < 100; i++) list.Add(i);
        Assert.Equal(Enumerable.Range(0, 100), list.ToArray());
    }

    [Fact]
    public void Elements_can_be_changed_in_place()
    {
        GrowList<int> list = default;
        list.Add(1);
        list[0] += 41;
        Assert.Equal(42, list.AsSpan()[0]);
    }

    [Fact]
    public void Is_empty_after_clearing_and_usable_again()
    {
        GrowList<int> list = default;
        for (int i = 0; i < 20; i++) list.Add(i);
        list.Clear();
        list.Add(7);
        Assert.Equal([7], list.ToArray());
    }
}
