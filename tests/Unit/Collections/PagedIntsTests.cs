using AgentSim.Collections;

namespace AgentSim.Tests.Collections;

public sealed class PagedIntsTests
{
    [Fact]
    public void Runs_and_single_keys_behave_like_a_dictionary()
    {
        var random = new Random(11);
        var map = new PagedInts();
        var expected = new Dictionary<int, int>();
        var runs = new List<(int First, int Count)>();
        for (int step = 0; step < 5_000; step++)
        {
            if (runs.Count > 0 && random.Next(2) == 0)
            {
                int index = random.Next(runs.Count);
                Add(runs[index], -1);
                runs.RemoveAt(index);
            }
            else
            {
                runs.Add((random.Next(600), random.Next(1, 300)));
                Add(runs[^1], 1);
            }

            int first = random.Next(900);
            Assert.Equal(expected.Count, map.Count);
            Assert.Equal(expected.GetValueOrDefault(first), map[first]);
            int length = 0;
            while (length < 200 && expected.ContainsKey(first + length)) length++;
            Assert.Equal(length, map.LeadingRun(first, 200));
        }

        void Add((int First, int Count) run, int delta)
        {
            map.AddRun(run.First, run.Count, delta);
            for (int key = run.First; key < run.First + run.Count; key++)
            {
                int value = expected.GetValueOrDefault(key) + delta;
                if (value == 0) expected.Remove(key);
                else expected[key] = value;
            }
        }
    }
}
