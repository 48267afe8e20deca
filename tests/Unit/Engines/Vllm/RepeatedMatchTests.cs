using AgentSim.Engines.Vllm;
using AgentSim.Prompts;
using AgentSim.Rows;
using AgentSim.Workload;

namespace AgentSim.Tests.Engines.Vllm;

/// <summary>What the <c>kvbm</c> backend keeps of a look-up is what a new look-up would find.</summary>
public sealed class RepeatedMatchTests
{
    private const int Requests = 12;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_request_that_is_looked_up_again_and_again_finds_what_one_that_is_looked_up_once_does(int seed)
    {
        Random random = new(seed);
        List<MooncakeRow> rows = [.. Enumerable.Range(0, Requests).Select(_ => Row(random))];
        PromptCatalog prompts = PromptCatalogs.Create(WorkloadLoader.FromRows(rows, 16).Columns, 16);
        LineageBlockManager blocks = new(24, 16, cachingEnabled: true, prompts);
        List<Sequence> waiting = [.. Enumerable.Range(0, Requests).Select(Start)];
        List<Sequence> running = [];
        Sequence head = waiting[0];
        HashSet<CachedPrefix> found = [];
        for (int step = 0; step < 20_000; step++)
        {
            Sequence other = waiting[random.Next(waiting.Count)];
            switch (random.Next(8))
            {
                case 0 when other != head && blocks.TryAllocate(other, 0, other.FullBlocks, 0):
                    waiting.Remove(other);
                    running.Add(other);
                    break;
                case 1 when running.Count > 0:
                    other = running[random.Next(running.Count)];
                    blocks.Release(other, preempted: random.Next(2) == 0);
                    running.Remove(other);
                    waiting.Add(other);
                    break;
                case 2 when blocks.TryReserve(random.Next(8)):
                    blocks.DropReservation();
                    break;
                case 3 when random.Next(20) == 0:
                    // Sequences are used for one request after another.
                    head = other;
                    head.Start(random.Next(Requests), 0, 1, prompts.Blocks(random.Next(Requests)));
                    break;
            }

            CachedPrefix answer = blocks.Match(head);
            int inUse = Enumerable.Range(0, answer.Blocks)
                .Count(block => running.Any(each => each.FullBlocks > block && each.Prompt[block] == head.Prompt[block]));
            Assert.Equal(new CachedPrefix(blocks.CachedBlocks(head.Prompt), inUse), answer);
            found.Add(answer);
        }

        Assert.InRange(found.Count, 10, int.MaxValue);

        Sequence Start(int request)
        {
            Sequence sequence = new();
            sequence.Start(request, prompts.PromptTokens(request), 1, prompts.Blocks(request));
            return sequence;
        }
    }

    // Prompts that share their beginnings.
    private static MooncakeRow Row(Random random)
    {
        int blocks = random.Next(1, 9);
        return new()
        {
            Timestamp = 0,
            InputLength = 16 * blocks,
            OutputLength = 1,
            HashIds = [.. Enumerable.Range(0, blocks).Select(block => (ulong)random.Next(block + 2))],
        };
    }
}
