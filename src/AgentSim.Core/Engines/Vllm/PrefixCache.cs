using AgentSim.Collections;
using AgentSim.Prompts;
using AgentSim.Routing;

namespace AgentSim.Engines.Vllm;

/// <summary>
/// Cached copies that a sequence uses: <paramref name="Count"/> blocks from the start of a run. If the run was split since, they
/// go on in the parts split off it.
/// </summary>
internal readonly record struct HeldCopies(int Run, int Count);

/// <summary>
/// The prefix cache of one rank: the cached copies of blocks, an index from a block to its copies in the order in which they
/// became cached, and an LRU list of the copies that no request uses (behaviour 02#5.1).
/// </summary>
/// <remarks>
/// A block can have several copies, since requests that compute the same prompt at the same time each keep their own. Requests
/// that come later use the first copy.
/// Neighbouring blocks are mostly computed, used, released and evicted together. So the cache does not hold single copies but
/// runs of them: copies of consecutive blocks of a chain that the same sequences use. Where a sequence uses only a part of a
/// run, the run is split, and all other copies of these blocks (its siblings) at the same place: siblings always have the same
/// length. The first copies of a chain are a list in the order of its blocks, and the index knows where it begins. In the LRU
/// list a run stands for its blocks from the last to the first, the order in which they were released.
/// </remarks>
/// <param name="reaches">The index in which a KV router looks up what each rank has cached; null without such a router.</param>
/// <param name="rank">The rank's number there.</param>
internal sealed partial class PrefixCache(PrefixReaches? reaches, int rank)
{
    private const int Anonymous = -1;

    private struct CopyRun
    {
        public int Chain;        // Anonymous: blocks that no prompt can ever match
        public int Offset;       // of its first block in the chain
        public int Count;
        public int References;
        public int Sibling;      // the next copies of the same blocks, 0 where there are none
        public int Further;      // the next first copies of the chain, 0 behind the last
        public int SplitOff;     // what followed when it was last split
        public int Previous;     // LRU neighbours
        public int Next;
        public bool IsSibling;   // not the first copies of its blocks, but a sibling of these

        public readonly int End => Offset + Count;
    }

    private readonly IntMap _chains = new();   // chain -> its first copies with the lowest offset
    private GrowList<int> _parts;              // scratch: the parts of a run that is being released
    private GrowList<HeldCopies> _unused;      // scratch: copies being added that no sequence uses

    /// <summary>Cached blocks that no request uses, which eviction may take.</summary>
    public int Inactive { get; private set; }

    /// <summary>How many leading blocks have a copy; adds to <paramref name="active"/> those whose first copy is in use.</summary>
    public int Match(ChainBlocks blocks, ref int active)
    {
        int at = blocks.Offset;
        for (int run = Seek(blocks.Chain, at, out _); run != 0 && at < blocks.End; run = _runs[run].Further)
        {
            ref CopyRun copies = ref _runs[run];
            if (copies.Offset > at) break;
            int end = Math.Min(copies.End, blocks.End);
            if (copies.References > 0) active += end - at;
            at = end;
        }

        return at - blocks.Offset;
    }

    /// <summary>A sequence uses the first copies of blocks, all of which must have one.</summary>
    public void Take(ChainBlocks blocks, ref GrowList<HeldCopies> held)
    {
        int run = StartAt(Seek(blocks.Chain, blocks.Offset, out _), blocks.Offset);
        for (int left = blocks.Count; left > 0; run = _runs[run].Further)
        {
            if (_runs[run].Count > left) Split(run, left);
            if (_runs[run].References++ == 0)
            {
                Unlink(run);
                Inactive -= _runs[run].Count;
            }

            held.Add(new HeldCopies(run, _runs[run].Count));
            left -= _runs[run].Count;
        }
    }

    /// <summary>Blocks that a sequence computed become cached, as the last copies where there are others; the sequence uses them.</summary>
    public void Add(ChainBlocks blocks, ref GrowList<HeldCopies> held) => Add(blocks, references: 1, ref held);

