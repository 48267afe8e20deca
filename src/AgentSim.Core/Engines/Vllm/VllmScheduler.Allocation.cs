using AgentSim.Prompts;

namespace AgentSim.Engines.Vllm;

// Tokens and blocks for one request, and preemption when blocks run out (behaviour 02#6.3 and 02#6.5).
internal sealed partial class VllmScheduler
{
    private enum Outcome
    {
        Scheduled,
        Blocked,
        Preempted,
    }

    private Outcome Schedule(Sequence sequence, Admission admission)
    {
        bool fromWaiting = admission.Kind == AdmissionKind.Admit;
        int cached = 0;
        if (sequence.Computed == 0) cached = fromWaiting ? admission.CachedTokens
            : _admission.ReusedTokens(sequence, _limits.RemainingOutput(sequence));
        int before = sequence.Computed + cached;
        int promptBefore = Math.Min(before, sequence.PromptTokens);
        int rest = Math.Max(0, sequence.Length - before);
        int promptRest = sequence.PromptTokens - promptBefore;
        if (promptRest > 0 && !_limits.ChunkedPrefill && promptRest > _pass.Budget) return Outcome.Blocked;
        int want = (int)Math.Min(rest, _pass.Budget);
        if (want == 0 && rest > 0) return Outcome.Blocked;

        int after = before + want;
        if (!TryAllocateWithPreemption(sequence, after, cached / _limits.BlockSize, out bool preemptedItself))
        {
            if (preemptedItself) return Outcome.Preempted;
            after = before;
        }

        int used = after - before;
        if (used == 0 && after < sequence.Length) return Outcome.Blocked;
        _blocks.OnComputed(sequence, before, after);
        if (used == 1 && promptRest == 0 && after == sequence.Length) sequence.KeepQuiet(_limits.BlockSize);
        _pass.Charge(sequence, used, Math.Min(after, sequence.PromptTokens) - promptBefore, promptBefore);
        if (fromWaiting)
        {
            // Not always the front: preempted requests may just have been put before it.
            _waiting.Remove(sequence);
            _running.Add(sequence);
        }

        return Outcome.Scheduled;
    }

    // What Schedule does for a decode step that neither needs a block nor completes one (Sequence.IsQuiet).
    private void ScheduleQuiet(Sequence sequence)
    {
        sequence.Allocated = sequence.Computed = sequence.Length;
        _pass.Charge(sequence, 1, 0, sequence.PromptTokens);
    }

    // Allocates blocks for the first `target` tokens of a sequence. Where there are too few, running requests are preempted.
    private bool TryAllocateWithPreemption(Sequence sequence, int target, int reuse, out bool preemptedItself)
    {
        preemptedItself = false;
        if (target > sequence.Allocated)
        {
            int logical = BlockCount.Of(sequence.Length, _limits.BlockSize);
            int from = Math.Min(BlockCount.Of(sequence.Allocated, _limits.BlockSize), logical);
            int to = Math.Min(BlockCount.Of(target, _limits.BlockSize), logical);
            while (to > from && !_blocks.TryAllocate(sequence, from, to, reuse))
            {
                _inStep?.LeaveAll();
                if (_admission.Victim() is not Sequence victim) return false;
                Preempt(victim);
                if (victim != sequence) continue;
                preemptedItself = true;
                return false;
            }

            sequence.Allocated = target;
        }

        sequence.Computed = target;
        return true;
    }

    private void Preempt(Sequence victim)
    {
        _pass.PreemptedAny = true;
        _running.Remove(victim);
        _blocks.Release(victim, preempted: true);
        victim.Allocated = victim.Computed = 0;
        victim.WasPreempted = true;
        _state.Destination?.CapacityChanged();
        _waiting.PushFront(victim);
        _pass.Refund(victim);
    }
}
