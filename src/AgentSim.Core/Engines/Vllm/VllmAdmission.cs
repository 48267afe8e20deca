using AgentSim.Collections;
using AgentSim.Prompts;

namespace AgentSim.Engines.Vllm;

internal enum AdmissionKind
{
    None,
    Admit,
    Wait,
    Reject,
}

/// <summary>A decision; <paramref name="CachedTokens"/> are reused when it admits.</summary>
internal readonly record struct Admission(AdmissionKind Kind, int CachedTokens)
{
    public static Admission None => default;

    public static Admission Wait => new(AdmissionKind.Wait, 0);

    public static Admission Reject => new(AdmissionKind.Reject, 0);

    /// <summary>Of a prompt that has its blocks, since there are none to have or its KV was transferred here.</summary>
    public static Admission OfHeldPrompt => new(AdmissionKind.Admit, 0);
}

/// <summary>Whether the head of the waiting queue may run (behaviour 02#5.2, 02#6.4 and 02#10), and what follows for the rank.</summary>
internal abstract class VllmAdmission(VllmState state)
{
    protected VllmState State { get; } = state;

    protected VllmLimits Limits { get; } = state.Limits;

    protected BlockManager Blocks { get; } = state.Blocks;

    protected Batch<Sequence> Running { get; } = state.Running;

    /// <summary>The request that gives way when blocks run out; null when none does.</summary>
    public abstract Sequence? Victim();

    /// <summary>Output tokens that a request may produce.</summary>
    public abstract int OutputLimit(int promptTokens, int requested);

    public abstract Admission Decide(Sequence head);

    /// <summary>Whether <see cref="Decide"/> lets a request wait.</summary>
    public virtual bool MustWait(Sequence head) => Decide(head).Kind == AdmissionKind.Wait;

    /// <summary>
    /// Whether the head of the queue stays there for certain once all tokens of a pass are given away, so that it need not be decided.
    /// </summary>
    public virtual bool IsLeftWithoutTokens(Sequence head) => false;

    /// <summary>Tokens of the cache that a request uses, which has so many output tokens to come.</summary>
    public abstract int ReusedTokens(Sequence sequence, long remainingOutput);

    protected (int Cached, int Active) CachedTokens(Sequence sequence)
    {
        CachedPrefix prefix = Blocks.Match(sequence);
        long cached = Math.Min((long)prefix.Blocks * Limits.BlockSize, sequence.Length);
        long active = Math.Min((long)prefix.ActiveBlocks * Limits.BlockSize, sequence.Length);
        return ((int)cached, (int)active);
    }
}

/// <summary>
/// vLLM: there must be blocks for the tokens known so far; for those it will generate nothing is reserved, and running requests give
/// way when blocks run out.
/// </summary>
internal sealed class KnownLengthAdmission(VllmState state) : VllmAdmission(state)
{
    public override Sequence? Victim() => VllmRules.Victim(Running, Limits.PreemptFirst);

    public override int OutputLimit(int promptTokens, int requested) => requested;

    public override Admission Decide(Sequence head)
    {
        if (head.PromptTokens >= Limits.MaxModelLength) return Admission.Reject;
        if (head.HoldsPrompt) return Admission.OfHeldPrompt;
        int blocks = BlockCount.Of(head.Length, Limits.BlockSize);
        if (!head.WasPreempted && blocks > Limits.TotalBlocks) return Admission.Reject;
        (int cached, int activeCached) = UsableTokens(head, head.OutputLimit - head.Generated);
        long available = Math.Max(0, Limits.TotalBlocks - Blocks.Active);
        long needed = Math.Max(0, blocks - (activeCached / Limits.BlockSize));
        return needed > available ? Admission.Wait : new Admission(AdmissionKind.Admit, cached);
    }

    // Where there is room for all its blocks, it need not wait, whatever is cached, and the look-up is saved.
    public override bool MustWait(Sequence head) =>
        BlockCount.Of(head.Length, Limits.BlockSize) > Limits.TotalBlocks - Blocks.Active && base.MustWait(head);

    // It has to compute its last block at least, whether there is room for it or not. So what is cached of it need not be looked up,
    // unless it is to be rejected.
    public override bool IsLeftWithoutTokens(Sequence head) =>
        head.Computed == 0 && head.OutputLimit > head.Generated && head.PromptTokens > 0
        && head.PromptTokens < Limits.MaxModelLength
        && (head.WasPreempted || BlockCount.Of(head.Length, Limits.BlockSize) <= Limits.TotalBlocks);

    public override int ReusedTokens(Sequence sequence, long remainingOutput) => UsableTokens(sequence, remainingOutput).Cached;

    private (int Cached, int Active) UsableTokens(Sequence sequence, long remainingOutput)
    {
        (int cached, int active) = CachedTokens(sequence);
        if (remainingOutput <= 0) return (cached, active);
        int most = VllmRules.MostReusedTokens(sequence.Length, Limits.BlockSize);
        if (cached > most) (cached, active) = (most, Math.Min(active, most));
        if (Limits.Speculates && cached >= Limits.BlockSize)
        {
            cached -= VllmRules.BlocksNotReusedWithSpeculation * Limits.BlockSize;
            active = Math.Min(active, cached);
        }

        return (cached, active);
    }
}
