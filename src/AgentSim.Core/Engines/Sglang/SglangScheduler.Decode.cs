using AgentSim.Prompts;

namespace AgentSim.Engines.Sglang;

// One decode step of everything that runs (behaviour 03#A.4; with speculation 03#A.9).
internal sealed partial class SglangScheduler
{
    // Returns the end of the pass.
    private double Decode(double start)
    {
        RetireWithoutToken();
        if (_running.Count == 0) return start;
        _pass.ScheduledDecode = true;
        long growth = RetractUntilGrowthFits();
        if (!_pages.TryMakeRoom(growth))
        {
            foreach (Sequence sequence in _running) _pages.Expose(sequence, sequence.Materialised);
            return start;
        }

        long context = 0;
        foreach (Sequence sequence in _running) context += sequence.Length;
        int active = (int)Math.Min(context, _limits.TotalTokens);
        double step = _times.Decode(active, context / _running.Count), end = start + step;
        _times.Observer?.Decode(_running.Count, active, context / _running.Count, 1, step);
        int kept = 0;
        for (int i = 0; i < _running.Count; i++)
        {
            Sequence sequence = _running[i];
            Emit(sequence);
            if (sequence.Remaining > 0) _running[kept++] = sequence;
            else _pass.Completed.Add(sequence);
        }

        _running.Truncate(kept);
        return end;
    }

    private void Emit(Sequence sequence)
    {
        bool isFirst = sequence.Generated == 0;
        int burst = _speculation is null ? 1 : Math.Min(_speculation.DrawBurst(), sequence.Remaining);
        for (int token = 0; token < burst; token++)
        {
            _pages.AddToken(sequence);
            sequence.Generated++;
            // The last token's page enters the tree with the request's completion.
            if (sequence.Remaining > 0) _pages.Cache(sequence);
        }

        sequence.MostMaterialised = Math.Max(sequence.MostMaterialised, sequence.Materialised);
        _pass.Emit(sequence.Request, burst);
        bool completed = sequence.Remaining == 0;
        if (isFirst && (burst > 1 || !completed)) _pass.Signal(sequence.Request, SignalKind.FirstToken);
        if (completed) _pass.Signal(sequence.Request, SignalKind.Completed);
    }

    // Only requests that ask for no output at all end like this.
    private void RetireWithoutToken()
    {
        int kept = 0;
        for (int i = 0; i < _running.Count; i++)
        {
            Sequence sequence = _running[i];
            if (sequence.Remaining > 0)
            {
                _running[kept++] = sequence;
                continue;
            }

            _pass.Signal(sequence.Request, SignalKind.Completed);
            _pass.Completed.Add(sequence);
        }

        _running.Truncate(kept);
    }

    // Takes running requests off until the others fit, those with the least output first; the last one stays whatever
    // it needs. Returns the pages that the step grows into.
    private long RetractUntilGrowthFits()
    {
        long growth = 0;
        foreach (Sequence sequence in _running) growth += GrowthOf(sequence);
        while (_pages.ObtainablePages < growth && _running.Count > 1)
        {
            int victim = 0;
            for (int i = 1; i < _running.Count; i++)
            {
                if (_running[i].Generated < _running[victim].Generated) victim = i;
            }

            Sequence sequence = _running[victim];
            growth -= GrowthOf(sequence);
            _running.RemoveAt(victim);
            _pages.Retract(sequence);
            _pass.Retracted.Add(sequence);
        }

        return growth;
    }

    private int GrowthOf(Sequence sequence)
    {
        // Slots are held for exactly the tokens there are.
        if (_speculation is null) return sequence.Materialised == (long)sequence.HeldPages * _limits.PageSize ? 1 : 0;
        int burst = Math.Min(_speculation.MaxBurst, sequence.Remaining);
        return BlockCount.Of(sequence.Length + burst, _limits.PageSize) - sequence.HeldPages;
    }
}
