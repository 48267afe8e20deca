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
    public void A_page_is_read_up_to_its_end_and_the_limit()
    {
        PagedInts paged = new();
        for (int key = 0; key < 100; key++) paged.Set(key, key + 1);
        Assert.Equal([61, 62, 63, 64], paged.PageFrom(60, 50).ToArray());
        Assert.Equal([65, 66], paged.PageFrom(64, 2).ToArray());
        Assert.True(paged.PageFrom(640, 5).IsEmpty);
    }

    [Fact]
    public void A_key_beyond_everything_written_is_absent() => Assert.Equal(0, new PagedInts()[int.MaxValue]);

    private static void AssertSame(Dictionary<int, int> model, PagedInts paged)
    {
        Assert.Equal(model.Count, paged.Count);
        for (int key = 0; key < 5400; key++) Assert.Equal(model.GetValueOrDefault(key), paged[key]);
    }
}
