using System.Runtime.InteropServices;
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

    [Fact]
    public void Ids_with_consecutive_numbers_are_counted_as_single_look_ups_would()
    {
        Random random = new(4);
        for (int round = 0; round < 300; round++)
        {
            // Stretches of neighbours, some across the end of a page, some too far up for one, some skipped and numbered later.
            IdNumbers numbers = new();
            List<ulong> ids = [];
            for (int stretch = 0; stretch < 10; stretch++)
            {
                ulong first = random.Next(4) switch { 0 => (1UL << 15) - 10, 1 => ulong.MaxValue - 1_000, _ => (ulong)random.Next(40_000) };
                for (int i = 0; i < random.Next(1, 40); i++) ids.Add(first + (ulong)i);
            }

            foreach (ulong id in ids.Where(_ => random.Next(30) > 0)) numbers.GetOrAdd(id, out _);
            for (int from = 0; from < ids.Count; from++)
            {
                ReadOnlySpan<ulong> asked = CollectionsMarshal.AsSpan(ids)[from..];
                int number = Math.Max(0, numbers.Find(asked[0]) - random.Next(20) / 19), expected = 0;
                while (expected < asked.Length && numbers.Find(asked[expected]) == number + expected) expected++;
                Assert.Equal(expected, numbers.Follow(asked, number));
            }
        }
    }
}
