using AgentSim.Collections;

namespace AgentSim.Engines.Vllm;

// Both sides of a disaggregated pair (specification 04, 7.4 and 7.5).
internal sealed partial class VllmScheduler : IPrefillRank, IDecodeRank
{
    private readonly Dictionary<int, Sequence> _held = [];
    private readonly Dictionary<int, Sequence> _reserved = [];
    private readonly Deque<Sequence> _pending = new();
    private GrowList<int> _heldSources;
    private bool _headTried;

    public ref GrowList<int> HeldSources => ref _heldSources;

    public bool WantsReservation => _pending.Count > 0 && !_headTried;

    public void ReleaseSource(int request)
    {
        if (!_held.Remove(request, out Sequence? sequence)) return;
        _blocks.Release(sequence, preempted: false);
        _idle.Push(sequence);
    }

    public bool TryAcceptDestination(int request)
    {
        if (BlockCount.Of(_prompts.PromptTokens(request), _limits.BlockSize) > _limits.TotalBlocks) return false;
        if (_pending.Count == 0) _headTried = false;
        _pending.PushBack(NewSequence(request));
        return true;
    }

    public bool TryReserveDestination(out int request, out long transferableTokens)
    {
        (request, transferableTokens) = (-1, 0);
        if (!WantsReservation) return false;
        _headTried = true;
        if (_running.Count >= _limits.MaxSequences) return false;

        Sequence sequence = _pending.First;
        int blocks = BlockCount.Of(sequence.PromptTokens, _limits.BlockSize);
        int cached = _blocks.Match(sequence).Blocks;
        if (!_blocks.TryAllocateForTransfer(sequence, blocks, cached)) return false;
        _pending.PopFront();
        _headTried = false;
        _reserved.Add(sequence.Request, sequence);
        request = sequence.Request;
        transferableTokens = (long)(blocks - cached) * _limits.BlockSize;
        return true;
    }

    public void ActivateDestination(int request)
    {
        _reserved.Remove(request, out Sequence? sequence);
        int active = _blocks.Active;
        sequence!.Computed = sequence.Allocated = sequence.PromptTokens;
        _blocks.OnTransferred(sequence);
        _waiting.PushBack(sequence);
        if (_blocks.Active < active) CapacityChanged();
    }

    public void CancelDestination(int request)
    {
        if (_reserved.Remove(request, out Sequence? reserved))
        {
            _blocks.Release(reserved, preempted: false);
            _idle.Push(reserved);
        }
        else
        {
            for (int i = 0; i < _pending.Count; i++)
            {
                if (_pending[i].Request != request) continue;
                _idle.Push(_pending[i]);
                _pending.Remove(_pending[i]);
                break;
            }
        }

        CapacityChanged();
    }

    private void Hold(Sequence sequence)
    {
        _held.Add(sequence.Request, sequence);
        _heldSources.Add(sequence.Request);
    }

    private void CapacityChanged() => _headTried = false;
}
