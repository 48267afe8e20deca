using AgentSim.Collections;

namespace AgentSim.Engines.Vllm;

/// <summary>
/// The sequences at the head of a rank's batch that decode in step (<see cref="Lockstep"/>), beside its scheduler and its planner. They
/// join at the end of a stretch or of the pass with their second token. Where their next token is in doubt, or one of them is wanted by
/// itself, they all leave, and <see cref="Scheduler.RunPass"/> goes through them as its definition says. In a run that plans no stretches
/// none ever joins.
/// </summary>
internal sealed class LockstepBatch
{
    private const int SmallBatch = 4;   // of fewer, to visit each takes no longer than to let it join and leave

    private readonly VllmState _state;
    private readonly VllmPass _pass;
    private readonly Action<Sequence> _retire;
    private readonly NativeBlockManager _blocks;
    private readonly Batch<Sequence> _running;
    private readonly PassRecorder _recorder;
    private readonly Lockstep _lockstep;
    private GrowList<EmittedTokens> _lagging;    // those that left, and what is still to be recorded of them

    /// <summary>One of a rank for which <see cref="IsPossible"/> holds.</summary>
    /// <param name="state">What the rank has.</param>
    /// <param name="pass">Its passes.</param>
    /// <param name="retire">Ends a sequence that has its output complete and is in the batch no more.</param>
    public LockstepBatch(VllmState state, VllmPass pass, Action<Sequence> retire)
    {
        (_state, _pass, _retire) = (state, pass, retire);
        (_blocks, _running, _recorder) = (state.Counted!, state.Running, state.Recorder);
        _lockstep = new Lockstep(state.Limits.BlockSize);
    }

    /// <summary>Sequences may join, since stretches are planned.</summary>
    public bool MayJoin { get; set; }

    /// <summary>How many there are: the first ones of the batch.</summary>
    public int Count => _lockstep.Count;

    /// <summary>Sum of their lengths.</summary>
    public long Context => _lockstep.Context;

    /// <summary>Time of the last token of each.</summary>
    public double LastToken => _lockstep.LastToken;

    /// <summary>Steps until the first of them has its output complete.</summary>
    public long StepsToFirstEnd => _lockstep.StepsToFirstEnd;

    /// <summary>
    /// Whether a rank can have one, which does not speculate: only the number of its blocks matters, tokens may be recorded together,
    /// and nothing is handed over.
    /// </summary>
    public static bool IsPossible(VllmState state) =>
        state is { Counted: not null, Recorder.TakesTokensTogether: true, Source: null, Destination: null }
        && state.Limits.BlockSize <= Lockstep.LargestBlock;

    /// <summary>Gives them a token each in a pass; returns how many it has seen to.</summary>
    public int Schedule()
    {
        int count = _lockstep.Count, growth = _lockstep.Growth;
        if (count == 0) return 0;
        if (count > _pass.Budget || growth > _blocks.Obtainable)
        {
            LeaveAll();
            return 0;
        }

        _blocks.Grow(growth);
        _lockstep.IsScheduled = true;
        _pass.ChargeInStep(count);
        return count;
    }

    /// <summary>Their tokens of the pass are emitted; returns how many go on.</summary>
    public int Emit()
    {
        _pass.EmittedTogether = _lockstep.Count;
        if (_lockstep.Count == 0) return 0;
        _lockstep.Advance(1);
        RetireEnded();
        return _lockstep.Count;
    }

    /// <summary>Records the tokens of the pass.</summary>
    public void Stamp(double end)
    {
        if (_pass.EmittedTogether == 0) return;
        _recorder.PassTokens(Math.Max(0.0, end - _lockstep.LastToken), _pass.EmittedTogether);
        _lockstep.LastToken = end;
        _pass.EmittedTogether = 0;
        CatchUp(end);
    }

    /// <summary>
    /// Those join behind the others that got a token in the pass that ends, if it was not their first and they only go on decoding.
    /// </summary>
    public void JoinAfterPass(double end)
    {
        if (!MayJoin || _running.Count < SmallBatch) return;
        _lockstep.LastToken = end;
        for (int i = _lockstep.Count; i < _running.Count; i++)
        {
            Sequence sequence = _running[i];
            if (sequence.Generated < 2 || !_state.IsDecoding(sequence) || _recorder.LastToken(sequence.Request) != end) return;
            _lockstep.Join(sequence, _state.Limits.RemainingOutput(sequence));
        }
    }

    /// <summary>Tells a stretch of so many steps when they grow.</summary>
    public void AddGrowth(DecodeStretch stretch, int steps) => _lockstep.AddGrowth(stretch, steps);

    /// <summary>They take the steps of a stretch.</summary>
    public void Advance(int steps) => _lockstep.Advance(steps);

    /// <summary>After a stretch: those whose output is complete end, and all others of the batch, which got a token, join.</summary>
    /// <param name="end">When the stretch ended.</param>
    /// <param name="retireOthers">Ends those of the others whose output is complete; null when there are none.</param>
    public void EndStretch(double end, Action? retireOthers)
    {
        RetireEnded();
        CatchUp(end);
        retireOthers?.Invoke();
        _lockstep.LastToken = end;
        if (_running.Count < SmallBatch) return;
        for (int i = _lockstep.Count; i < _running.Count; i++)
            _lockstep.Join(_running[i], _state.Limits.RemainingOutput(_running[i]));
    }

    /// <summary>All leave, in the midst of a pass with what it gave them.</summary>
    public void LeaveAll()
    {
        int count = _lockstep.Count, blockSize = _state.Limits.BlockSize;
        if (count == 0) return;
        bool isScheduled = _lockstep.IsScheduled;
        for (int i = 0; i < count; i++)
        {
            Sequence sequence = _running[i];
            Leave(sequence);
            if (!isScheduled) continue;
            if (sequence.Allocated % blockSize == 0) sequence.PrivateCount++;
            sequence.Allocated = sequence.Computed = sequence.Length;
            _blocks.OnComputed(sequence, sequence.Length - 1, sequence.Length);
            _pass.Budget++;
            _pass.Charge(sequence, 1, 0, sequence.PromptTokens);
        }

        _lockstep.Clear();
        CatchUp(_lockstep.LastToken);
    }

    /// <summary>Tokens for which a sequence in step has blocks.</summary>
    public int AllocatedOf(Sequence sequence) =>
        sequence.Allocated + _lockstep.StepsOf(sequence) + (_lockstep.IsScheduled ? 1 : 0);

    // Those that have their output complete leave and end.
    private void RetireEnded()
    {
        if (_lockstep.Count == 0 || _lockstep.StepsToFirstEnd > 0) return;
        for (int i = _lockstep.FirstEnded; i >= 0; i = _lockstep.FirstEnded)
        {
            Sequence sequence = _running[i];
            Leave(sequence);
            _lockstep.RemoveAt(i);
            _running.RemoveAt(i);
            _retire(sequence);
        }
    }

    // Writes down what a sequence did in step.
    private void Leave(Sequence sequence)
    {
        int steps = _lockstep.StepsOf(sequence);
        _state.Advance(sequence, steps);
        _lockstep.Leave(sequence);
        _lagging.Add(new EmittedTokens(sequence.Request, steps));
    }

    // Records the tokens of those that left, of which the last came at a time.
    private void CatchUp(double lastToken)
    {
        foreach ((int request, int tokens) in _lagging) _recorder.Tokens(request, tokens, lastToken);
        _lagging.Clear();
    }
}
