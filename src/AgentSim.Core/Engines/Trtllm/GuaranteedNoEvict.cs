using AgentSim.Engines.Vllm;
using AgentSim.Prompts;

namespace AgentSim.Engines.Trtllm;

/// <summary>
/// TensorRT-LLM's policy (behaviour 03#B): a request is admitted once there are blocks for it and all running ones with their complete
/// outputs, so that none ever gives way. What a prompt leaves no room for is cut off its output.
/// </summary>
internal sealed class GuaranteedNoEvict(VllmState state) : VllmAdmission(state)
{
    public override Sequence? Victim() => null;

    public override int OutputLimit(int promptTokens, int requested) =>
        promptTokens < Limits.CapacityTokens ? (int)Math.Min(requested, Limits.CapacityTokens - promptTokens) : requested;

    public override Admission Decide(Sequence head)
    {
        if (head.HoldsPrompt) return Admission.OfHeldPrompt;
        long final = FinalBlocks(head);
        if (!head.WasPreempted && final > Limits.TotalBlocks) return Admission.Reject;
        (int cached, int activeCached) = CachedTokens(head);
        long available = Limits.TotalBlocks - Blocks.Active;
        for (int i = 0; i < Running.Count; i++)
        {
            Sequence running = Running[i];
            int allocated = State.AllocatedOf(i);
            long held = allocated == 0 ? CachedTokens(running).Active / Limits.BlockSize : BlockCount.Of(allocated, Limits.BlockSize);
            available -= Math.Max(0, FinalBlocks(running) - held);
        }

        long needed = Math.Max(0, final - (activeCached / Limits.BlockSize));
        return needed > Math.Max(0, available) ? Admission.Wait : new Admission(AdmissionKind.Admit, cached);
    }

    public override int ReusedTokens(Sequence sequence, long remainingOutput) => CachedTokens(sequence).Cached;

    private long FinalBlocks(Sequence sequence) =>
        BlockCount.Of((long)sequence.PromptTokens + sequence.OutputLimit, Limits.BlockSize);
}
