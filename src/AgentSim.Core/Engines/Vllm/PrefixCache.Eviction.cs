namespace AgentSim.Engines.Vllm;

// Eviction: of the copies that no request uses, the least recently used go first.
internal sealed partial class PrefixCache
{
    /// <summary>
    /// Removes as many unused blocks, the least recently used first; there must be that many. A block whose last copy goes is
    /// no longer cached.
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

    /// <summary>Blocks that no prompt can match and that go before all others.</summary>
    public int FirstAnonymous
    {
        get
        {
            ref CopyRun first = ref _runs[_runs[0].Next];
            return first.Chain == Anonymous ? first.Count : 0;
        }
    }

    // Takes blocks off the end of a run, if no other copies of them have to be kept at the same length.
    private bool TryShorten(int run, int blocks)
    {
        ref CopyRun copies = ref _runs[run];
        if (copies.Chain != Anonymous)
        {
            if (copies.Sibling != 0 || copies.IsSibling) return false;
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
        if (heir != 0) (_runs[heir].Further, _runs[heir].IsSibling) = (gone.Further, false);
        else heir = gone.Further;
        if (before == 0) _chains[gone.Chain] = heir;
        else _runs[before].Further = heir;
        if (gone.Sibling == 0) Lost(gone.Chain, gone.Offset);
    }

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
