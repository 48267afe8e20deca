namespace AgentSim.Engines.Sglang;

// Many decode passes at once (behaviour 03#C). RunPass is the definition; a stretch gives what it would give.
internal sealed partial class SglangScheduler
{
    private const int ShortestStretch = 2;

    private long[] _lastTouches = [];

    public override DecodeStretch Stretch { get; } = new();

    public override bool TryPlanStretch(double now, double horizon)
    {
        if (_speculation is not null || _prompts.HasGeneratedIdentities || _running.Count == 0) return false;
        if (_limits.Role == WorkerType.Prefill || _prebuilt.Count > 0 || WantsReservation) return false;
        int steps = RepetitiveSteps(now, out long context);
        // What ended requests give up counts from the start of their last pass; a decode worker may be asked for it meanwhile.
        if (_limits.Role != WorkerType.Aggregated) steps--;
        if (steps < ShortestStretch) return false;

        Stretch.Prepare(_limits.PageSize, steps);
        foreach (Sequence sequence in _running) Stretch.AddSequence(sequence.Materialised, _limits.PageSize);
        long obtainable = _pages.ObtainablePages;
        if (_waiting.Count > 0)
        {
            OrderQueue();
            // Evictions could change the order.
            if (_limits.LongestPrefixFirst && _waiting.Count > 1) obtainable = _pages.FreePages;
            if (_running.Count < _limits.MaxRunning && !IsAdmissionSuspended) steps = StepsWhileBlocked(_waiting.First, steps);
            if (steps < ShortestStretch) return false;
        }

        return Stretch.PlanByTokens(now, horizon, steps, context, _running.Count, obtainable, _decodeTimes);
    }

    // A router sees what the passes that have ended evicted.
    public override void SynchroniseCaches(double now, bool driven)
    {
        _pages.Grow(Stretch.GrowthUpTo(Stretch.EndedBy(now)));
        _published.Publish();
    }

    public override void CommitStretch(int steps)
    {
        if (Observer is not null) Observe(steps);
        _pages.Grow(Stretch.GrowthUpTo(steps));
        Stretch.CutAfter(steps);
        bool hasEnded = Advance(steps);
        foreach (Sequence sequence in _running)
        {
            sequence.Generated += steps;
            _recorder.StretchTokens(sequence.Request, Stretch);
        }

        _recorder.StretchGaps(Stretch, _running.Count);
        Stretch.Clear();
        DecayRatio(steps);
        if (hasEnded) RetireEnded();
    }

    private void Observe(int steps)
    {
        if (steps == 0) return;
        long context = 0;
        foreach (Sequence sequence in _running) context += sequence.Length;
        Observer!.Decode(_running.Count, Math.Min(context, _limits.TotalTokens), context / _running.Count, steps,
            Stretch.Ends[steps - 1] - Stretch.Start);
    }

    private void DecayRatio(int passes)
    {
        for (int pass = 0; pass < passes; pass++)
        {
            double before = _ratio;
            _ratio = _limits.Decayed(before);
            if (_ratio == before) return;
        }
    }

    // Passes up to the first in which a request completes, in which everybody who completes a page appends it to a node of his own.
    private int RepetitiveSteps(double now, out long context)
    {
        long steps = DecodeStretch.MostSteps;
        context = 0;
        foreach (Sequence sequence in _running)
        {
            if (_recorder.LastToken(sequence.Request) != now) return 0;
            steps = Math.Min(steps, sequence.Remaining);
            if (!_pages.GrowsInPlace(sequence)) steps = Math.Min(steps, _limits.PageSize - 1 - (sequence.Materialised % _limits.PageSize));
            if (steps < ShortestStretch) return 0;
            context += sequence.Length;
        }

        return (int)steps;
    }

    // Passes that do not admit the head of the queue. What the batch reserves falls with every pass, by the decay of the
    // ratio and by the tokens emitted; what is left unreserved is computed as the pass would where it is a close call.
    private int StepsWhileBlocked(Sequence head, int steps)
    {
        Chunk chunk = NextChunk(head, _limits.ChunkSize);
        if (chunk.Tokens == 0 || chunk.Charge > _limits.MaxPrefillTokens || chunk.Charge > _limits.ChunkSize) return steps;

        long reserved = 0;
        int falling = 0;
        foreach (Sequence sequence in _running)
        {
            reserved += Reservation(sequence);
            if (sequence.Remaining <= _limits.OutputClip) falling++;
            else steps = (int)Math.Min(steps, sequence.Remaining - _limits.OutputClip);
        }

        long obtainable = _pages.ObtainablePages;
        double ratio = _ratio;
        for (int step = 0; step < steps; step++)
        {
            double total = Tokens(obtainable);
            double missing = chunk.Need - (total - (reserved * ratio));
            double doubt = 1e-3 + (1e-9 * total);
            if (missing < -doubt || (missing < doubt && chunk.Need < total - ReservedAfter(step, ratio))) return step;
            obtainable -= Stretch.GrowthIn(step);
            reserved -= falling;
            ratio = _limits.Decayed(ratio);
        }

        return steps;
    }

    // Deferred insertions keep the order in which the last pages of the sequences became complete. A page that a request completes
    // with its last token is not among them: it enters the tree with the request's completion. True when a request ends.
    private bool Advance(int steps)
    {
        int count = _running.Count, pageSize = _limits.PageSize;
        if (_lastTouches.Length < count) _lastTouches = new long[Math.Max(count, _lastTouches.Length * 2)];
        bool hasEnded = false;
        for (int i = 0; i < count; i++)
        {
            Sequence sequence = _running[i];
            int inPage = (sequence.Materialised + steps) % pageSize;
            bool ends = sequence.Remaining == steps;
            hasEnded |= ends;
            _lastTouches[i] = ((ends && inPage == 0 ? -1L : pageSize - 1L - inPage) << 32) | (uint)i;
        }

        if (count > 1 && (pageSize > 1 || hasEnded)) Array.Sort(_lastTouches, 0, count);
        for (int i = 0; i < count; i++)
        {
            Sequence sequence = _running[(int)(uint)_lastTouches[i]];
            _pages.Advance(sequence, steps, sequence.Remaining == steps);
        }

        return hasEnded;
    }

    private void RetireEnded()
    {
        int kept = 0;
        CompletedRequests = 0;
        for (int i = 0; i < _running.Count; i++)
        {
            Sequence sequence = _running[i];
            if (sequence.Remaining > 0)
            {
                _running[kept++] = sequence;
                continue;
            }

            CompletedRequests++;
            Signals.Add(new Signal(sequence.Request, SignalKind.Completed));
            Finish(sequence);
        }

        _running.Truncate(kept);
    }
}
