using AgentSim.Collections;
using AgentSim.Routing;
using AgentSim.Workload;

namespace AgentSim.Engines.Sglang;

/// <summary>
/// The pages of a rank as a router knows them: those of the tree at the end of the last pass (specification 03, A.6).
/// Pages that a request holds outside the tree are advertised too, but at the end of a pass there are none that the
/// tree does not hold as well: whatever became complete in the pass was inserted, returned or withdrawn in it.
/// </summary>
internal sealed class PublishedPages : IPrefixCache
{
    private readonly PagedBits _visible = new();
    private GrowList<(BlockRun Run, bool IsAdded)> _changes;   // of the pass in flight

    /// <summary>Pages entered the tree. False when nobody but their own request can look for them.</summary>
    public bool Added(BlockRun run)
    {
        if (run.First < 0) return false;
        _changes.Add((run, true));
        return true;
    }

    /// <summary>Pages left the tree.</summary>
    public void Removed(BlockRun run)
    {
        if (run.First >= 0) _changes.Add((run, false));
    }

    /// <summary>The pass has ended.</summary>
    public void Publish()
    {
        foreach ((BlockRun run, bool isAdded) in _changes.AsSpan())
        {
            if (isAdded) _visible.AddRun(run.First, run.Count);
            else _visible.RemoveRun(run.First, run.Count);
        }

        _changes.Clear();
    }

    public int CachedBlocks(PromptBlocks prompt)
    {
        int matched = 0;
        foreach (BlockRun run in prompt.Runs)
        {
            int found = _visible.LeadingRun(run.First, run.Count);
            matched += found;
            if (found < run.Count) break;
        }

        return matched;
    }
}
