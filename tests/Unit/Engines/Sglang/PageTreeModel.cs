using AgentSim.Prompts;

namespace AgentSim.Tests.Engines.Sglang;

/// <summary>Pages as a prefix tree of single pages: identities are given out as prompts are made, parents first.</summary>
internal sealed class PageTreeModel(Random random)
{
    private readonly List<int> _parents = [];

    /// <summary>A path of up to <paramref name="length"/> pages that shares its beginning with earlier ones.</summary>
    public int[] NewPath(int length)
    {
        List<int> path = [];
        int shared = _parents.Count == 0 ? -1 : random.Next(-1, _parents.Count);
        for (int page = shared; page >= 0; page = _parents[page]) path.Insert(0, page);
        while (path.Count < length)
        {
            _parents.Add(path.Count == 0 ? -1 : path[^1]);
            path.Add(_parents.Count - 1);
        }

        return [.. path];
    }

    /// <summary>A path as runs of consecutive identities, the form in which it meets the cache.</summary>
    public static BlockRun[] Runs(ReadOnlySpan<int> path)
    {
        List<BlockRun> runs = [];
        foreach (int page in path)
        {
            if (runs.Count > 0 && runs[^1].First + runs[^1].Count == page) runs[^1] = runs[^1] with { Count = runs[^1].Count + 1 };
            else runs.Add(new BlockRun(page, 1));
        }

        return [.. runs];
    }
}
