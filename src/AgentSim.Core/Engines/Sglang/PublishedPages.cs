using System.Runtime.InteropServices;
using AgentSim.Collections;
using AgentSim.Prompts;
using AgentSim.Routing;

namespace AgentSim.Engines.Sglang;

/// <summary>
/// The cached pages of a rank as a KV router sees them (behaviour 03#A.6): those of the radix tree, and complete pages that a
/// request holds but has not put into the tree yet. At the end of a pass only two kinds of requests have such pages: those whose
/// KV a prefill worker holds for a transfer, and those that were prefilled but could not decode yet.
/// </summary>
/// <param name="isRead">Whether there is such a router; without one nothing is kept.</param>
internal sealed class PublishedPages(bool isRead = true) : ITargetCache
{
    private readonly PagedBits _visible = new();
    private readonly Dictionary<int, int> _outside = [];   // page -> number of requests that hold it outside the tree
    private GrowList<(BlockRun Run, bool IsAdded)> _changes;   // not yet published

    /// <summary>Pages entered the tree. False when no prompt can match them (negative identities), which is not published.</summary>
    public bool Added(BlockRun run)
    {
        if (run.First < 0) return false;
        if (isRead) _changes.Add((run, true));
        return true;
    }

    /// <summary>Pages were evicted from the tree. Those that a request also holds outside it stay visible.</summary>
    public void Removed(BlockRun run)
    {
        if (run.First < 0 || !isRead) return;
        if (_outside.Count == 0)
        {
            _changes.Add((run, false));
            return;
        }

        for (int page = run.First; page < run.First + run.Count; page++)
        {
            if (!_outside.ContainsKey(page)) _changes.Add((new BlockRun(page, 1), false));
        }
    }

    /// <summary>A request holds complete pages outside the tree.</summary>
    public void Exposed(ReadOnlySpan<BlockRun> runs)
    {
        if (!isRead) return;
        foreach (BlockRun run in runs)
        {
            if (!Added(run)) continue;
            for (int page = run.First; page < run.First + run.Count; page++)
                CollectionsMarshal.GetValueRefOrAddDefault(_outside, page, out _)++;
        }
    }

    /// <summary>A request no longer holds pages outside the tree, of which the first <paramref name="inTree"/> are in it.</summary>
    public void Withdrawn(ReadOnlySpan<BlockRun> runs, int inTree)
    {
        if (!isRead) return;
        foreach (BlockRun run in runs)
        {
            for (int page = run.First; page < run.First + run.Count; page++, inTree--)
            {
                if (run.First < 0) continue;
                if (--CollectionsMarshal.GetValueRefOrAddDefault(_outside, page, out _) > 0) continue;
                _outside.Remove(page);
                if (inTree <= 0) Removed(new BlockRun(page, 1));
            }
        }
    }

    /// <summary>Publishes the changes: a pass has ended, or a release between passes.</summary>
    public void Publish()
    {
        foreach ((BlockRun run, bool isAdded) in _changes)
        {
            if (isAdded) _visible.AddRun(run.First, run.Count);
            else _visible.RemoveRun(run.First, run.Count);
        }

        _changes.Clear();
    }

    public int CachedBlocks(PromptBlocks prompt)
    {
        int matched = 0;
        foreach (BlockRun run in prompt)
        {
            int found = _visible.LeadingRun(run.First, run.Count);
            matched += found;
            if (found < run.Count) break;
        }

        return matched;
    }
}
