using AgentSim.Collections;

namespace AgentSim.Engines.Sglang;

// Both sides of a disaggregated pair (specification 03, A.10, and 04, 7.4 and 7.5).
internal sealed partial class SglangScheduler : IPrefillRank, IDecodeRank
{
    private readonly Dictionary<int, Sequence> _held = [];
    private readonly Dictionary<int, Sequence> _reserved = [];
    private readonly Deque<Sequence> _pending = new();
    private readonly Deque<Sequence> _prebuilt = new();   // their prompts have arrived
    private GrowList<int> _heldSources;
    private bool _headTried;

    public ref GrowList<int> HeldSources => ref _heldSources;

    public bool WantsReservation => _pending.Count > 0 && !_headTried;

    // Nothing is prefilled here while transferred prompts wait for room or for a running slot.
    private bool IsAdmissionSuspended => _pending.Count > 0 || _prebuilt.Count > 0;

    public void ReleaseSource(int request)
    {
        if (!_held.Remove(request, out Sequence? sequence)) return;
        Finish(sequence);
        _published.Publish();
    }

    public bool TryAcceptDestination(int request)
    {
        if (BlockCount.Of(_prompts.PromptTokens(request), _limits.PageSize) > _limits.TotalPages) return false;
        if (_pending.Count == 0) _headTried = false;
        _pending.PushBack(NewSequence(request));
        return true;
    }

    public bool TryReserveDestination(out int request, out long transferableTokens)
    {
        (request, transferableTokens) = (-1, 0);
        if (!WantsReservation) return false;
        _headTried = true;
        Sequence sequence = _pending.First;
        if (!_pages.TryStart(sequence, sequence.PromptTokens)) return false;
        _pending.PopFront();
        _headTried = false;
        _reserved.Add(sequence.Request, sequence);
        request = sequence.Request;
        transferableTokens = (long)PagePool.OwnPages(sequence) * _limits.PageSize;
        return true;
    }

    public void ActivateDestination(int request)
    {
        _reserved.Remove(request, out Sequence? sequence);
        long free = _pages.FreePages;
        _pages.Cache(sequence!);
        _prebuilt.PushBack(sequence!);
        if (_pages.FreePages > free) CapacityChanged();
    }

    public void CancelDestination(int request)
    {
        if (_reserved.Remove(request, out Sequence? reserved))
        {
            _pages.Retract(reserved);
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

    // Returns how many requests whose prompts have arrived begin to run.
    private int StartPrebuilt(double now)
    {
        int started = 0;
        while (_prebuilt.Count > 0 && _running.Count < _limits.MaxRunning)
        {
            Sequence sequence = _prebuilt.PopFront();
            _recorder.Admitted(sequence.Request, now, 0);
            _running.Add(sequence);
            started++;
        }

        return started;
    }

    private void Hold(Sequence sequence)
    {
        // Pages that generated tokens complete are advertised when they enter the tree.
        _pages.Expose(sequence, sequence.Materialised - Math.Min(sequence.Generated, 1));
        _held.Add(sequence.Request, sequence);
        _heldSources.Add(sequence.Request);
    }

    private void CapacityChanged() => _headTried = false;
}
