using AgentSim.Collections;
using AgentSim.Workload;

namespace AgentSim.Engines.Vllm;

/// <summary>Copies that a sequence uses: the first <paramref name="Count"/> blocks of a run and of what was split off it.</summary>
internal readonly record struct HeldCopies(int Run, int Count);

/// <summary>
/// The cached copies of blocks on one rank, an index from identity to the copies in the order they became cached, and an
/// LRU list of the copies nobody uses (specification 02, 5.1).
/// </summary>
/// <remarks>
/// Neighbouring blocks are mostly computed, used, released and evicted together. So what is kept are not single copies but
/// runs of them: consecutive identities with the same users. A run is split where a sequence uses only a part of it; all
/// copies of the same blocks are split at the same place, so that each has siblings of its own length. In the LRU list a
/// run stands for its blocks from the last to the first, the order in which they were released.
/// </remarks>
internal sealed partial class CachedCopies
{
    private const int Anonymous = -1;

    private struct CopyRun
    {
        public int First;        // identity of its first block; Anonymous: blocks that no look-up can meet
        public int Count;
        public int References;
        public int Sibling;      // the next copies of the same blocks, 0 where there are none
        public int SplitOff;     // what followed when it was last split
        public int Previous;     // LRU neighbours
        public int Next;
    }

    private readonly PagedInts _index = new();   // identity -> run with the first copy
    private GrowList<int> _parts;                // of a run that is being released

    /// <summary>Blocks that nobody uses.</summary>
    public int Inactive { get; private set; }

    /// <summary>How many leading blocks have a copy; adds to <paramref name="active"/> those whose first copy is in use.</summary>
    public int Match(BlockRun blocks, ref int active)
    {
        int matched = 0;
        while (matched < blocks.Count)
        {
            int identity = blocks.First + matched;
            int run = _index[identity];
            if (run == 0) break;
            int count = Math.Min(blocks.Count - matched, _runs[run].First + _runs[run].Count - identity);
            if (_runs[run].References > 0) active += count;
            matched += count;
        }

        return matched;
    }

    /// <summary>A sequence uses the first copies of blocks, all of which must have one.</summary>
    public void Take(BlockRun blocks, ref GrowList<HeldCopies> held)
    {
        int done = 0;
        while (done < blocks.Count)
        {
            int run = FirstCopies(blocks.First + done, blocks.Count - done);
            if (_runs[run].References++ == 0)
            {
                Unlink(run);
                Inactive -= _runs[run].Count;
            }

            held.Add(new HeldCopies(run, _runs[run].Count));
            done += _runs[run].Count;
        }
    }

    /// <summary>Blocks that a sequence computed become cached, behind copies there may already be; the sequence uses them.</summary>
    public void Add(BlockRun blocks, ref GrowList<HeldCopies> held)
    {
        int done = 0;
        while (done < blocks.Count)
        {
            (int identity, int left) = (blocks.First + done, blocks.Count - done);
            int absent = _index.AbsentRun(identity, left);
            if (absent > 0)
            {
                done += absent;
                if (!TryExtend(identity, absent, ref held)) held.Add(new HeldCopies(NewFirst(identity, absent, references: 1), absent));
                continue;
            }

            int run = NewSibling(identity, left, references: 1);
            held.Add(new HeldCopies(run, _runs[run].Count));
            done += _runs[run].Count;
        }
    }

    /// <summary>A block becomes cached that nobody uses.</summary>
    public void AddInactive(int identity) =>
        AppendToLru(_index[identity] == 0 ? NewFirst(identity, 1, references: 0) : NewSibling(identity, 1, references: 0));

    /// <summary>Blocks become inactive that no look-up can ever meet.</summary>
    public void AddAnonymous(int blocks)
    {
        if (blocks > 0) AppendToLru(NewRun(Anonymous, blocks, references: 0));
    }

    /// <summary>A sequence uses none of its copies any more, given up from the last to the first.</summary>
    public void Release(ref GrowList<HeldCopies> held)
    {
        for (int i = held.Count - 1; i >= 0; i--)
        {
            _parts.Clear();
            int left = held[i].Count;
            for (int run = held[i].Run; left > 0; run = _runs[run].SplitOff)
            {
                _parts.Add(run);
                left -= _runs[run].Count;
            }

            for (int part = _parts.Count - 1; part >= 0; part--)
            {
                if (--_runs[_parts[part]].References == 0) AppendToLru(_parts[part]);
            }
        }

        held.Clear();
    }

    // A sequence goes on where it ended: its last run grows, if that is all its own.
    private bool TryExtend(int identity, int blocks, ref GrowList<HeldCopies> held)
    {
        if (held.Count == 0) return false;
        ref HeldCopies last = ref held[held.Count - 1];
        ref CopyRun run = ref _runs[last.Run];
        bool isItsOwn = run.References == 1 && run.Count == last.Count && run.First + run.Count == identity
            && run.Sibling == 0 && _index[run.First] == last.Run;
        if (!isItsOwn) return false;
        run.Count += blocks;
        last = last with { Count = run.Count };
        _index.SetRun(identity, blocks, last.Run);
        return true;
    }

    // The run of first copies that begins with an identity, cut to at most so many blocks.
    private int FirstCopies(int identity, int most)
    {
        int run = _index[identity];
        if (_runs[run].First < identity) run = Split(run, identity - _runs[run].First);
        if (_runs[run].Count > most) Split(run, most);
        return run;
    }

    private int NewFirst(int identity, int blocks, int references)
    {
        int run = NewRun(identity, blocks, references);
        _index.SetRun(identity, blocks, run);
        return run;
    }

    private int NewSibling(int identity, int most, int references)
    {
        int last = FirstCopies(identity, most);
        int run = NewRun(identity, _runs[last].Count, references);
        while (_runs[last].Sibling != 0) last = _runs[last].Sibling;
        _runs[last].Sibling = run;
        return run;
    }
}
