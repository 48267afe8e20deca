using AgentSim.Collections;
using AgentSim.Prompts;

namespace AgentSim.Engines.Sglang;

/// <summary>What a prefill worker holds for hand-offs (behaviour 03#A.10 and 04#7.4).</summary>
internal sealed class SglangSource : KvSource<Sequence>
{
    private readonly SglangState _state;

    public SglangSource(SglangState state) => _state = state;

    // A router sees the pages of the prompt; the one that the generated token may have completed not before it enters the tree.
    protected override void OnHeld(Sequence sequence) =>
        _state.Pages.Expose(sequence, sequence.Materialised - Math.Min(sequence.Generated, 1));

    protected override void Free(Sequence sequence)
    {
        _state.Finish(sequence);
        _state.Published.Publish();
    }
}

/// <summary>What a decode worker reserves for hand-offs, and the prompts that have arrived (behaviour 03#A.10 and 04#7.5).</summary>
internal sealed class SglangDestination : KvDestination<Sequence>
{
    private readonly SglangState _state;
    private readonly SglangLimits _limits;
    private readonly PagePool _pages;

    public SglangDestination(SglangState state) => (_state, _limits, _pages) = (state, state.Limits, state.Pages);

    /// <summary>Transferred prompts that wait for a place in the batch: SGLang calls them prebuilt.</summary>
    public Deque<Sequence> Prebuilt { get; } = new();

    /// <summary>
    /// No request is admitted from the waiting queue while transferred prompts wait for a KV reservation or a place in the batch.
    /// </summary>
    public bool SuspendsAdmission => IsAnyInLine || Prebuilt.Count > 0;

    protected override bool CanEverHold(int request) =>
        BlockCount.Of(_state.Prompts.PromptTokens(request), _limits.PageSize) <= _limits.TotalPages;

    protected override Sequence Open(int request) => _state.Open(request);

    protected override void Close(Sequence sequence) => _state.Close(sequence);

    protected override bool TryReserve(Sequence sequence, out long transferableTokens)
    {
        transferableTokens = 0;
        if (!_pages.TryStart(sequence, sequence.PromptTokens)) return false;
        transferableTokens = (long)PagePool.OwnPages(sequence) * _limits.PageSize;
        return true;
    }

    protected override void Activate(Sequence sequence)
    {
        long free = _pages.FreePages;
        _pages.Cache(sequence);
        Prebuilt.PushBack(sequence);
        if (_pages.FreePages > free) CapacityChanged();
    }

    protected override void Release(Sequence sequence) => _pages.Retract(sequence);
}
