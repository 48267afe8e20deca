using AgentSim.Collections;

namespace AgentSim.Engines.Sglang;

/// <summary>
/// Many decode passes of a rank at once (behaviour 03#C), without speculation, and where outputs do not come back in prompts. A prefill
/// worker has them, too: it spends time on all tokens of an output (behaviour 03#A.10).
/// </summary>
internal sealed class SglangStretches : RankPlanner
{
    private const int ShortestStretch = 2;
    private const int MostSortedHere = 16;

    private readonly SglangScheduler _scheduler;
    private readonly SglangState _state;
    private readonly SglangLimits _limits;
    private readonly PagePool _pages;
    private readonly SglangAdmission _admission;
    private readonly PassTimes _times;
    private readonly DecodeTimes _decodeTimes;
    private readonly PassRecorder _recorder;
    private readonly SglangQueue _waiting;
    private readonly Batch<Sequence> _running;
    private readonly bool _seesLastPass;
    private long[] _lastTouches = [];

    public SglangStretches(SglangScheduler scheduler, SglangState state, SglangAdmission admission, PassTimes times, DecodeTimes steps)
    {
        (_scheduler, _state, _admission, _times, _decodeTimes) = (scheduler, state, admission, times, steps);
        (_limits, _pages, _recorder, _waiting, _running) = (state.Limits, state.Pages, state.Recorder, state.Waiting, state.Running);
        // What ended requests give up counts from the start of their last pass; a decode worker may be asked for it meanwhile, and a
        // prefill worker hands it over.
        _seesLastPass = state.Source is null && state.Destination is null;
    }

    // A request that matches the cache better may go ahead of the one that blocks.
    public override bool IgnoresNewcomers => !_limits.LongestPrefixFirst && (_waiting.Count > 0 || _running.Count >= _limits.MaxRunning);

    public override bool TryPlan(double now, double horizon) => TryPrepare(now, out RankPlan plan)
        && Stretch.PlanByTokens(now, horizon, plan.MaxSteps, plan.Active, plan.Batch, plan.Obtainable, plan.Times);

    public override bool TryPrepare(double now, out RankPlan plan)
    {
        plan = default;
        if (_running.Count == 0) return false;
        if (_state.Destination is { } destination && (destination.Prebuilt.Count > 0 || destination.WantsReservation)) return false;
        int steps = RepetitiveSteps(now, out long context);
        if (!_seesLastPass) steps--;
        if (steps < ShortestStretch) return false;

        Stretch.Prepare(_limits.PageSize, steps);
        foreach (Sequence sequence in _running) Stretch.AddSequence(sequence.Materialised, _limits.PageSize);
        long obtainable = _pages.ObtainablePages;
        if (_waiting.Count > 0)
        {
            _waiting.Order();
            // Evictions could change the order.
            if (_limits.LongestPrefixFirst && _waiting.Count > 1) obtainable = _pages.FreePages;
            if (_running.Count < _limits.MaxRunning && _state.Destination is not { SuspendsAdmission: true })
                steps = StepsWhileBlocked(_waiting.First, steps);
            if (steps < ShortestStretch) return false;
        }

        plan = new RankPlan(steps, context, obtainable, _decodeTimes, context / _running.Count, _running.Count);
        return true;
    }

    public override void OnPlanned()
    {
    }

    public override double NextCacheChange => double.NegativeInfinity;

    // A router sees what the passes that have ended evicted.
    public override double SynchroniseCaches(double now, bool driven)
    {
        _pages.Grow(Stretch.GrowthUpTo(Stretch.EndedBy(now)));
        _state.Published.Publish();
        return NextCacheChange;
    }

    // No worker decodes in no time: a prefill worker of SGLang pays for its tokens.
    public override int RunInstantPasses() => 0;

    public override void Commit(int steps)
    {
        if (_times.Observer is not null) Observe(steps);
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
        _admission.Decay(steps);
        if (hasEnded) _scheduler.RetireEnded();
    }

    private void Observe(int steps)
    {
        if (steps == 0) return;
        long context = 0;
        foreach (Sequence sequence in _running) context += sequence.Length;
        _times.Observer!.Decode(_running.Count, Math.Min(context, _limits.TotalTokens), context / _running.Count, steps,
            Stretch.Ends[steps - 1] - Stretch.Start);
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
        Chunk chunk = _admission.NextChunk(head, _limits.ChunkSize);
        if (chunk.Tokens == 0 || chunk.Charge > _limits.MaxPrefillTokens || chunk.Charge > _limits.ChunkSize) return steps;

        long reserved = 0;
        int falling = 0;
        foreach (Sequence sequence in _running)
        {
            reserved += _admission.Reservation(sequence);
            if (sequence.Remaining <= _limits.OutputClip) falling++;
            else steps = (int)Math.Min(steps, sequence.Remaining - _limits.OutputClip);
        }

        long obtainable = _pages.ObtainablePages;
        double ratio = _admission.Ratio;
        for (int step = 0; step < steps; step++)
        {
            double total = _admission.Tokens(obtainable);
            double missing = chunk.Need - (total - (reserved * ratio));
            double doubt = 1e-3 + (1e-9 * total);
            if (missing < -doubt || (missing < doubt && chunk.Need < total - _admission.ReservedAfter(step, ratio))) return step;
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

        if (count > 1 && (pageSize > 1 || hasEnded)) Sort(_lastTouches.AsSpan(0, count));
        for (int i = 0; i < count; i++)
        {
            Sequence sequence = _running[(int)(uint)_lastTouches[i]];
            _pages.Advance(sequence, steps, sequence.Remaining == steps);
        }

        return hasEnded;
    }

    // Most batches are of a few sequences, for which a sort of the library costs more than all else that is done with them here.
    private static void Sort(Span<long> values)
    {
        if (values.Length > MostSortedHere)
        {
            values.Sort();
            return;
        }

        for (int i = 1; i < values.Length; i++)
        {
            long value = values[i];
            int at = i;
            for (; at > 0 && values[at - 1] > value; at--) values[at] = values[at - 1];
            values[at] = value;
        }
    }
}
