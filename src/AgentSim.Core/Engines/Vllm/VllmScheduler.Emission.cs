namespace AgentSim.Engines.Vllm;

// Output of a pass (behaviour 02#7; with speculation 02#9.3).
internal sealed partial class VllmScheduler
{
    // Returns the end of the pass.
    private double Emit(double decodeStart)
    {
        int ready = _inStep?.Count ?? 0;
        long context = _inStep?.Context ?? 0;
        bool hasFinished = false;
        for (int i = ready; i < _running.Count; i++)
        {
            Sequence sequence = _running[i];
            if (sequence.Computed < sequence.Length) continue;
            if (_limits.RemainingOutput(sequence) == 0)
            {
                hasFinished = true;
                continue;
            }

            ready++;
            context += sequence.Length;
        }

        if (hasFinished) RetireEnded();
        if (ready == 0) return decodeStart;
        if (_speculation is not null) return EmitBursts(decodeStart, _speculation);

        double step = _times.Decode(_blocks.Active, context / ready), end = decodeStart + step;
        _times.Observer?.Decode(ready, (long)_blocks.Active * _limits.BlockSize, context / ready, 1, step);
        int kept = _inStep?.Emit() ?? 0;
        for (int i = kept; i < _running.Count; i++)
        {
            Sequence sequence = _running[i];
            if (sequence.Computed < sequence.Length || EmitToken(sequence)) _running[kept++] = sequence;
        }

        _running.Truncate(kept);
        return end;
    }

    // True when the sequence goes on.
    private bool EmitToken(Sequence sequence)
    {
        _pass.Emit(sequence.Request, 1);
        sequence.Generated++;
        _blocks.OnTokenAppended(sequence);
        if (_limits.RemainingOutput(sequence) == 0)
        {
            Retire(sequence);
            return false;
        }

        if (sequence.Generated == 1) _pass.Signal(sequence.Request, SignalKind.FirstToken);
        return true;
    }

    /// <summary>Retires those that ended in a stretch, and, before a step is timed, those that ask for no output at all.</summary>
    public void RetireEnded()
    {
        int kept = _inStep?.Count ?? 0;
        for (int i = kept; i < _running.Count; i++)
        {
            Sequence sequence = _running[i];
            if (sequence.Computed >= sequence.PromptTokens && _limits.RemainingOutput(sequence) == 0) Retire(sequence);
            else _running[kept++] = sequence;
        }

        _running.Truncate(kept);
    }
}