    private void Add(ChainBlocks blocks, int references, ref GrowList<HeldCopies> held)
    {
        int at = blocks.Offset, run = Seek(blocks.Chain, at, out int before);
        while (at < blocks.End)
        {
            int absent = (run == 0 ? blocks.End : Math.Min(_runs[run].Offset, blocks.End)) - at;
            if (absent > 0)
            {
                if (!TryExtend(before, at, absent, ref held))
                {
                    before = NewFirst(new ChainBlocks(blocks.Chain, at, absent), before, references);
                    held.Add(new HeldCopies(before, absent));
                }

                Gained(blocks.Chain, at);
                at += absent;
                continue;
            }

            run = StartAt(run, at);
            if (_runs[run].End > blocks.End) Split(run, blocks.End - at);
            held.Add(new HeldCopies(NewSibling(run, references), _runs[run].Count));
            at += _runs[run].Count;
            (before, run) = (run, _runs[run].Further);
        }
    }

    /// <summary>Blocks become cached, from the last to the first, without being used.</summary>
    public void AddInactive(ChainBlocks blocks)
    {
        _unused.Clear();
        Add(blocks, references: 0, ref _unused);
        for (int part = _unused.Count - 1; part >= 0; part--) AppendToLru(_unused[part].Run);
    }

    /// <summary>Blocks become cached, without being used, that no prompt can ever match: they only wait for eviction.</summary>
    public void AddAnonymous(int blocks)
    {
        if (blocks > 0) AppendToLru(NewRun(new ChainBlocks(Anonymous, 0, blocks), references: 0));
    }

    /// <summary>A sequence uses none of its copies any more, given up from the last to the first.</summary>
    public void Release(ref GrowList<HeldCopies> held)
    {
        for (int i = held.Count - 1; i >= 0; i--)
        {
            (int run, int left) = held[i];
            if (_runs[run].Count == left)
            {
                if (--_runs[run].References == 0) AppendToLru(run);
                continue;
            }

            _parts.Clear();
            for (; left > 0; run = _runs[run].SplitOff)
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

    // The first run in the chain's list of first copies that ends behind an offset, or 0, and the run before it, or 0.
    private int Seek(int chain, int offset, out int before)
    {
        before = 0;
        int run = _chains[chain];
        while (run != 0 && _runs[run].End <= offset) (before, run) = (run, _runs[run].Further);
        return run;
    }

    // Splits a run so that one of its parts starts at an offset, and returns that part.
    private int StartAt(int run, int offset) => _runs[run].Offset < offset ? Split(run, offset - _runs[run].Offset) : run;

    // Where a sequence has computed the blocks behind its last run, that run grows, unless somebody else uses it, too.
    private bool TryExtend(int before, int offset, int blocks, ref GrowList<HeldCopies> held)
    {
        if (before == 0 || held.Count == 0) return false;
        ref HeldCopies last = ref held[held.Count - 1];
        ref CopyRun run = ref _runs[before];
        bool isItsOwn = last.Run == before && run.Count == last.Count && run.References == 1 && run.End == offset && run.Sibling == 0;
        if (!isItsOwn) return false;
        run.Count += blocks;
        last = last with { Count = run.Count };
        return true;
    }

    // Tells the router's index that blocks from an offset on, which had no copy, have one now.
    private void Gained(int chain, int offset)
    {
        if (reaches is null) return;
        int slot = reaches.Find(chain, rank), reach = slot == 0 ? 0 : reaches.Blocks(slot);
        if (offset != reach) return;
        for (int run = Seek(chain, offset, out _); run != 0 && _runs[run].Offset <= reach; run = _runs[run].Further) reach = _runs[run].End;
        if (slot == 0) reaches.Add(chain, rank, reach);
        else reaches.Set(slot, reach);
    }

    // Tells the router's index that blocks from an offset on have no copy any more.
    private void Lost(int chain, int offset)
    {
        if (reaches is null) return;
        int slot = reaches.Find(chain, rank);
        if (slot == 0 || reaches.Blocks(slot) <= offset) return;
        if (offset > 0) reaches.Set(slot, offset);
        else reaches.Remove(chain, slot);
    }
}
