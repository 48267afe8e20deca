namespace AgentSim.Engines.Vllm;

// The runs themselves, slots of one array: slot 0 is the sentinel of the circular LRU list.
internal sealed partial class CachedCopies
{
    private CopyRun[] _runs = new CopyRun[64];
    private int _runCount = 1;
    private int _freeRun;   // list of unused slots through Sibling

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

            if (_runs[run].First != Anonymous) RemoveFromIndex(run);
            Unlink(run);
            _runs[run].Sibling = _freeRun;
            _freeRun = run;
        }
    }

    // Takes blocks off the end of a run without siblings.
    private bool TryShorten(int run, int blocks)
    {
        ref CopyRun copies = ref _runs[run];
        if (copies.First != Anonymous)
        {
            if (copies.Sibling != 0 || _index[copies.First] != run) return false;
            _index.SetRun(copies.First + copies.Count - blocks, blocks, 0);
        }

        copies.Count -= blocks;
        return true;
    }

    private void RemoveFromIndex(int run)
    {
        (int identity, int sibling) = (_runs[run].First, _runs[run].Sibling);
        int first = _index[identity];
        if (first == run)
        {
            _index.SetRun(identity, _runs[run].Count, sibling);
            return;
        }

        while (_runs[first].Sibling != run) first = _runs[first].Sibling;
        _runs[first].Sibling = sibling;
    }

    // Splits a run and all its siblings; returns the run's own second part.
    private int Split(int run, int at)
    {
        int identity = _runs[run].First + at, count = _runs[run].Count - at, own = 0, before = 0;
        for (int each = _index[_runs[run].First]; each != 0; each = _runs[each].Sibling)
        {
            int rest = NewRun(identity, count, _runs[each].References);
            _runs[rest].SplitOff = _runs[each].SplitOff;
            _runs[each].SplitOff = rest;
            _runs[each].Count = at;
            if (_runs[each].References == 0) LinkBefore(each, rest);
            if (before == 0) _index.SetRun(identity, count, rest);
            else _runs[before].Sibling = rest;
            before = rest;
            if (each == run) own = rest;
        }

        return own;
    }

    private int NewRun(int first, int count, int references)
    {
        int run = _freeRun;
        if (run != 0)
        {
            _freeRun = _runs[run].Sibling;
        }
        else
        {
            if (_runCount == _runs.Length) Array.Resize(ref _runs, _runCount * 2);
            run = _runCount++;
        }

        _runs[run] = new CopyRun { First = first, Count = count, References = references };
        return run;
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
