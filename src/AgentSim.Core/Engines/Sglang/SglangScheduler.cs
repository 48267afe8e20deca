using AgentSim.Collections;

namespace AgentSim.Engines.Sglang;

/// <summary>
/// One rank of an SGLang worker (behaviour 03#A.2 to 03#A.4). This file holds the order of a pass, the part beside it decodes.
/// </summary>
internal sealed partial class SglangScheduler : Scheduler
{
    private readonly SglangState _state;
    private readonly SglangLimits _limits;
    private readonly PagePool _pages;
    private readonly SglangAdmission _admission;
    private readonly PassTimes _times;
    private readonly SpeculativeSampler? _speculation;
    private readonly SglangQueue _waiting;
    private readonly Batch<Sequence> _running;
    private readonly SglangPass _pass;

    public SglangScheduler(SglangState state, SglangAdmission admission, PassTimes times, SpeculativeSampler? speculation)
        : this(state, admission, times, speculation, new SglangPass())
    {
    }

    private SglangScheduler(SglangState state, SglangAdmission admission, PassTimes times, SpeculativeSampler? speculation,
        SglangPass pass)
        : base(pass, state.Recorder)
    {
        (_state, _admission, _times, _speculation, _pass) = (state, admission, times, speculation, pass);
        (_limits, _pages, _waiting, _running) = (state.Limits, state.Pages, state.Waiting, state.Running);
    }

    public override int RequestCount => WaitingCount + _running.Count;

    public override int WaitingCount => _waiting.Count + (_state.Destination?.Prebuilt.Count ?? 0);

    public override long UsedBlocks => _limits.TotalPages - _pages.ObtainablePages;

    // A request that matches the cache better may go ahead of the one that blocks.
    public override bool StaysBlocked => !_limits.LongestPrefixFirst;

    // Every pass lowers what is reserved for output.
    public override bool ChangesWithoutEffect => true;

    public override void PublishCache() => _state.Published.Publish();

    public override void Submit(int request) => _waiting.PushBack(_state.Open(request));

    public override bool TryCutShort(int request)
    {
        Sequence? found = _running.Find(request, (sequence, wanted) => sequence.Request == wanted)
            ?? _waiting.Find(request)
            ?? _state.Destination?.Prebuilt.Find(request, (sequence, wanted) => sequence.Request == wanted);
        if (found is null) return false;
        found.OutputLimit = Math.Min(found.OutputLimit, found.Generated + 1);
        return true;
    }

    public override double RunPass(double now)
    {
        // The pass before has ended, whether a router was told or there is none.
        PublishCache();
        _pass.Begin();
        if (_state.Destination is { } destination) StartPrebuilt(destination.Prebuilt, now);
        _waiting.Order();
        double decodeStart = now + _times.Prefill(_admission.Admit(_pass, now));
        foreach (Sequence sequence in _pass.Batch) Settle(sequence);
        double end = Decode(decodeStart);
        Complete();
        for (int i = _pass.Retracted.Count - 1; i >= 0; i--) _waiting.PushFront(_pass.Retracted[i]);
        if (_pass.Retracted.Count > 0)
        {
            _admission.RestoreRatio();
            _state.Destination?.CapacityChanged();
        }

        _admission.Decay(1);
        _pass.Conclude();
        return end;
    }

    public override (int Request, string Reason) DescribeBlockage() => SglangBlockage.Describe(_state, _admission);

    /// <summary>Completes those that ended in a stretch.</summary>
    public void RetireEnded()
    {
        int kept = 0;
        _pass.CompletedRequests = 0;
        for (int i = 0; i < _running.Count; i++)
        {
            Sequence sequence = _running[i];
            if (sequence.Remaining > 0)
            {
                _running[kept++] = sequence;
                continue;
            }

            _pass.CompletedRequests++;
            _pass.Signal(sequence.Request, SignalKind.Completed);
            _state.Finish(sequence);
        }

        _running.Truncate(kept);
    }

    // Transferred prompts come into the batch.
    private void StartPrebuilt(Deque<Sequence> prebuilt, double now)
    {
        while (prebuilt.Count > 0 && _running.Count < _limits.MaxRunning)
        {
            Sequence sequence = prebuilt.PopFront();
            _state.Recorder.Admitted(sequence.Request, now, 0);
            _running.Add(sequence);
            _pass.Started++;
        }
    }

    // After its prefill a request decodes, or waits for its next chunk at the head of the queue, its pages in the tree.
    private void Settle(Sequence sequence)
    {
        if (sequence.Materialised == sequence.Length)
        {
            _running.Add(sequence);
            return;
        }

        _pages.Cache(sequence);
        _waiting.PushFront(sequence);
    }

    private void Complete()
    {
        foreach (Sequence sequence in _pass.Completed)
        {
            if (_state.Source is { } source) source.Hold(sequence.Request, sequence);
            else _state.Finish(sequence);
        }

        _pass.CompletedRequests = _pass.Completed.Count;
    }
}
