using AgentSim.Prompts;

namespace AgentSim.Engines.Vllm;

// Whether the head of the waiting queue may run (behaviour 02#5.2, 02#6.4 and 02#10).
internal sealed partial class VllmScheduler
{
    private enum AdmissionKind
    {
        None,
        Admit,
        Wait,
        Reject,
    }

    /// <summary>A decision; <paramref name="CachedTokens"/> are reused when it admits.</summary>
    private readonly record struct Admission(AdmissionKind Kind, int CachedTokens)
    {
        public static Admission None => default;

        public static Admission Wait => new(AdmissionKind.Wait, 0);

        public static Admission Reject => new(AdmissionKind.Reject, 0);
    }

    private Admission Decide(Sequence head) => _limits.GuaranteedNoEvict ? DecideToCompletion(head) : DecideKnownLength(head);

    // Where there is room for all its blocks, it need not wait, whatever is cached, and the look-up is saved.
    private bool MustWait(Sequence head)
    {
        bool hasRoom = !_limits.GuaranteedNoEvict && BlockCount.Of(head.Length, _limits.BlockSize) <= _limits.TotalBlocks - _blocks.Active;
        return !hasRoom && Decide(head).Kind == AdmissionKind.Wait;
    }

    // Once all tokens of a pass are given away, the head of vLLM's queue stays there whether there is room for it or not, since it has
    // to compute its last block at least. So what is cached of it need not be looked up, unless it is to be rejected.
    private bool IsLeftWithoutTokens(Sequence head) =>
        !_limits.GuaranteedNoEvict && head.Computed == 0 && head.OutputLimit > head.Generated && head.PromptTokens > 0
        && head.PromptTokens < _limits.MaxModelLength
        && (head.WasPreempted || BlockCount.Of(head.Length, _limits.BlockSize) <= _limits.TotalBlocks);

    // vLLM: there must be blocks for the tokens known so far; for those it will generate nothing is reserved.
    private Admission DecideKnownLength(Sequence head)
    {
        if (head.PromptTokens >= _limits.MaxModelLength) return Admission.Reject;
        if (HoldsPrompt(head)) return new Admission(AdmissionKind.Admit, 0);
        int blocks = BlockCount.Of(head.Length, _limits.BlockSize);
        if (!head.WasPreempted && blocks > _limits.TotalBlocks) return Admission.Reject;
        (int cached, int activeCached) = CostOf(head, head.OutputLimit - head.Generated);
        long available = Math.Max(0, _limits.TotalBlocks - _blocks.Active);
        long needed = Math.Max(0, blocks - (activeCached / _limits.BlockSize));
        return needed > available ? Admission.Wait : new Admission(AdmissionKind.Admit, cached);
    }

    // TensorRT-LLM: there must be blocks for the request and all running ones with their complete outputs.
    private Admission DecideToCompletion(Sequence head)
    {
        if (HoldsPrompt(head)) return new Admission(AdmissionKind.Admit, 0);
        long final = FinalBlocks(head);
        if (!head.WasPreempted && final > _limits.TotalBlocks) return Admission.Reject;
        (int cached, int activeCached) = RawCost(head);
        long available = _limits.TotalBlocks - _blocks.Active;
        for (int i = 0; i < _running.Count; i++)
        {
            Sequence running = _running[i];
            int allocated = AllocatedOf(i);
            long held = allocated == 0 ? RawCost(running).Active / _limits.BlockSize : BlockCount.Of(allocated, _limits.BlockSize);
            available -= Math.Max(0, FinalBlocks(running) - held);
        }

        long needed = Math.Max(0, final - (activeCached / _limits.BlockSize));
        return needed > Math.Max(0, available) ? Admission.Wait : new Admission(AdmissionKind.Admit, cached);
    }

    // An empty prompt, or one whose KV was transferred here.
    private static bool HoldsPrompt(Sequence sequence) =>
        sequence.Computed >= sequence.PromptTokens && sequence.Allocated >= sequence.PromptTokens;

    private long FinalBlocks(Sequence sequence) =>
        BlockCount.Of((long)sequence.PromptTokens + sequence.OutputLimit, _limits.BlockSize);

    private (int Cached, int Active) RawCost(Sequence sequence)
    {
        CachedPrefix prefix = _blocks.Match(sequence);
        long cached = Math.Min((long)prefix.Blocks * _limits.BlockSize, sequence.Length);
        long active = Math.Min((long)prefix.ActiveBlocks * _limits.BlockSize, sequence.Length);
        return ((int)cached, (int)active);
    }

    // A sequence with output to come computes at least its last block, even if all of it is cached: the next token needs its result.
    private (int Cached, int Active) CostOf(Sequence sequence, long remainingOutput)
    {
        (int cached, int active) = RawCost(sequence);
        if (remainingOutput <= 0 || _limits.GuaranteedNoEvict) return (cached, active);
        int most = Math.Max(0, sequence.Length - 1) / _limits.BlockSize * _limits.BlockSize;
        if (cached > most) (cached, active) = (most, Math.Min(active, most));
        if (_limits.Speculates && cached >= _limits.BlockSize)
        {
            cached -= _limits.BlockSize;
            active = Math.Min(active, cached);
        }

        return (cached, active);
    }

    private long RemainingOutput(Sequence sequence) =>
        Math.Min(Math.Max(0, sequence.OutputLimit - sequence.Generated), Math.Max(0, _limits.MaxModelLength - sequence.Length));
}
