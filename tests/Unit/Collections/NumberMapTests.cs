using AgentSim.Collections;

namespace AgentSim.Tests.Collections;

public sealed class NumberMapTests
{
    [Fact]
    public void A_key_keeps_the_value_it_was_first_given()
    {
        Random random = new(1);
        NumberMap map = new();
        Dictionary<ulong, int> model = [];
        for (int i = 0; i < 100_000; i++)
        {
            ulong key = random.Next(4) == 0 ? (ulong)random.NextInt64() << 40 : (ulong)random.Next(30_000);
            bool isNew = model.TryAdd(key, i);
            Assert.Equal(model[key], map.GetOrAdd(key, i, out bool wasNew));
            Assert.Equal(isNew, wasNew);
        }
    }

    [Fact]
    public void Zero_and_the_largest_number_are_keys_like_others()
    {
        NumberMap map = new();
        Assert.Equal(0, map.GetOrAdd(0, 0, out _));
        Assert.Equal(1, map.GetOrAdd(ulong.MaxValue, 1, out _));
        Assert.Equal(0, map.GetOrAdd(0, 7, out bool isNew));
        Assert.False(isNew);
    }
}
