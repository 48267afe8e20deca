using System.Text;
using AgentSim.Json;

namespace AgentSim.Tests.Json;

public sealed class IntegerRunsTests
{
    [Fact]
    public void Runs_are_the_list_of_their_integers_and_written_as_such()
    {
        var random = new Random(3);
        for (int round = 0; round < 500; round++)
        {
            var runs = new IntegerRuns();
            var plain = new List<ulong>();
            for (int i = random.Next(6); i > 0; i--)
            {
                ulong first = (ulong)random.NextInt64() >> random.Next(64);
                if (random.Next(3) == 0 && plain.Count > 0) first = plain[^1] + 1;
                int count = 1 + random.Next(40);
                runs.Add(first, count);
                for (int k = 0; k < count; k++) plain.Add(first + (uint)k);
            }

            Assert.Equal(plain, runs);
            Assert.Equal(plain, Enumerable.Range(0, runs.Count).Select(i => runs[i]));
            Assert.Equal(Written(plain.ToArray()), Written(runs));
        }
    }

    [Fact]
    public void Runs_that_follow_each_other_are_one()
    {
        var runs = new IntegerRuns();
        runs.Add(5, 3);
        runs.Add(8, 2);
        runs.Add(9, 1);
        Assert.Equal([(5UL, 5), (9UL, 1)], Enumerable.Range(0, runs.RunCount).Select(runs.Run));
        Assert.Throws<ArgumentOutOfRangeException>(() => runs[6]);
    }

    // With a buffer that is too small, and with one that grows.
    private static string Written(IReadOnlyList<ulong> values)
    {
        using var stream = new MemoryStream();
        JsonLineWriter json = new(stream, 64), kept = new(null, 16);
        json.Array(values);
        json.Flush();
        kept.Array(values);
        string text = Encoding.UTF8.GetString(stream.ToArray());
        Assert.Equal(text, Encoding.UTF8.GetString(kept.Written));
        return text;
    }
}
