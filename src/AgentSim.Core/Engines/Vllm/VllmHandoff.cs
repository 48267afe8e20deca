using AgentSim.Prompts;

namespace AgentSim.Engines.Vllm;

/// <summary>What a prefill worker holds for hand-offs (behaviour 04#7.4).</summary>
internal sealed class VllmSource : KvSource<Sequence>
{
    private readonly VllmState _state;

    public VllmSource(VllmState state) => _state = state;

    protected override void Free(Sequence sequence) => _state.Release(sequence);
}

/// <summary>What a decode worker reserves for hand-offs (behaviour 04#7.5).</summary>
internal sealed class VllmDestination : KvDestination<Sequence>
{
    private readonly VllmState _state;
    private readonly VllmLimits _limits;
    private readonly BlockManager _blocks;

    public VllmDestination(VllmState state) => (_state, _limits, _blocks) = (state, state.Limits, state.Blocks);

    protected override bool CanEverHold(int request) =>
        BlockCount.Of(_state.Prompts.PromptTokens(request), _limits.BlockSize) <= _limits.TotalBlocks;

    protected override Sequence Open(int request) => _state.Open(request);

    protected override void Close(Sequence sequence) => _state.Close(sequence);

    protected override bool TryReserve(Sequence sequence, out long transferableTokens)
    {
        transferableTokens = 0;
        if (_state.Running.Count >= _limits.MaxSequences) return false;

        int blocks = BlockCount.Of(sequence.PromptTokens, _limits.BlockSize);
        int cached = _blocks.Match(sequence).Blocks;
        if (!_blocks.TryAllocateForTransfer(sequence, blocks, cached)) return false;
        transferableTokens = (long)(blocks - cached) * _limits.BlockSize;
        return true;
    }

    protected override void Activate(Sequence sequence)
    {
        int active = _blocks.Active;
        sequence.Computed = sequence.Allocated = sequence.PromptTokens;
        _blocks.OnTransferred(sequence);
        _state.Waiting.PushBack(sequence);
        if (_blocks.Active < active) CapacityChanged();
    }

    protected override void Release(Sequence sequence) => _blocks.Release(sequence, preempted: false);
}
