using AgentSim.Collections;
using AgentSim.Prompts;

namespace AgentSim.Engines.Vllm;

/// <summary>
/// Many decode passes of a rank at once (behaviour 02#14), without speculation. What passes take time is planned; on a
/// prefill worker, where they take none, they are run in one go. Mostly only the number of blocks matters that they take; where it
/// matters when which block is taken and completed, that is done in the order of passes (VllmStretches.Play.cs).
/// </summary>
internal sealed partial class VllmStretches : RankPlanner
{
    private const int ShortestStretch = 2;

    private readonly VllmScheduler _scheduler;
    private readonly VllmState _state;
    private readonly VllmLimits _limits;
    private readonly BlockManager _blocks;
    private readonly NativeBlockManager? _counted;   // null: what passes do to blocks is played
    private readonly VllmAdmission _admission;
    private readonly PassTimes _times;
    private readonly DecodeTimes? _decodeTimes;
    private readonly PassRecorder _recorder;
    private readonly Deque<Sequence> _waiting;
    private readonly Batch<Sequence> _running;
    private readonly LockstepBatch? _inStep;
    private readonly bool _seesLastPass;
    private readonly Action _retireEnded;
    private bool _changesCache;   // the planned stretch may evict what a router sees

    public VllmStretches(VllmScheduler scheduler, VllmState state, PassTimes times)
    {
        (_scheduler, _state, _blocks, _times, _decodeTimes) = (scheduler, state, state.Blocks, times, times.Steps);
        (_counted, _inStep) = (state.Counted, state.InStep);
        (_limits, _admission, _recorder) = (state.Limits, state.Admission, state.Recorder);
        (_waiting, _running) = (state.Waiting, state.Running);
        _retireEnded = scheduler.RetireEnded;
        // What ended requests give up counts from the start of their last pass; a decode worker may be asked for it meanwhile.
        _seesLastPass = state.Destination is null;
    }

    public override bool IgnoresNewcomers => _waiting.Count > 0 || _running.Count >= _limits.MaxSequences;

    public override bool TryPlan(double now, double horizon)
    {
        if (!TryPrepare(now, out RankPlan plan)) return false;
        bool isPlanned = Stretch.Plan(now, horizon, plan.MaxSteps, (int)plan.Active, plan.Obtainable, plan.Times, plan.Context);
        OnPlanned();
        return isPlanned;
    }

    public override bool TryPrepare(double now, out RankPlan plan)
    {
        plan = default;
        if (_decodeTimes is null) return false;
        if (_inStep is not null) _inStep.MayJoin = true;
        int steps = RepetitiveSteps(out long context);
        if (_counted is null) steps = BeginPlay(steps);
        if (!_seesLastPass) steps--;
        if (steps < ShortestStretch) return false;
        // A pass in which something else took time is not like the next.
        int inStep = _inStep?.Count ?? 0;
        if (inStep > 0 && _inStep!.LastToken != now) return false;
        for (int i = inStep; i < _running.Count; i++)
        {
            if (_recorder.LastToken(_running[i].Request) != now) return false;
        }

        Stretch.Prepare(_limits.BlockSize, steps);
        _inStep?.AddGrowth(Stretch, steps);
        for (int i = inStep; i < _running.Count; i++) Stretch.AddSequence(_running[i].Allocated, _limits.BlockSize);
        plan = new RankPlan(steps, _blocks.Active, _blocks.Obtainable, _decodeTimes, context / _running.Count, 0);
        return true;
    }

    public override void OnPlanned() => _changesCache = (long)_running.Count * ((Stretch.MostToCome / _limits.BlockSize) + 1) > Unseen;

    public override int RunInstantPasses()
    {
        if (_decodeTimes is not null || _counted is null) return 0;
        int steps = RepetitiveSteps(out _) - 1;
        if (steps < ShortestStretch) return 0;
        long growth = 0;
        foreach (Sequence sequence in _running)
            growth += BlockCount.Of(sequence.Allocated + steps, _limits.BlockSize) - BlockCount.Of(sequence.Allocated, _limits.BlockSize);
        if (growth > _blocks.Obtainable) return 0;
        _counted.Grow((int)growth);
        foreach (Sequence sequence in _running) _state.Advance(sequence, steps);
        return steps;
    }

    public override double NextCacheChange => _counted is null ? double.NegativeInfinity
        : _changesCache ? Stretch.StartOfGrowthBeyond(Unseen) : double.PositiveInfinity;

    // Blocks that can be taken before the first that a router sees is evicted.
    private long Unseen => _counted is null ? _blocks.Free : _counted.Free + _counted.FirstAnonymous;

    // What a router sees changes by evictions, and by blocks of outputs that can come back.
    public override double SynchroniseCaches(double now, bool driven)
    {
        if (_counted is null)
        {
            PlayUpTo(Stretch.StartedBy(now, driven));
        }
        else if (_changesCache)
        {
            int growth = Stretch.GrowthStartedBy(now, driven);
            if (growth > 0) _counted.Grow(growth);
        }

        return NextCacheChange;
    }

    public override void Commit(int steps)
    {
        if (_times.Observer is not null) Observe(steps);
        if (_counted is null) PlayUpTo(steps);
        else _counted.Grow(Stretch.GrowthUpTo(steps));
        Stretch.CutAfter(steps);
        bool hasEnded = false;
        _inStep?.Advance(steps);
        for (int i = _inStep?.Count ?? 0; i < _running.Count; i++)
        {
            Sequence sequence = _running[i];
            _state.Advance(sequence, steps);
            hasEnded |= _limits.RemainingOutput(sequence) == 0;
            _recorder.StretchTokens(sequence.Request, Stretch);
        }

        _recorder.StretchGaps(Stretch, _running.Count);
        double end = Stretch.End;
        Stretch.Clear();
        if (_inStep is not null) _inStep.EndStretch(end, hasEnded ? _retireEnded : null);
        else if (hasEnded) _scheduler.RetireEnded();
    }

    // Passes in which every running request emits a token, no other is admitted, and blocks are all it takes; up to the
    // first in which one ends.
    private int RepetitiveSteps(out long context)
    {
        context = 0;
        if (_running.Count == 0 || _running.Count > _limits.TokenBudget) return 0;
        if (_state.Destination is { WantsReservation: true }) return 0;
        if (_running.Count < _limits.MaxSequences && _state.NextCandidate() is Sequence head && !_admission.MustWait(head)) return 0;
        long steps = DecodeStretch.MostSteps;
        if (_inStep is { Count: > 0 }) (steps, context) = (Math.Min(steps, _inStep.StepsToFirstEnd), _inStep.Context);
        for (int i = _inStep?.Count ?? 0; i < _running.Count; i++)
        {
            Sequence sequence = _running[i];
            if (!_state.IsDecoding(sequence)) return 0;
            steps = Math.Min(steps, _limits.RemainingOutput(sequence));
            if (steps < ShortestStretch) return 0;
            context += sequence.Length;
        }

        return (int)steps;
    }

    private void Observe(int steps)
    {
        if (steps == 0) return;
        long context = _inStep?.Context ?? 0;
        for (int i = _inStep?.Count ?? 0; i < _running.Count; i++) context += _running[i].Length;
        _times.Observer!.Decode(_running.Count, (long)_blocks.Active * _limits.BlockSize, context / _running.Count, steps,
            Stretch.Ends[steps - 1] - Stretch.Start);
    }
}
