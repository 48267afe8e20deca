using AgentSim.Prompts;

namespace AgentSim.Engines.Sglang;

/// <summary>
/// A node of the radix tree: one or more pages in a row (none in the root), as runs of page identities.
/// </summary>
internal sealed class RadixNode
{
    private BlockRun[] _runs = new BlockRun[2];
    private int _runCount;

    public RadixNode? Parent { get; private set; }

    /// <summary>Number of child nodes.</summary>
    public int Children { get; private set; }

    /// <summary>Requests that hold this node or one below it.</summary>
    public int Locks;

    /// <summary>Tick of the last operation that touched it.</summary>
    public long Stamp;

    /// <summary>Pages of its own.</summary>
    public int Pages { get; private set; }

    public int FirstPage => _runs[0].First;

    public ReadOnlySpan<BlockRun> Runs => _runs.AsSpan(0, _runCount);

    /// <summary>True when its pages may be evicted now.</summary>
    public bool IsEvictable => Locks == 0 && Children == 0 && Parent is not null;

    /// <summary>Makes it a leaf without pages under <paramref name="parent"/>.</summary>
    public void Attach(RadixNode parent, long stamp)
    {
        Parent = parent;
        parent.Children++;
        Stamp = stamp;
        Locks = Children = Pages = _runCount = 0;
    }

    /// <summary>Takes it, a leaf, off its parent.</summary>
    public void Detach()
    {
        Parent!.Children--;
        Parent = null;
    }

    public void Append(BlockRun run)
    {
        Pages += run.Count;
        if (_runCount > 0)
        {
            ref BlockRun last = ref _runs[_runCount - 1];
            if (last.First + last.Count == run.First)
            {
                last = last with { Count = last.Count + run.Count };
                return;
            }
        }

        if (_runCount == _runs.Length) Array.Resize(ref _runs, _runCount * 2);
        _runs[_runCount++] = run;
    }

    /// <summary>Takes up to <paramref name="pages"/> pages off the end of its last run; returns them.</summary>
    public BlockRun CutLastRun(int pages)
    {
        ref BlockRun last = ref _runs[_runCount - 1];
        int cut = Math.Min(pages, last.Count);
        BlockRun removed = new(last.First + last.Count - cut, cut);
        Pages -= cut;
        if (cut == last.Count) _runCount--;
        else last = last with { Count = last.Count - cut };
        return removed;
    }

    /// <summary>
    /// Moves the first <paramref name="pages"/> pages, fewer than all, into <paramref name="upper"/>, a fresh leaf of
    /// the parent, which takes this node's place.
    /// </summary>
    public void MoveFrontTo(RadixNode upper, int pages)
    {
        int whole = 0, left = pages;
        for (; left >= _runs[whole].Count; whole++)
        {
            upper.Append(_runs[whole]);
            left -= _runs[whole].Count;
        }

        if (left > 0)
        {
            BlockRun run = _runs[whole];
            upper.Append(run with { Count = left });
            _runs[whole] = new BlockRun(run.First + left, run.Count - left);
        }

        _runCount -= whole;
        Array.Copy(_runs, whole, _runs, 0, _runCount);
        Pages -= pages;
        upper.Locks = Locks;
        Parent!.Children--;
        Parent = upper;
        upper.Children++;
    }
}
