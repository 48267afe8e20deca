using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using AgentSim.Prompts;

namespace AgentSim.Engines.Sglang;

/// <summary>
/// A node of the radix tree: one or more pages in a row (none in the root), as runs of page identities. Nodes are values in an array of
/// the tree and know each other by their index there, so that there is nothing to collect.
/// </summary>
internal struct RadixNode
{
    /// <summary>The parent of the root, and of a node that is not in the tree.</summary>
    public const int NoParent = -1;

    private FewRuns _few;
    private BlockRun[]? _many;   // in place of those, once there were more
    private int _runCount;

    [InlineArray(Length)]
    private struct FewRuns
    {
        public const int Length = 2;

        private BlockRun _first;
    }

    /// <summary>Index of the parent.</summary>
    public int Parent;

    /// <summary>Number of child nodes.</summary>
    public int Children;

    /// <summary>Requests that hold this node or one below it.</summary>
    public int Locks;

    /// <summary>Tick of the last operation that touched it.</summary>
    public long Stamp;

    /// <summary>Pages of its own.</summary>
    public int Pages { get; private set; }

    public readonly int FirstPage => Runs[0].First;

    [UnscopedRef]
    public readonly ReadOnlySpan<BlockRun> Runs => (_many is null ? (ReadOnlySpan<BlockRun>)_few : _many)[.._runCount];

    [UnscopedRef]
    private Span<BlockRun> Room => _many is null ? _few : _many;

    /// <summary>True when its pages may be evicted now.</summary>
    public readonly bool IsEvictable => Locks == 0 && Children == 0 && Parent != NoParent;

    /// <summary>Makes it a leaf without pages.</summary>
    public void Clear(int parent, long stamp)
    {
        (Parent, Stamp) = (parent, stamp);
        Locks = Children = Pages = _runCount = 0;
    }

    public void Append(BlockRun run)
    {
        Pages += run.Count;
        if (_runCount > 0)
        {
            ref BlockRun last = ref Room[_runCount - 1];
            if (last.First + last.Count == run.First)
            {
                last = last with { Count = last.Count + run.Count };
                return;
            }
        }

        if (_runCount == Room.Length)
        {
            BlockRun[] wider = new BlockRun[_runCount * 2];
            Runs.CopyTo(wider);
            _many = wider;
        }

        Room[_runCount++] = run;
    }

    /// <summary>Takes up to <paramref name="pages"/> pages off the end of its last run; returns them.</summary>
    public BlockRun CutLastRun(int pages)
    {
        ref BlockRun last = ref Room[_runCount - 1];
        int cut = Math.Min(pages, last.Count);
        BlockRun removed = new(last.First + last.Count - cut, cut);
        Pages -= cut;
        if (cut == last.Count) _runCount--;
        else last = last with { Count = last.Count - cut };
        return removed;
    }

    /// <summary>Moves the first <paramref name="pages"/> pages, fewer than all, to the end of another node.</summary>
    public void MoveFrontTo(ref RadixNode other, int pages)
    {
        Span<BlockRun> runs = Room[.._runCount];
        int whole = 0, left = pages;
        for (; left >= runs[whole].Count; whole++)
        {
            other.Append(runs[whole]);
            left -= runs[whole].Count;
        }

        if (left > 0)
        {
            BlockRun run = runs[whole];
            other.Append(run with { Count = left });
            runs[whole] = new BlockRun(run.First + left, run.Count - left);
        }

        runs[whole..].CopyTo(runs);
        _runCount -= whole;
        Pages -= pages;
    }
}
