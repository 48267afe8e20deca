using AgentSim.Collections;
using AgentSim.Prompts;

namespace AgentSim.Engines.Vllm;

/// <summary>
/// What a vLLM or TensorRT-LLM rank has: its queue, its batch, its blocks. Its scheduler and all that stands beside it work on the same
/// one.
/// </summary>
internal sealed class VllmState
{
    private readonly Stack<Sequence> _idle = new();

    public VllmState(VllmLimits limits, BlockManager blocks, PromptCatalog prompts, PassRecorder recorder, MakeAdmission admission)
    {
        (Limits, Blocks, Prompts, Recorder) = (limits, blocks, prompts, recorder);
        Admission = admission(this);
    }

    /// <summary>Makes the policy by which a rank admits requests.</summary>
    public delegate VllmAdmission MakeAdmission(VllmState state);

    public VllmLimits Limits { get; }

    public BlockManager Blocks { get; }

    public PromptCatalog Prompts { get; }

    public PassRecorder Recorder { get; }

    public VllmAdmission Admission { get; }

    public Deque<Sequence> Waiting { get; } = new();

    public Batch<Sequence> Running { get; } = new();

    /// <summary>On a prefill worker, what it holds for hand-offs.</summary>
    public VllmSource? Source { get; set; }

    /// <summary>On a decode worker, what it reserves for hand-offs.</summary>
    public VllmDestination? Destination { get; set; }

    /// <summary>The request of the queue that may be admitted next: its head; while a transfer waits for room here, only requests
    /// whose prompt has arrived already.</summary>
    public Sequence? NextCandidate()
    {
        if (Destination is not { IsAnyInLine: true }) return Waiting.Count > 0 ? Waiting.First : null;
        for (int i = 0; i < Waiting.Count; i++)
        {
            if (Waiting[i].HoldsPrompt) return Waiting[i];
        }

        return null;
    }

    /// <summary>A request comes to the rank.</summary>
    public Sequence Open(int request)
    {
        if (!_idle.TryPop(out Sequence? sequence)) sequence = new Sequence();
        int prompt = Prompts.PromptTokens(request);
        sequence.Start(request, prompt, Admission.OutputLimit(prompt, Recorder.PlannedOutput(request)), Prompts.Blocks(request));
        return sequence;
    }

    /// <summary>A request leaves the rank, and its blocks are given back.</summary>
    public void Release(Sequence sequence)
    {
        Blocks.Release(sequence, preempted: false);
        Destination?.CapacityChanged();
        Close(sequence);
    }

    /// <summary>A request that has no blocks leaves the rank.</summary>
    public void Close(Sequence sequence) => _idle.Push(sequence);
}
