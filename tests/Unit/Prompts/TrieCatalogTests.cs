using AgentSim.Prompts;
using AgentSim.Rows;
using AgentSim.Workload;

namespace AgentSim.Tests.Prompts;

/// <summary>Block identities against the tokens they stand for (behaviour 01#8.3).</summary>
public sealed class TrieCatalogTests
{
    private const int Prompts = 120;

    [Theory]
    [InlineData(16, 16)]
    [InlineData(16, 64)]
    [InlineData(64, 16)]
    [InlineData(48, 32)]
    [InlineData(32, 48)]
    public void Blocks_are_equal_exactly_where_all_tokens_up_to_their_ends_are(int traceBlockSize, int blockSize)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            List<MooncakeRow> rows = Rows(new Random(seed), traceBlockSize);
            PromptCatalog catalog = PromptCatalogs.Create(WorkloadLoader.FromRows(rows, traceBlockSize).Columns, blockSize);
            Dictionary<string, int> identityOf = [];
            Dictionary<int, int> chainOf = [];
            for (int request = 0; request < rows.Count; request++)
            {
                MooncakeRow row = rows[request];
                PromptBlocks blocks = catalog.Blocks(request);
                Assert.Equal(row.InputLength / blockSize, blocks.Count);
                for (int block = 0; block < blocks.Count; block++)
                {
                    string tokens = string.Join(',', Enumerable.Range(0, (block + 1) * blockSize)
                        .Select(token => row.HashIds![token / traceBlockSize]));
                    Assert.InRange(blocks[block], 0, catalog.FreeIdentity - 1);
                    if (!identityOf.TryAdd(tokens, blocks[block])) Assert.Equal(identityOf[tokens], blocks[block]);
                }

                // Whoever shares a block shares the beginning of its run.
                foreach (BlockRun run in blocks.Runs)
                {
                    for (int identity = run.First; identity < run.First + run.Count; identity++)
                    {
                        if (!chainOf.TryAdd(identity, run.First)) Assert.Equal(chainOf[identity], run.First);
                    }
                }
            }

            Assert.Equal(identityOf.Count, identityOf.Values.Distinct().Count());
        }
    }

    [Fact]
    public void The_turns_of_a_session_are_one_run_although_each_replaces_the_unfinished_block_of_the_one_before()
    {
        List<MooncakeRow> rows =
        [
            Row([1, 2, 3], 40, 0),
            Row([9, 8], 32, 1),
            Row([1, 2, 4, 5, 6], 72, 2),
            Row([1, 2, 4, 5, 7, 8], 90, 3),
        ];
        PromptCatalog catalog = PromptCatalogs.Create(WorkloadLoader.FromRows(rows, 16).Columns, 16);
        Assert.Equal([1, 1, 1, 1], Enumerable.Range(0, 4).Select(request => catalog.Blocks(request).Runs.Length));
    }

    // Prompts that go on where earlier ones, or parts of them, ended; ids come back anywhere.
    private static List<MooncakeRow> Rows(Random random, int traceBlockSize)
    {
        List<MooncakeRow> rows = [];
        for (int i = 0; i < Prompts; i++)
        {
            ulong[] earlier = rows.Count > 0 && random.Next(4) > 0 ? [.. rows[random.Next(rows.Count)].HashIds!] : [];
            ulong[] ids = [.. earlier.Take(random.Next(earlier.Length + 1)), .. Enumerable.Range(0, random.Next(1, 8))
                .Select(_ => (ulong)random.Next(40))];
            rows.Add(Row(ids, (ids.Length * traceBlockSize) - random.Next(traceBlockSize), i));
        }

        return rows;
    }

    private static MooncakeRow Row(ulong[] ids, int tokens, double time) =>
        new() { Timestamp = time, InputLength = tokens, OutputLength = 1, HashIds = ids };
}
