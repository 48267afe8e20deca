using AgentSim.Prompts;

namespace AgentSim.Engines.Vllm;

// Many decode passes at once (behaviour 02#14). RunPass is the definition; a stretch gives what it would give.
internal sealed partial class VllmScheduler
{
    private const int ShortestStretch = 2;

    private bool _mayEvict;   // the planned stretch

    public override DecodeStretch Stretch { get; } = new();

    public override bool TryPlanStretch(double now, double horizon)
    {
        if (_limits.Role == WorkerType.Prefill) return false;
        _plansStretches = true;
        int steps = RepetitiveSteps(out long context);
        // What ended requests give up counts from the start of their last pass; a decode worker may be asked for it meanwhile.
        if (_limits.Role != WorkerType.Aggregated) steps--;
        if (steps < ShortestStretch) return false;
        // A pass in which something else took time is not like the next.
        int inStep = _lockstep.Count;
        if (inStep > 0 && _lockstep.LastToken != now) return false;
        for (int i = inStep; i < _running.Count; i++)
        {
            if (_recorder.LastToken(_running[i].Request) != now) return false;
        }

        Stretch.Prepare(_limits.BlockSize, steps);
        _lockstep.AddGrowth(Stretch, steps);
        for (int i = inStep; i < _running.Count; i++) Stretch.AddSequence(_running[i].Allocated, _limits.BlockSize);
        bool isPlanned = Stretch.Plan(now, horizon, steps, _blocks.Active, _blocks.Obtainable, _decodeTimes, context / _running.Count);
        _mayEvict = (long)_running.Count * ((Stretch.Steps / _limits.BlockSize) + 1) > _blocks.Free;
        return isPlanned;
    }

    public override int RunInstantPasses()
    {
        if (_limits.Role != WorkerType.Prefill) return 0;
        int steps = RepetitiveSteps(out _) - 1;
        if (steps < ShortestStretch) return 0;
        long growth = 0;
        foreach (Sequence sequence in _running)
            growth += BlockCount.Of(sequence.Allocated + steps, _limits.BlockSize) - BlockCount.Of(sequence.Allocated, _limits.BlockSize);
        if (growth > _blocks.Obtainable) return 0;
        _blocks.Grow((int)growth);
        foreach (Sequence sequence in _running) Advance(sequence, steps);
        return steps;
    }

    // What a router sees changes only by evictions.
    public override double NextCacheChange => _mayEvict ? Stretch.NextGrowthStart : double.PositiveInfinity;

    public override void SynchroniseCaches(double now, bool driven)
    {
        int growth = Stretch.GrowthStartedBy(now, driven);
        if (growth > 0) _blocks.Grow(growth);
    }

    public override void CommitStretch(int steps)
    {
        if (Observer is not null) Observe(steps);
        GrowUpTo(steps);
        Stretch.CutAfter(steps);
        bool hasEnded = false;
        _lockstep.Advance(steps);
        for (int i = _lockstep.Count; i < _running.Count; i++)
        {
            Sequence sequence = _running[i];
            Advance(sequence, steps);
            hasEnded |= RemainingOutput(sequence) == 0;
            _recorder.StretchTokens(sequence.Request, Stretch);
        }

        _recorder.StretchGaps(Stretch, _running.Count);
        double end = Stretch.End;
        Stretch.Clear();
        RetireLockstep();
        CatchUp(end);
        if (hasEnded) RetireEnded();
        JoinLockstep(end);
    }

    public override (int Request, string Reason) DescribeBlockage()
    {
        if (_waiting.Count == 0) return (_running.Count > 0 ? _running[0].Request : -1, "it waits for KV blocks that nothing will free");
        Sequence head = _waiting.First;
        int blocks = BlockCount.Of(head.Length, _limits.BlockSize);
        if (blocks > _limits.TotalBlocks)
        {
            return (head.Request, $"it needs {blocks} KV blocks of {_limits.BlockSize} tokens and its worker has {_limits.TotalBlocks}; " +
                "raise num_gpu_blocks or set max_model_len");
        }

        if (head.WasPreempted || blocks > _limits.TotalBlocks - _blocks.Active)
        {
            return (head.Request, $"it needs {blocks} KV blocks of {_limits.BlockSize} tokens, and of the {_limits.TotalBlocks} of its " +
                $"worker {_blocks.Active} stay in use; raise num_gpu_blocks");
        }

        return (head.Request, $"its {head.PromptTokens} prompt tokens exceed max_num_batched_tokens {_limits.TokenBudget} and chunked " +
            "prefill is off; raise max_num_batched_tokens or turn enable_chunked_prefill on");
    }

    // Passes in which every running request emits a token, no other is admitted, and blocks are all it takes; up to the
    // first in which one ends.
    private int RepetitiveSteps(out long context)
    {
        context = 0;
        if (!_blocks.SupportsStretches || _speculation is not null) return 0;
        if (_running.Count == 0 || _running.Count > _limits.TokenBudget) return 0;
        if (WantsReservation) return 0;
        if (_running.Count < _limits.MaxSequences && NextCandidate() is Sequence head && !MustWait(head)) return 0;
        long steps = DecodeStretch.MostSteps;
        if (_lockstep.Count > 0) (steps, context) = (Math.Min(steps, _lockstep.StepsToFirstEnd), _lockstep.Context);
        for (int i = _lockstep.Count; i < _running.Count; i++)
        {
            Sequence sequence = _running[i];
            if (!IsDecoding(sequence)) return 0;
            steps = Math.Min(steps, RemainingOutput(sequence));
            if (steps < ShortestStretch) return 0;
            context += sequence.Length;
        }

        return (int)steps;
    }

    private void Observe(int steps)
    {
        if (steps == 0) return;
        long context = _lockstep.Context;
        for (int i = _lockstep.Count; i < _running.Count; i++) context += _running[i].Length;
        Observer!.Decode(_running.Count, (long)_blocks.Active * _limits.BlockSize, context / _running.Count, steps,
            Stretch.Ends[steps - 1] - Stretch.Start);
    }

    private void Advance(Sequence sequence, int steps)
    {
        _blocks.Advance(sequence, steps);
        sequence.Generated += steps;
        sequence.Computed += steps;
        sequence.Allocated += steps;
    }

    private void GrowUpTo(int steps) => _blocks.Grow(Stretch.GrowthUpTo(steps));

    // One uncomputed token, blocks exactly for what is computed, and room for it in a tail that is not complete.
    private bool IsDecoding(Sequence sequence) =>
        sequence.Computed >= sequence.PromptTokens
        && sequence.Length - sequence.Computed == 1
        && sequence.Allocated == sequence.Computed
        && sequence.FullBlocks < BlockCount.Of(sequence.Length, _limits.BlockSize);
}
