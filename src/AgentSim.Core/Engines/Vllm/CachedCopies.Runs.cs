using AgentSim.Collections;
using AgentSim.Prompts;

namespace AgentSim.Engines.Vllm;

// The runs themselves. Slot 0, which no run has, is the sentinel of the circular LRU list.
internal sealed partial class CachedCopies
{
    private Slots<CopyRun> _runs = new();

    /// <summary>
    /// Removes so many inactive blocks, the least recently used first; there must be as many. Where all copies of a
    /// block are gone its identity is unknown from then on.
    /// </summary>
    public void Evict(int blocks)
    {
        Inactive -= blocks;
        while (blocks > 0)
        {
            int run = _runs[0].Next;
            int count = Math.Min(blocks, _runs[run].Count);
            blocks -= count;
            if (count < _runs[run].Count)
            {
                if (TryShorten(run, count)) return;
                // The part that goes becomes a run of its own, before this one in the list.
                run = Split(run, _runs[run].Count - count);
            }

            if (_runs[run].Chain != Anonymous) RemoveFromIndex(run);
            Unlink(run);
            _runs.Free(run);
        }
    }

    // Takes blocks off the end of a run without siblings.
    private bool TryShorten(int run, int blocks)
    {
        ref CopyRun copies = ref _runs[run];
        if (copies.Chain != Anonymous)
        {
            if (copies.Sibling != 0 || Seek(copies.Chain, copies.Offset, out _) != run) return false;
            Lost(copies.Chain, copies.End - blocks);
        }

        copies.Count -= blocks;
        return true;
    }

    private void RemoveFromIndex(int run)
    {
        ref CopyRun gone = ref _runs[run];
        int first = Seek(gone.Chain, gone.Offset, out int before);
        if (first != run)
        {
            while (_runs[first].Sibling != run) first = _runs[first].Sibling;
            _runs[first].Sibling = gone.Sibling;
            return;
        }

        int heir = gone.Sibling;
        if (heir != 0) _runs[heir].Further = gone.Further;
        else heir = gone.Further;
        if (before == 0) _chains[gone.Chain] = heir;
        else _runs[before].Further = heir;
        if (gone.Sibling == 0) Lost(gone.Chain, gone.Offset);
    }

    // Splits a run and all its siblings; returns the run's own second part.
    private int Split(int run, int at)
    {
        ChainBlocks rest = new(_runs[run].Chain, _runs[run].Offset + at, _runs[run].Count - at);
        int own = 0, last = 0;
        for (int each = Seek(rest.Chain, _runs[run].Offset, out _); each != 0; each = _runs[each].Sibling)
        {
            int part = NewRun(rest, _runs[each].References);
            _runs[part].SplitOff = _runs[each].SplitOff;
            _runs[each].SplitOff = part;
            _runs[each].Count = at;
            if (_runs[each].References == 0) LinkBefore(each, part);
            if (last == 0)
            {
                _runs[part].Further = _runs[each].Further;
                _runs[each].Further = part;
            }
            else
            {
                _runs[last].Sibling = part;
            }

            last = part;
            if (each == run) own = part;
        }

        return own;
    }

    // Copies of blocks that had none, behind others of the chain.
    private int NewFirst(ChainBlocks blocks, int before, int references)
    {
        int run = NewRun(blocks, references);
        if (before == 0)
        {
            _runs[run].Further = _chains[blocks.Chain];
            _chains[blocks.Chain] = run;
        }
        else
        {
            _runs[run].Further = _runs[before].Further;
            _runs[before].Further = run;
        }

        return run;
    }

    // Further copies of the blocks of a run.
    private int NewSibling(int last, int references)
    {
        int run = NewRun(new ChainBlocks(_runs[last].Chain, _runs[last].Offset, _runs[last].Count), references);
        while (_runs[last].Sibling != 0) last = _runs[last].Sibling;
        _runs[last].Sibling = run;
        return run;
    }

    private int NewRun(ChainBlocks blocks, int references) =>
        _runs.Add(new CopyRun { Chain = blocks.Chain, Offset = blocks.Offset, Count = blocks.Count, References = references });

    private void AppendToLru(int run)
    {
        LinkBefore(0, run);
        Inactive += _runs[run].Count;
    }

    private void LinkBefore(int next, int run)
    {
        int previous = _runs[next].Previous;
        (_runs[run].Previous, _runs[run].Next) = (previous, next);
        _runs[previous].Next = run;
        _runs[next].Previous = run;
    }

    private void Unlink(int run)
    {
        (int previous, int next) = (_runs[run].Previous, _runs[run].Next);
        _runs[previous].Next = next;
        _runs[next].Previous = previous;
    }
}
