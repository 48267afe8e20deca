using AgentSim.Prompts;

namespace AgentSim.Tests.Prompts;

public sealed class IdNumbersTests
{
    [Fact]
    public void Ids_are_numbered_in_order_of_appearance_wherever_they_lie()
    {
        Random random = new(3);
        IdNumbers numbers = new();
        Dictionary<ulong, int> model = [];
        for (int i = 0; i < 200_000; i++)
        {
            ulong id = random.Next(4) switch
            {
                0 => (ulong)random.NextInt64() << 20,
                1 => (ulong)random.Next(1_000_000),   // first too far up for an array, later near enough
                _ => (ulong)random.Next(1 + i / 4),
            };
            Assert.Equal(model.GetValueOrDefault(id, -1), numbers.Find(id));
            bool isNew = model.TryAdd(id, model.Count);
            Assert.Equal(model[id], numbers.GetOrAdd(id, out bool wasNew));
            Assert.Equal(isNew, wasNew);
        }

        Assert.Equal(model.Count, numbers.Count);
        Assert.All(model, pair => Assert.Equal(pair.Value, numbers.Find(pair.Key)));
        Assert.Equal(-1, numbers.Find(ulong.MaxValue));
        Assert.Equal(model.Count, numbers.GetOrAdd(ulong.MaxValue, out _));
    }
}
