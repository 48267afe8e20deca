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
        Counted = blocks.InStretches == StretchBlocks.Counted ? (NativeBlockManager)blocks : null;
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

    /// <summary>The head of the batch, where it may decode in step.</summary>
    public LockstepBatch? InStep { get; set; }

    /// <summary>The blocks where only their number matters in a stretch; null where it matters which are taken and completed.</summary>
    public NativeBlockManager? Counted { get; }

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

    /// <summary>One uncomputed token, blocks exactly for what is computed, and room for it in a tail that is not complete.</summary>
    public bool IsDecoding(Sequence sequence) =>
        sequence.Computed >= sequence.PromptTokens
        && sequence.Length - sequence.Computed == 1
        && sequence.Allocated == sequence.Computed
        && sequence.FullBlocks < BlockCount.Of(sequence.Length, Limits.BlockSize);

    /// <summary>A decoding sequence takes so many steps, whose blocks are taken.</summary>
    public void Advance(Sequence sequence, int steps)
    {
        Counted?.Advance(sequence, steps);
        sequence.Generated += steps;
        sequence.Computed += steps;
        sequence.Allocated += steps;
    }

    /// <summary>Tokens for which the sequence at a place of the batch has blocks.</summary>
    public int AllocatedOf(int place)
    {
        Sequence sequence = Running[place];
        return InStep is { } inStep && place < inStep.Count ? inStep.AllocatedOf(sequence) : sequence.Allocated;
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
