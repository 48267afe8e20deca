namespace AgentSim.Engines.Vllm;

// Output of a pass (behaviour 02#7; with speculation 02#9.3).
internal sealed partial class VllmScheduler
{
    // Returns the end of the pass.
    private double Emit(double decodeStart)
    {
        int ready = _lockstep.Count;
        long context = _lockstep.Context;
        bool hasFinished = false;
        for (int i = ready; i < _running.Count; i++)
        {
            Sequence sequence = _running[i];
            if (sequence.Computed < sequence.Length) continue;
            if (RemainingOutput(sequence) == 0)
            {
                hasFinished = true;
                continue;
            }

            ready++;
            context += sequence.Length;
        }

        if (hasFinished) RetireEnded();
        if (ready == 0) return decodeStart;
        if (_speculation is not null) return EmitBursts(decodeStart);

        double step = DecodeTime(_blocks.Active, context / ready), end = decodeStart + step;
        Observer?.Decode(ready, (long)_blocks.Active * _limits.BlockSize, context / ready, 1, step);
        EmitLockstep();
        int kept = _lockstep.Count;
        for (int i = kept; i < _running.Count; i++)
        {
            Sequence sequence = _running[i];
            if (sequence.Computed < sequence.Length || EmitToken(sequence)) _running[kept++] = sequence;
        }

        _running.Truncate(kept);
        return end;
    }

    // Prefill workers emit at no cost.
    private double DecodeTime(int activeBlocks, long context) =>
        _limits.Role == WorkerType.Prefill ? 0.0 : _decodeTimes[activeBlocks, context];

    // True when the sequence goes on.
    private bool EmitToken(Sequence sequence)
    {
        _emitted.Add(new EmittedTokens(sequence.Request, 1));
        sequence.Generated++;
        _blocks.OnTokenAppended(sequence);
        if (RemainingOutput(sequence) == 0)
        {
            Retire(sequence);
            return false;
        }

        if (sequence.Generated == 1) Signals.Add(new Signal(sequence.Request, SignalKind.FirstToken));
        return true;
    }

    // Those that ended in a stretch, and, before a step is timed, those that ask for no output at all.
    private void RetireEnded()
    {
        int kept = _lockstep.Count;
        for (int i = kept; i < _running.Count; i++)
        {
            Sequence sequence = _running[i];
            if (sequence.Computed >= sequence.PromptTokens && RemainingOutput(sequence) == 0) Retire(sequence);
            else _running[kept++] = sequence;
        }

        _running.Truncate(kept);
    }
}
