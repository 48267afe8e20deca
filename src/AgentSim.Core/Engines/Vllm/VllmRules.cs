using AgentSim.Collections;

namespace AgentSim.Engines.Vllm;

/// <summary>
/// What vLLM does by a decision of its own that another version may take differently, each in this one place. TensorRT-LLM shares them,
/// except for its admission (<see cref="Trtllm.GuaranteedNoEvict"/>).
/// </summary>
internal static class VllmRules
{
    /// <summary>Blocks on a decode worker are reserved once the prompt is computed (behaviour 04#7.2).</summary>
    public const HandoffOrder Handoff = HandoffOrder.SourceFirst;

    /// <summary>
    /// With speculation a request gives up so many more cached blocks, as the drafting model needs their last tokens (behaviour 02#9.3).
    /// </summary>
    public const int BlocksNotReusedWithSpeculation = 1;

    /// <summary>
    /// A sequence with output to come computes at least its last block, even if all of it is cached: the next token needs its result
    /// (behaviour 02#5.2).
    /// </summary>
    public static int MostReusedTokens(int length, int blockSize) => Math.Max(0, length - 1) / blockSize * blockSize;

    /// <summary>Running requests give way from the end of the batch, or with <c>fifo</c> from its beginning (behaviour 02#6.5).</summary>
    public static Sequence? Victim(Batch<Sequence> running, bool first) =>
        running.Count == 0 ? null : running[first ? 0 : running.Count - 1];

    /// <summary>
    /// Prefill workers emit at no cost and decode workers find their prompts computed (behaviour 02#15.1); an aggregated worker
    /// spends time on both.
    /// </summary>
    public static PassTimes Times(WorkerType role, PerformanceModel model, DecodeTimes steps, PassObserver? observer) => new(
        role == WorkerType.Decode ? null : model,
        role == WorkerType.Prefill ? null : steps,
        observer);
}
