using AgentSim.Prompts;
using AgentSim.Routing;

namespace AgentSim.Tests.Routing;

public sealed class ActivePromptsTests
{
    // A trunk of 10 blocks; branches leave it behind its 4th and its 7th block, and one leaves the first of them.
    private static readonly BlockRun[][] Paths =
    [
        [new(0, 10)],
        [new(0, 4), new(10, 6)],
        [new(0, 7), new(16, 3)],
        [new(0, 4), new(10, 2), new(19, 5)],
    ];

    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 3)]
    [InlineData(3, 18)]   // so many that a chain has a table of them, and not a multiple of what is looked at together
    [InlineData(4, 100)]
    public void Blocks_that_requests_of_a_target_share_count_once(int seed, int targets)
    {
        Random random = new(seed);
        ActivePrompts prompts = new(targets);
        int most = 2 * targets;
        List<(int Target, BlockRun[] Runs)> active = [];
        for (int step = 0; step < 5_000; step++)
        {
            if (step % 1_000 == 999) most = random.Next(1, 4 * targets);
            if (active.Count > 0 && (active.Count > most || random.Next(9) < 4))
            {
                int which = random.Next(active.Count);
                prompts.Remove(active[which].Target, Prompt(active[which].Runs));
                active.RemoveAt(which);
            }
            else
            {
                active.Add((random.Next(targets), Cut(Paths[random.Next(Paths.Length)], random)));
                prompts.Add(active[^1].Target, Prompt(active[^1].Runs));
            }

            BlockRun[] asked = Cut(Paths[random.Next(Paths.Length)], random);
            int[] leading = new int[targets];
            prompts.Measure(Prompt(asked), leading);
            for (int target = 0; target < targets; target++)
            {
                HashSet<int> blocks = [.. active.Where(a => a.Target == target).SelectMany(a => Identities(a.Runs))];
                Assert.Equal(blocks.Count, prompts.Blocks(target));
                Assert.Equal(Identities(asked).TakeWhile(blocks.Contains).Count(), leading[target]);
            }
        }
    }

    // The beginning of a path, at least one block.
    private static BlockRun[] Cut(BlockRun[] path, Random random)
    {
        int left = random.Next(1, path.Sum(run => run.Count) + 1);
        List<BlockRun> runs = [];
        foreach (BlockRun run in path)
        {
            if (left <= 0) break;
            runs.Add(run with { Count = Math.Min(left, run.Count) });
            left -= run.Count;
        }

        return [.. runs];
    }

    private static IEnumerable<int> Identities(BlockRun[] runs) => runs.SelectMany(run => Enumerable.Range(run.First, run.Count));

    private static PromptBlocks Prompt(BlockRun[] runs) => new(runs, 0, runs.Length, runs.Sum(run => run.Count));
}
