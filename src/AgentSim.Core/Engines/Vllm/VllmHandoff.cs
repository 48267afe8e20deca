using AgentSim.Collections;
using AgentSim.Prompts;

namespace AgentSim.Engines.Vllm;

// Both sides of a disaggregated pair (behaviour 04#7.4 and 04#7.5).
internal sealed partial class VllmScheduler : IPrefillRank, IDecodeRank
{
    private readonly Dictionary<int, Sequence> _held = [];
    private readonly KvReservations<Sequence> _destinations = new();
    private GrowList<int> _heldSources;

    public ref GrowList<int> HeldSources => ref _heldSources;

    public bool WantsReservation => _destinations.WantsReservation;

    public void ReleaseSource(int request)
    {
        if (!_held.Remove(request, out Sequence? sequence)) return;
        _blocks.Release(sequence, preempted: false);
        _idle.Push(sequence);
    }

    public bool TryAcceptDestination(int request)
    {
        if (BlockCount.Of(_prompts.PromptTokens(request), _limits.BlockSize) > _limits.TotalBlocks) return false;
        _destinations.Add(request, NewSequence(request));
        return true;
    }

    public bool TryReserveDestination(out int request, out long transferableTokens)
    {
        transferableTokens = 0;
        if (!_destinations.TryFirst(out request, out Sequence? sequence)) return false;
        if (_running.Count >= _limits.MaxSequences) return false;

        int blocks = BlockCount.Of(sequence.PromptTokens, _limits.BlockSize);
        int cached = _blocks.Match(sequence).Blocks;
        if (!_blocks.TryAllocateForTransfer(sequence, blocks, cached)) return false;
        _destinations.Reserve();
        transferableTokens = (long)(blocks - cached) * _limits.BlockSize;
        return true;
    }

    public void ActivateDestination(int request)
    {
        if (!_destinations.TryTakeReserved(request, out Sequence? sequence)) return;
        int active = _blocks.Active;
        sequence.Computed = sequence.Allocated = sequence.PromptTokens;
        _blocks.OnTransferred(sequence);
        _waiting.PushBack(sequence);
        if (_blocks.Active < active) CapacityChanged();
    }

    public void CancelDestination(int request)
    {
        if (_destinations.TryTakeReserved(request, out Sequence? sequence)) _blocks.Release(sequence, preempted: false);
        else if (!_destinations.TryTakeWaiting(request, out sequence)) return;
        _idle.Push(sequence);
        CapacityChanged();
    }

    private void Hold(Sequence sequence)
    {
        _held.Add(sequence.Request, sequence);
        _heldSources.Add(sequence.Request);
    }

    private void CapacityChanged() => _destinations.CapacityChanged();
}
