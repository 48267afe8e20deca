using AgentSim.Lowering;
using FsCheck.Fluent;

namespace AgentSim.Tests.Lowering;

public class HashIndexTests
{
    [Fact]
    public void Lists_come_back_with_the_numbers_of_first_sight() => FsCheck.Check.One(
        FsCheck.Config.QuickThrowOnFailure.WithMaxTest(2000),
        Prop.ForAll(Gen.ListOf(Gen.ListOf(Gen.Choose(0, 30))).ToArbitrary(), lists =>
        {
            var index = new HashIndex();
            var numbers = new Dictionary<ulong, int>();
            foreach (List<int> list in lists.Select(list => list.ToList()))
            {
                ulong[] hashes = [.. list.Select(item => (ulong)item * 0x123456789ABCDEF)];
                int first = index.RunCount;
                index.Add(hashes);
                var stored = new List<int>();
                for (int run = first; run < index.RunCount; run++)
                    stored.AddRange(Enumerable.Range(index.Run(run).First, index.Run(run).Count));
                int[] wanted = [.. hashes.Select(hash => numbers.TryGetValue(hash, out int number) ? number
                    : numbers[hash] = numbers.Count)];
                if (!stored.SequenceEqual(wanted) || index.Count != numbers.Count) return false;
            }

            return true;
        }));

    [Fact]
    public void A_repeated_prompt_across_storage_chunks_is_one_run()
    {
        ulong[] prompt = [.. Enumerable.Range(0, 200_000).Select(i => (ulong)i * 0x9E3779B97F4A7C15)];
        var index = new HashIndex();

        index.Add(prompt);
        index.Add(prompt);
        index.Add([.. prompt, 77]);

        Assert.Equal((200_001, 3), (index.Count, index.RunCount));
        Assert.Equal(new HashRun(0, 200_000), index.Run(1));
    }
}
