using AgentSim.Collections;
using AgentSim.Prompts;

namespace AgentSim.Engines.Sglang;

/// <summary>
/// What an SGLang rank has: its queue, its batch, its pages. Its scheduler and all that stands beside it work on the same one.
/// </summary>
internal sealed class SglangState(SglangLimits limits, PagePool pages, PublishedPages published, PromptCatalog prompts,
    PassRecorder recorder)
{
    private readonly Stack<Sequence> _idle = new();

    public SglangLimits Limits { get; } = limits;

    public PagePool Pages { get; } = pages;

    public PublishedPages Published { get; } = published;

    public PromptCatalog Prompts { get; } = prompts;

    public PassRecorder Recorder { get; } = recorder;

    public SglangQueue Waiting { get; } = new(limits, pages);

    public Batch<Sequence> Running { get; } = new();

    /// <summary>On a prefill worker, what it holds for hand-offs.</summary>
    public SglangSource? Source { get; set; }

    /// <summary>On a decode worker, what it reserves for hand-offs, and what has arrived.</summary>
    public SglangDestination? Destination { get; set; }

    /// <summary>A request comes to the rank.</summary>
    public Sequence Open(int request)
    {
        if (!_idle.TryPop(out Sequence? sequence)) sequence = new Sequence();
        sequence.Start(request, Prompts.PromptTokens(request), Recorder.PlannedOutput(request), Prompts.Blocks(request));
        return sequence;
    }

    /// <summary>A request leaves the rank with its output complete; its pages enter the tree.</summary>
    public void Finish(Sequence sequence)
    {
        Pages.Finish(sequence);
        Close(sequence);
        Destination?.CapacityChanged();
    }

    /// <summary>A request that has no pages leaves the rank.</summary>
    public void Close(Sequence sequence) => _idle.Push(sequence);
}
