using AgentSim.Collections;
using FsCheck;
using FsCheck.Fluent;

namespace AgentSim.Tests.Collections;

public sealed class PagedIntsTests
{
    // Keys around page borders and far apart, so that pages come, go and are used again.
    private static readonly Gen<int> Key = Gen.OneOf(Gen.Choose(0, 200), Gen.Choose(60, 70), Gen.Choose(0, 5000));

    [Fact]
    public void Behaves_like_a_dictionary_in_which_0_means_absent()
    {
        Gen<(int Key, int Value)[]> writes = Key.SelectMany(key => Gen.Choose(0, 3).Select(value => (key, value))).ArrayOf();
        Prop.ForAll(writes.ToArbitrary(), steps =>
        {
            PagedInts paged = new();
            Dictionary<int, int> model = [];
            foreach ((int key, int value) in steps)
            {
                paged.Set(key, value);
                if (value == 0) model.Remove(key);
                else model[key] = value;
                Assert.Equal(model.Count, paged.Count);
            }

            AssertSame(model, paged);
        }).QuickCheckThrowOnFailure();
    }

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

    [Fact]
    public void The_leading_run_ends_at_the_first_absent_key_or_the_limit()
    {
        Gen<(int First, int Length, int Limit)> runs =
            Gen.Choose(0, 300).SelectMany(first => Gen.Choose(0, 300).SelectMany(length => Gen.Choose(0, 300).Select(limit => (first, length, limit))));
        Prop.ForAll(runs.ToArbitrary(), run =>
        {
            PagedInts paged = new();
            paged.AddRun(run.First, run.Length, 1);
            return paged.LeadingRun(run.First, run.Limit) == Math.Min(run.Length, run.Limit);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Runs_are_set_and_absent_ones_measured_across_pages()
    {
        PagedInts paged = new();
        paged.SetRun(60, 80, 7);
        Assert.Equal((60, 80, 80), (paged.AbsentRun(0, 200), paged.LeadingRun(60, 200), paged.Count));
        paged.SetRun(70, 3, 9);
        Assert.Equal((7, 9, 9, 7), (paged[69], paged[70], paged[72], paged[73]));
        paged.SetRun(64, 70, 0);
        Assert.Equal((4, 70, 10), (paged.LeadingRun(60, 200), paged.AbsentRun(64, 200), paged.Count));
        Assert.Equal(5, paged.AbsentRun(640, 5));
    }

    [Fact]
    public void A_key_beyond_everything_written_is_absent() => Assert.Equal(0, new PagedInts()[int.MaxValue]);

    private static void AssertSame(Dictionary<int, int> model, PagedInts paged)
    {
        Assert.Equal(model.Count, paged.Count);
        for (int key = 0; key < 5400; key++) Assert.Equal(model.GetValueOrDefault(key), paged[key]);
    }
}
