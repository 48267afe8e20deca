using AgentSim.Collections;
using AgentSim.Prompts;

namespace AgentSim.Engines.Sglang;

// Both sides of a disaggregated pair (behaviour 03#A.10, and 04#7.4 and 04#7.5).
internal sealed partial class SglangScheduler : IPrefillRank, IDecodeRank
{
    private readonly Dictionary<int, Sequence> _held = [];
    private readonly KvReservations<Sequence> _destinations = new();
    private readonly Deque<Sequence> _prebuilt = new();   // transferred prompts that wait for a place in the batch
    private GrowList<int> _heldSources;

    public ref GrowList<int> HeldSources => ref _heldSources;

    public bool WantsReservation => _destinations.WantsReservation;

    // No request is admitted from the waiting queue while transferred prompts wait for a KV reservation or a place in the batch.
    private bool IsAdmissionSuspended => _destinations.IsAnyInLine || _prebuilt.Count > 0;

    public void ReleaseSource(int request)
    {
        if (!_held.Remove(request, out Sequence? sequence)) return;
        Finish(sequence);
        _published.Publish();
    }

    public bool TryAcceptDestination(int request)
    {
        if (BlockCount.Of(_prompts.PromptTokens(request), _limits.PageSize) > _limits.TotalPages) return false;
        _destinations.Add(request, NewSequence(request));
        return true;
    }

    public bool TryReserveDestination(out int request, out long transferableTokens)
    {
        transferableTokens = 0;
        if (!_destinations.TryFirst(out request, out Sequence? sequence)) return false;
        if (!_pages.TryStart(sequence, sequence.PromptTokens)) return false;
        _destinations.Reserve();
        transferableTokens = (long)PagePool.OwnPages(sequence) * _limits.PageSize;
        return true;
    }

    public void ActivateDestination(int request)
    {
        if (!_destinations.TryTakeReserved(request, out Sequence? sequence)) return;
        long free = _pages.FreePages;
        _pages.Cache(sequence);
        _prebuilt.PushBack(sequence);
        if (_pages.FreePages > free) CapacityChanged();
    }

    public void CancelDestination(int request)
    {
        if (_destinations.TryTakeReserved(request, out Sequence? sequence)) _pages.Retract(sequence);
        else if (!_destinations.TryTakeWaiting(request, out sequence)) return;
        _idle.Push(sequence);
        CapacityChanged();
    }

    // Admits transferred prompts to the batch; returns how many.
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
        // A router sees the pages of the prompt; the one that the generated token may have completed not before it enters the tree.
        _pages.Expose(sequence, sequence.Materialised - Math.Min(sequence.Generated, 1));
        _held.Add(sequence.Request, sequence);
        _heldSources.Add(sequence.Request);
    }

    private void CapacityChanged() => _destinations.CapacityChanged();
}
