using AgentSim.Engines.Sglang;
using AgentSim.Workload;

namespace AgentSim.Tests.Engines.Sglang;

public sealed class PublishedPagesTests
{
    [Fact]
    public void A_router_sees_the_changes_of_a_pass_only_when_it_has_ended()
    {
        var published = new PublishedPages();
        var tree = new RadixTree(published);
        PromptBlocks prompt = new([new BlockRun(0, 5), new BlockRun(20, 5)], 0, 2, 10);

        tree.Insert(tree.Root, prompt.Runs, out _);
        Assert.Equal(0, published.CachedBlocks(prompt));
        published.Publish();
        Assert.Equal(10, published.CachedBlocks(prompt));

        tree.Evict(6);
        Assert.Equal(10, published.CachedBlocks(prompt));
        published.Publish();
        Assert.Equal(4, published.CachedBlocks(prompt));
    }

    [Fact]
    public void Pages_of_a_requests_own_are_nobody_elses_business()
    {
        var published = new PublishedPages();
        Assert.False(published.Added(new BlockRun(-10, 5)));
        Assert.True(published.Added(new BlockRun(0, 5)));
    }
}
