using AgentSim.Collections;

namespace AgentSim.Tests.Collections;

public sealed class ChunkListTests
{
    private readonly ChunkList<int> _list = new();

    [Fact]
    public void Keeps_what_is_added_over_many_chunks()
    {
        for (int i = 0; i < 200_000; i++) _list.Add(i);

        Assert.Equal(200_000, _list.Count);
        Assert.All(Enumerable.Range(0, 200_000).Where(i => i % 997 == 0 || i % (1 << 14) < 2), i => Assert.Equal(i, _list[i]));
    }

    [Fact]
    public void Items_can_be_changed_in_place()
    {
        _list.Add(1);
        _list[0] += 41;
        Assert.Equal(42, _list[0]);
    }

    [Fact]
    public void The_rests_of_a_list_make_it_up_and_end_with_it()
    {
        for (int i = 0; i < 50_000; i++) _list.Add(i);
        var seen = new List<int>();

        while (!_list.Rest(seen.Count).IsEmpty) seen.AddRange(_list.Rest(seen.Count));

        Assert.Equal(Enumerable.Range(0, 50_000), seen);
    }
}
