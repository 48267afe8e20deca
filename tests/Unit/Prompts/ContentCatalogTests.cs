using AgentSim.Collections;
using AgentSim.Prompts;
using AgentSim.Rows;
using AgentSim.Tests.Simulation;
using AgentSim.Workload;

namespace AgentSim.Tests.Prompts;

/// <summary>Blocks of outputs that can come back in prompts (behaviour 01#8.2).</summary>
public sealed class ContentCatalogTests
{
    private const int Sessions = 7;
    private const int Output = 4000;

    // 40 tokens are two blocks and a half, so the first generated block begins in the prompt.
    private static readonly ReplayWorkload Load = Sim.Load(
        string.Concat(Enumerable.Range(0, Sessions).Select(session =>
            $$"""
            {"session_id":"s{{session}}","timestamp":{{session}},"input_length":40,"output_length":{{Output}},"hash_ids":[{{session}},7,8]}
            {"session_id":"s{{session}}","delay":1,"input_length":16,"output_length":1,"hash_ids":[300]}

            """)),
        TraceFormat.MooncakeDelta);

    [Fact]
    public void Outputs_that_grow_side_by_side_are_a_few_runs_each_and_come_back_as_the_same_blocks()
    {
        PromptCatalog catalog = PromptCatalogs.Create(Load.Columns, 16);
        int[] first = [.. Enumerable.Range(0, Sessions).Select(session => 2 * session)];
        foreach (int request in first) catalog.Open(request);
        int end = (40 + Output) / 16;
        List<int>[] identities = [.. first.Select(_ => new List<int>())];
        for (int block = 2; block < end; block++)
        {
            for (int session = 0; session < Sessions; session++) identities[session].Add(catalog.GeneratedBlock(first[session], block));
        }

        Assert.Equal(Sessions * (end - 2), identities.SelectMany(each => each).Distinct().Count());
        for (int session = 0; session < Sessions; session++)
        {
            List<ChainBlocks> runs = Runs(catalog, first[session], 2, end);
            Assert.InRange(runs.Count, 1, 10);
            Assert.Equal(identities[session], Identities(runs));
            Assert.Equal(identities[session][5..20], Identities(Runs(catalog, first[session], 7, 22)));
            catalog.Close(first[session], Output, rejected: false);
            catalog.Open(first[session] + 1);
            PromptBlocks next = catalog.Blocks(first[session] + 1);
            Assert.InRange(next.Runs.Length, 1, 11);
            Assert.Equal(identities[session], Enumerable.Range(2, end - 2).Select(block => next[block]));
        }
    }

    private static List<ChainBlocks> Runs(PromptCatalog catalog, int request, int from, int to)
    {
        GrowList<ChainBlocks> path = default;
        catalog.GeneratedBlocks(request, from, to, ref path);
        return [.. path.ToArray()];
    }

    private static IEnumerable<int> Identities(List<ChainBlocks> runs) =>
        runs.SelectMany(run => Enumerable.Range(run.Chain + run.Offset, run.Count));
}
