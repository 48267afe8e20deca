using AgentSim.Prompts;
using AgentSim.Serving;

namespace AgentSim.Tests.Serving;

/// <summary>A server remembers the blocks that come again, and no more than it may.</summary>
public sealed class RecentBlocksTests
{
    [Fact]
    public void A_block_that_comes_again_and_again_keeps_its_identity()
    {
        RecentBlocks blocks = new(blockSize: 2, most: 10);
        int identity = Identity(blocks, 7);
        for (ulong other = 100; other < 1000; other++)
        {
            Identity(blocks, other);
            Assert.Equal(identity, Identity(blocks, 7));
            Assert.True(blocks.Remembered <= 20, $"{blocks.Remembered} blocks are remembered");
        }
    }

    [Fact]
    public void A_block_that_did_not_come_among_so_many_others_is_another_one()
    {
        RecentBlocks blocks = new(blockSize: 2, most: 10);
        int identity = Identity(blocks, 7);
        for (ulong other = 100; other < 109; other++) Identity(blocks, other);
        Assert.Equal(identity, Identity(blocks, 7));   // nine others came
        for (ulong other = 200; other < 220; other++) Identity(blocks, other);
        Assert.NotEqual(identity, Identity(blocks, 7));
    }

    [Fact]
    public void What_follows_on_a_forgotten_block_is_forgotten_with_it()
    {
        RecentBlocks blocks = new(blockSize: 2, most: 10);
        int[] before = Identities(blocks, 7, 7, 8, 8);
        for (ulong other = 200; other < 240; other++) Identity(blocks, other);
        Assert.Empty(Identities(blocks, 7, 7, 8, 8).Intersect(before));
    }

    private static int Identity(RecentBlocks blocks, ulong token) => Identities(blocks, token, token).Single();

    private static int[] Identities(RecentBlocks blocks, params ulong[] tokens)
    {
        List<BlockRun> runs = [];
        TokenCursor cursor = TokenCursor.Start;
        foreach (ulong token in tokens) blocks.Append(ref cursor, token, 1, runs);
        return [.. runs.SelectMany(run => Enumerable.Range(run.First, run.Count))];
    }
}
