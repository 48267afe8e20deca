using AgentSim.Engines.Sglang;
using AgentSim.Prompts;

namespace AgentSim.Tests.Engines.Sglang;

public sealed class RadixTreeTests
{
    private readonly RadixTree _tree = new(new PublishedPages());

    [Fact]
    public void A_match_within_a_node_splits_it_and_ends_with_the_upper_part()
    {
        _tree.Insert(RadixTree.Root, Pages(0, 10), out int added);
        (int pages, int node) = _tree.Match([new BlockRun(0, 4), new BlockRun(50, 3)]);

        Assert.Equal((10, 4, 4), (added, pages, _tree[node].Pages));
        Assert.Equal(1, _tree[node].Children);
        Assert.Equal(10, _tree.EvictablePages);
        Assert.Equal(10, _tree.Peek(Pages(0, 12)));
    }

    [Fact]
    public void Peeking_counts_pages_within_a_node_and_changes_nothing()
    {
        int leaf = _tree.Insert(RadixTree.Root, Pages(0, 10), out _);
        long stamp = _tree[leaf].Stamp;

        Assert.Equal(4, _tree.Peek(Pages(0, 4)));
        Assert.Equal((10, stamp), (_tree[leaf].Pages, _tree[leaf].Stamp));
    }

    [Fact]
    public void A_leaf_grows_in_place_for_its_only_holder_and_gets_a_child_where_two_share_it()
    {
        int own = _tree.Insert(RadixTree.Root, Pages(0, 4), out _);
        _tree.Lock(own);
        Assert.True(_tree.IsOwnLeaf(own));
        Assert.Equal(own, _tree.Insert(own, Pages(4, 2), out _));

        _tree.Lock(own);
        int child = _tree.Insert(own, Pages(20, 3), out int added);
        Assert.NotEqual(own, child);
        Assert.Equal((6, 3, 3), (_tree[own].Pages, _tree[child].Pages, added));
        Assert.Equal(3, _tree.EvictablePages);   // the child is nobody's yet
    }

    [Fact]
    public void Pages_that_are_there_already_are_not_added_again()
    {
        _tree.Insert(RadixTree.Root, Pages(0, 6), out _);
        _tree.Insert(RadixTree.Root, [new BlockRun(0, 6), new BlockRun(30, 2)], out int added);

        Assert.Equal(2, added);
        Assert.Equal(8, _tree.EvictablePages);
    }

    [Fact]
    public void Locks_protect_the_whole_path_but_not_what_hangs_below_it()
    {
        _tree.Insert(RadixTree.Root, Pages(0, 10), out _);
        (_, int node) = _tree.Match(Pages(0, 4));
        _tree.Lock(node);

        Assert.Equal(6, _tree.EvictablePages);
        Assert.Equal(6, _tree.Evict(100));
        Assert.Equal(4, _tree.Peek(Pages(0, 10)));

        _tree.Unlock(node);
        Assert.Equal(4, _tree.Evict(100));
        Assert.Equal((0, 0), (_tree.Peek(Pages(0, 1)), _tree.EvictablePages));
    }

    [Fact]
    public void Eviction_takes_the_last_pages_of_the_leaf_that_was_touched_least_recently()
    {
        _tree.Insert(RadixTree.Root, Pages(0, 4), out _);
        _tree.Insert(RadixTree.Root, Pages(10, 4), out _);
        _tree.Match(Pages(0, 4));

        Assert.Equal(3, _tree.Evict(3));
        Assert.Equal((4, 1), (_tree.Peek(Pages(0, 4)), _tree.Peek(Pages(10, 4))));
    }

    [Fact]
    public void Random_operations_match_a_tree_of_single_pages()
    {
        var random = new Random(17);
        var model = new PageTreeModel(random);
        var cached = new HashSet<int>();
        var locked = new List<(int Node, int[] Path)>();
        var paths = new List<int[]>();
        for (int step = 0; step < 4_000; step++)
        {
            int[] path = paths.Count > 0 && random.Next(3) > 0 ? paths[random.Next(paths.Count)] : model.NewPath(random.Next(1, 40));
            paths.Add(path);
            int[] part = path[..random.Next(1, path.Length + 1)];
            int known = part.TakeWhile(cached.Contains).Count();
            Assert.Equal(known, _tree.Peek(PageTreeModel.Runs(part)));
            switch (random.Next(4))
            {
                case 0:
                    _tree.Insert(RadixTree.Root, PageTreeModel.Runs(part), out int added);
                    Assert.Equal(part.Length - known, added);
                    cached.UnionWith(part);
                    break;
                case 1:
                    (int pages, int node) = _tree.Match(PageTreeModel.Runs(part));
                    Assert.Equal(known, pages);
                    _tree.Lock(node);
                    locked.Add((node, part[..known]));
                    break;
                case 2 when locked.Count > 0:
                    int index = random.Next(locked.Count);
                    _tree.Unlock(locked[index].Node);
                    locked.RemoveAt(index);
                    break;
                default:
                    int wanted = random.Next(1, 30);
                    long freed = _tree.Evict(wanted);
                    HashSet<int> held = [.. locked.SelectMany(holder => holder.Path)];
                    Assert.Equal(Math.Min(wanted, cached.Count - held.Count), freed);
                    int before = cached.Count;
                    cached.RemoveWhere(page => !held.Contains(page) && !IsCached(page));
                    Assert.Equal(freed, before - cached.Count);
                    break;
            }

            HashSet<int> protectedPages = [.. locked.SelectMany(holder => holder.Path)];
            Assert.Equal(cached.Count - protectedPages.Count, _tree.EvictablePages);
        }

        bool IsCached(int page)
        {
            int[] path = paths.First(candidate => candidate.Contains(page));
            int depth = Array.IndexOf(path, page) + 1;
            return _tree.Peek(PageTreeModel.Runs(path.AsSpan(0, depth))) == depth;
        }
    }

    private static BlockRun[] Pages(int first, int count) => [new BlockRun(first, count)];
}
