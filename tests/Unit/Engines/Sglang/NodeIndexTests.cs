using AgentSim.Engines.Sglang;

namespace AgentSim.Tests.Engines.Sglang;

public sealed class NodeIndexTests
{
    [Fact]
    public void It_holds_what_a_dictionary_holds()
    {
        Random random = new(2);
        NodeIndex index = new();
        Dictionary<int, int> known = [];
        for (int round = 0; round < 50_000; round++)
        {
            // Private pages are negative numbers.
            int page = random.Next(-700, 700) * (random.Next(2) == 0 ? 1 : 1 << 20);
            if (random.Next(5) < 2)
            {
                index.Remove(page);
                known.Remove(page);
            }
            else
            {
                int node = round + 1;
                index.Set(page, node);
                known[page] = node;
            }

            int asked = random.Next(-700, 700);
            Assert.Equal(known.GetValueOrDefault(asked), index.Find(asked));
            Assert.Equal(known.Count, index.Count);
        }

        Assert.All(known, pair => Assert.Equal(pair.Value, index.Find(pair.Key)));
        Assert.Equal(known.Values.ToHashSet(), index.Nodes.ToHashSet());
    }
}
