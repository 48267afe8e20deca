using AgentSim.Engines.Sglang;
using AgentSim.Prompts;

namespace AgentSim.Tests.Engines.Sglang;

public sealed class PublishedPagesTests
{
    [Fact]
    public void A_router_sees_the_changes_of_a_pass_only_when_it_has_ended()
    {
        var published = new PublishedPages();
        var tree = new RadixTree(published);
        PromptBlocks prompt = new([new BlockRun(0, 5), new BlockRun(20, 5)], 0, 2, 10);

        tree.Insert(RadixTree.Root, prompt.Runs, out _);
        Assert.Equal(0, published.CachedBlocks(prompt));
        published.Publish();
        Assert.Equal(10, published.CachedBlocks(prompt));

        tree.Evict(6);
        Assert.Equal(10, published.CachedBlocks(prompt));
        published.Publish();
        Assert.Equal(4, published.CachedBlocks(prompt));
    }

    [Fact]
    public void Pages_a_request_holds_outside_the_tree_are_visible_until_neither_has_them()
    {
        var published = new PublishedPages();
        PromptBlocks prompt = new([new BlockRun(0, 4)], 0, 1, 4);

        published.Exposed(prompt.Runs);
        published.Exposed(prompt.Runs);
        published.Added(new BlockRun(0, 4));
        published.Removed(new BlockRun(2, 2));
        published.Publish();
        Assert.Equal(4, published.CachedBlocks(prompt));

        published.Withdrawn(prompt.Runs, inTree: 2);
        published.Publish();
        Assert.Equal(4, published.CachedBlocks(prompt));

        published.Withdrawn(prompt.Runs, inTree: 2);
        published.Publish();
        Assert.Equal(2, published.CachedBlocks(prompt));
    }

    [Fact]
    public void Pages_of_a_requests_own_are_nobody_elses_business()
    {
        var published = new PublishedPages();
        Assert.False(published.Added(new BlockRun(-10, 5)));
        Assert.True(published.Added(new BlockRun(0, 5)));
    }
}
