using AgentSim.Prompts;

namespace AgentSim.Tests.Prompts;

/// <summary>The trie against a dictionary of (parent, id) pairs.</summary>
public sealed class PromptTrieTests
{
    // Prompts whose ids name whole prefixes, as those of most traces do, and such whose ids come back anywhere.
    public static TheoryData<bool, ulong> Kinds => new() { { true, 1 }, { false, 1 }, { true, 0x9E3779B97F4A7C15 },
        { false, 0x9E3779B97F4A7C15 } };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Nodes_are_the_distinct_prefixes_in_order_of_appearance(bool idsAreOfPrefixes, ulong factor)
    {
        Random random = new(7);
        PromptTrie trie = new();
        Dictionary<(int Parent, ulong Id), int> model = [];
        List<(int Parent, int Label, int Depth)> nodes = [];
        Dictionary<ulong, int> labels = [];
        List<ulong[]> prompts = [];
        for (int prompt = 0; prompt < 400; prompt++)
        {
            ulong[] ids = Prompt(random, prompts, idsAreOfPrefixes, factor);
            prompts.Add(ids);
            int used = Math.Max(0, ids.Length - random.Next(3));
            List<int> path = [];
            for (int i = 0; i < ids.Length; i++)
            {
                labels.TryAdd(ids[i], labels.Count);
                if (i >= used) continue;
                int parent = i == 0 ? -1 : path[^1];
                if (model.TryAdd((parent, ids[i]), nodes.Count)) nodes.Add((parent, labels[ids[i]], i + 1));
                path.Add(model[(parent, ids[i])]);
            }

            int start = trie.RunCount;
            trie.Add(ids, used);
            NodeRun[] runs = trie.Runs(start, trie.RunCount).ToArray();
            Assert.Equal(path, runs.SelectMany(run => Enumerable.Range(run.First, run.Count)));
            Assert.All(runs.Skip(1).Zip(runs), pair => Assert.NotEqual(pair.First.First, pair.Second.First + pair.Second.Count));
        }

        Assert.Equal(nodes.Count, trie.Nodes.Count);
        for (int node = 0; node < nodes.Count; node++)
        {
            int at = trie.Nodes.SegmentOf(node), end = trie.Nodes.EndOf(at);
            TrieSegment segment = trie.Nodes.Segments[at];
            Assert.InRange(node, segment.Start, end - 1);
            Assert.Equal(nodes[node], (trie.Nodes.Parent(node), trie.Nodes.Label(node), segment.Depth + node - segment.Start));
        }

        if (idsAreOfPrefixes) Assert.True(trie.Nodes.Segments.Length < nodes.Count / 2);
    }

    [Fact]
    public void Nodes_keep_their_places_under_other_labels()
    {
        PromptTrie trie = new();
        int[] start = new int[2], end = new int[2];
        ulong[][] prompts = [[5, 6, 7], [5, 8, 7]];
        for (int i = 0; i < 2; i++)
        {
            start[i] = trie.RunCount;
            trie.Add(prompts[i], 3);
            end[i] = trie.RunCount;
        }

        trie.Renumber([start[1], start[0]], [end[1], end[0]]);
        Assert.Equal([0, 3, 2, 1, 2], Enumerable.Range(0, 5).Select(trie.Nodes.Label));
        Assert.Equal([-1, 0, 1, 0, 3], Enumerable.Range(0, 5).Select(trie.Nodes.Parent));
    }

    private static ulong[] Prompt(Random random, List<ulong[]> earlier, bool idsAreOfPrefixes, ulong factor)
    {
        ulong[] before = earlier.Count > 0 ? earlier[random.Next(earlier.Count)] : [];
        IEnumerable<ulong> suffix = Enumerable.Range(0, random.Next(40)).Select(i =>
            (idsAreOfPrefixes ? (ulong)((earlier.Count * 40) + i) : (ulong)random.Next(60)) * factor);
        return [.. before.Take(random.Next(before.Length + 1)), .. suffix];
    }
}
