using AgentSim.Collections;

namespace AgentSim.Engines.Vllm;

// Sequences that decode in step (Lockstep). They join at the end of a stretch or of the pass with their second token. Where their next
// token is in doubt, or one of them is wanted by itself, they all leave, and RunPass goes through them as its definition says. In a run
// that plans no stretches none ever joins.
internal sealed partial class VllmScheduler
{
    private const int SmallBatch = 4;   // of fewer, to visit each takes no longer than to let it join and leave

    private readonly Lockstep _lockstep;
    private readonly bool _mayLockstep;
    private bool _plansStretches;
    private int _emittedInStep;                  // tokens of the last pass that await their time
    private GrowList<EmittedTokens> _lagging;    // those that left, and what is still to be recorded of them

    // What ScheduleRunning does for them; returns how many it has seen to.
    private int ScheduleLockstep()
    {
        int count = _lockstep.Count, growth = _lockstep.Growth;
        if (count == 0) return 0;
        if (count > _budget || growth > _blocks.Obtainable)
        {
            LeaveLockstep();
            return 0;
        }

        _blocks.Grow(growth);
        _lockstep.IsScheduled = true;
        _budget -= count;
        _scheduledWork = true;
        return count;
    }

    // What Emit does for them.
    private void EmitLockstep()
    {
        _emittedInStep = _lockstep.Count;
        if (_emittedInStep == 0) return;
        _lockstep.Advance(1);
        RetireLockstep();
    }

    private void StampLockstep(double end)
    {
        _recorder.PassTokens(Math.Max(0.0, end - _lockstep.LastToken), _emittedInStep);
        _lockstep.LastToken = end;
        _emittedInStep = 0;
        CatchUp(end);
    }

    // Those behind join, all of which got a token at the same time.
    private void JoinLockstep(double lastToken)
    {
        _lockstep.LastToken = lastToken;
        if (!_mayLockstep || _running.Count < SmallBatch) return;
        for (int i = _lockstep.Count; i < _running.Count; i++) _lockstep.Join(_running[i], RemainingOutput(_running[i]));
    }

    // Those join behind the others that got a token in the pass that ends, if it was not their first and they only go on decoding.
    private void JoinAfterPass(double end)
    {
        if (_running.Count < SmallBatch) return;
        _lockstep.LastToken = end;
        for (int i = _lockstep.Count; i < _running.Count; i++)
        {
            Sequence sequence = _running[i];
            if (sequence.Generated < 2 || !IsDecoding(sequence) || _recorder.LastToken(sequence.Request) != end) return;
            _lockstep.Join(sequence, RemainingOutput(sequence));
        }
    }

    // Those that have their output complete leave and end.
    private void RetireLockstep()
    {
        if (_lockstep.Count == 0 || _lockstep.StepsToFirstEnd > 0) return;
        for (int i = _lockstep.FirstEnded; i >= 0; i = _lockstep.FirstEnded)
        {
            Sequence sequence = _running[i];
            Leave(sequence);
            _lockstep.RemoveAt(i);
            _running.RemoveAt(i);
            Retire(sequence);
        }
    }

    // All leave, in the midst of a pass with what it gave them.
    private void LeaveLockstep()
    {
        int count = _lockstep.Count;
        if (count == 0) return;
        bool isScheduled = _lockstep.IsScheduled;
        for (int i = 0; i < count; i++)
        {
            Sequence sequence = _running[i];
            Leave(sequence);
            if (!isScheduled) continue;
            if (sequence.Allocated % _limits.BlockSize == 0) sequence.PrivateCount++;
            sequence.Allocated = sequence.Computed = sequence.Length;
            _blocks.OnComputed(sequence, sequence.Length - 1, sequence.Length);
            _budget++;
            Charge(sequence, 1, 0, sequence.PromptTokens);
        }

        _lockstep.Clear();
        CatchUp(_lockstep.LastToken);
    }

    // Writes down what a sequence did in the lockstep.
    private void Leave(Sequence sequence)
    {
        int steps = _lockstep.StepsOf(sequence);
        Advance(sequence, steps);
        _lockstep.Leave(sequence);
        _lagging.Add(new EmittedTokens(sequence.Request, steps));
    }

    // Records the tokens of those that left, of which the last came at a time.
    private void CatchUp(double lastToken)
    {
        foreach ((int request, int tokens) in _lagging) _recorder.Tokens(request, tokens, lastToken);
        _lagging.Clear();
    }

    // Tokens for which a running sequence has blocks.
    private int AllocatedOf(int place)
    {
        Sequence sequence = _running[place];
        if (place >= _lockstep.Count) return sequence.Allocated;
        return sequence.Allocated + _lockstep.StepsOf(sequence) + (_lockstep.IsScheduled ? 1 : 0);
    }
}
