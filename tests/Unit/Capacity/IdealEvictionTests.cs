using AgentSim.Capacity;

namespace AgentSim.Tests.Capacity;

/// <summary>Ideal eviction has the hits of a plain computation that looks, at each eviction, how far away every next access is.</summary>
public class IdealEvictionTests
{
    private static long Plain(int[] accesses, int capacity, bool[]? counts)
    {
        List<int> held = [];
        long hits = 0;
        for (int at = 0; at < accesses.Length; at++)
        {
            if (held.Contains(accesses[at]))
            {
                if (counts is null || counts[at]) hits++;
                continue;
            }

            if (held.Count == capacity) held.Remove(held.MaxBy(block => NextOf(block, at)));
            held.Add(accesses[at]);
        }

        return hits;

        int NextOf(int block, int at)
        {
            int next = Array.IndexOf(accesses, block, at);
            return next < 0 ? int.MaxValue : next;
        }
    }

    [Fact]
    public void Hits_are_those_of_a_plain_computation_on_random_traces()
    {
        var random = new Random(3);
        for (int i = 0; i < 300; i++)
        {
            int blocks = random.Next(1, 40), length = random.Next(0, 300);
            // Some blocks are far more usual than others, as prefixes are.
            int[] accesses = [.. Enumerable.Range(0, length).Select(_ => (int)(blocks * Math.Pow(random.NextDouble(), 2)))];
            bool[]? counts = i % 3 == 0 ? [.. accesses.Select(_ => random.Next(2) == 0)] : null;
            var ideal = new IdealEviction(accesses);
            int capacity = random.Next(1, 45);
            Assert.Equal(Plain(accesses, capacity, counts), ideal.Hits(capacity, counts));
            Assert.Equal(accesses.Distinct().Count(), ideal.Distinct);
        }
    }

    [Fact]
    public void No_order_of_evictions_has_more_hits()
    {
        var random = new Random(5);
        for (int i = 0; i < 30; i++)
        {
            int[] accesses = [.. Enumerable.Range(0, 14).Select(_ => random.Next(5))];
            Assert.Equal(Best(accesses, 0, []), new IdealEviction(accesses).Hits(2));
        }
    }

    // Every choice is tried.
    private static long Best(int[] accesses, int at, int[] held)
    {
        if (at == accesses.Length) return 0;
        int block = accesses[at];
        if (held.Contains(block)) return 1 + Best(accesses, at + 1, held);
        if (held.Length < 2) return Best(accesses, at + 1, [.. held, block]);
        return held.Max(out_ => Best(accesses, at + 1, [.. held.Where(other => other != out_), block]));
    }

    [Fact]
    public void Room_for_everything_misses_each_block_once()
    {
        int[] accesses = [0, 1, 2, 0, 1, 2, 3, 0];
        Assert.Equal(4, new IdealEviction(accesses).Hits(100));
        Assert.Equal(0, new IdealEviction([]).Hits(1));
    }
}
