using AgentSim.Collections;
using AgentSim.Prompts;

namespace AgentSim.Engines.Sglang;

/// <summary>
/// One rank of an SGLang worker (behaviour 03#A.2 to 03#A.4). This file holds the queue and the order of a pass; the
/// parts beside it order the queue, admit, decode and plan ahead.
/// </summary>
internal sealed partial class SglangScheduler : Scheduler
{
    private readonly SglangLimits _limits;
    private readonly PagePool _pages;
    private readonly PublishedPages _published;
    private readonly PerformanceModel _model;
    private readonly DecodeTimes _decodeTimes;
    private readonly SpeculativeSampler? _speculation;
    private readonly PromptCatalog _prompts;
    private readonly PassRecorder _recorder;

    private readonly Deque<Sequence> _waiting = new();
    private readonly Batch<Sequence> _running = new();
    private readonly Stack<Sequence> _idle = new();
    private double _ratio;

    // State of the pass in progress.
    private readonly List<Sequence> _batch = [];
    private readonly List<Sequence> _retracted = [];
    private readonly List<Sequence> _completed = [];
    private bool _scheduledDecode;
    private bool _materialisedNew;
    private GrowList<EmittedTokens> _emitted;

    public SglangScheduler(SglangLimits limits, PagePool pages, PublishedPages published, PerformanceModel model, DecodeTimes decodeTimes,
        SpeculativeSampler? speculation, PromptCatalog prompts, PassRecorder recorder)
    {
        (_limits, _pages, _published, _model, _decodeTimes) = (limits, pages, published, model, decodeTimes);
        (_speculation, _prompts, _recorder) = (speculation, prompts, recorder);
        _ratio = limits.InitialRatio;
    }

    public PassObserver? Observer { get; init; }

    public override int RequestCount => _waiting.Count + _prebuilt.Count + _running.Count;

    public override int WaitingCount => _waiting.Count + _prebuilt.Count;

    public override long UsedBlocks => _limits.TotalPages - _pages.ObtainablePages;

    // A request that matches the cache better may go ahead of the one that blocks.
    public override bool IgnoresNewcomers => !_limits.LongestPrefixFirst && (_waiting.Count > 0 || _running.Count >= _limits.MaxRunning);

    public override bool StaysBlocked => !_limits.LongestPrefixFirst;

    // Every pass lowers what is reserved for output.
    public override bool ChangesWithoutEffect => true;

    public override void PublishCache() => _published.Publish();

    public override void Submit(int request)
    {
        _waiting.PushBack(NewSequence(request));
        _queueChanged = true;
    }

    public override bool TryCutShort(int request)
    {
        Sequence? found = _running.Find(request, (sequence, wanted) => sequence.Request == wanted)
            ?? _waiting.Find(request, (sequence, wanted) => sequence.Request == wanted)
            ?? _prebuilt.Find(request, (sequence, wanted) => sequence.Request == wanted);
        if (found is null) return false;
        found.OutputLimit = Math.Min(found.OutputLimit, found.Generated + 1);
        return true;
    }

    private Sequence NewSequence(int request)
    {
        if (!_idle.TryPop(out Sequence? sequence)) sequence = new Sequence();
        sequence.Start(request, _prompts.PromptTokens(request), _recorder.PlannedOutput(request), _prompts.Blocks(request));
        return sequence;
    }

    public override double RunPass(double now)
    {
        BeginPass();
        int started = StartPrebuilt(now);
        OrderQueue();
        double decodeStart = now + Admit(now);
        foreach (Sequence sequence in _batch) Settle(sequence);
        double end = Decode(decodeStart);
        Complete();
        for (int i = _retracted.Count - 1; i >= 0; i--) PutBack(_retracted[i]);
        if (_retracted.Count > 0)
        {
            _ratio = _limits.InitialRatio;
            CapacityChanged();
        }

        _ratio = _limits.Decayed(_ratio);

        HadOutcome = started > 0 || _batch.Count > 0 || CompletedRequests > 0 || _emitted.Count > 0;
        HadEffect = HadOutcome || _scheduledDecode;
        UnproductivePasses = !HadEffect || started > 0 || _materialisedNew || CompletedRequests > 0
            || _emitted.Count > 0 ? 0 : UnproductivePasses + 1;
        return end;
    }

    public override void StampTokens(double end)
    {
        foreach ((int request, int tokens) in _emitted)
        {
            for (int i = 0; i < tokens; i++) _recorder.Token(request, end);
        }

        _emitted.Clear();
    }

    private void BeginPass()
    {
        // The pass before has ended, whether a router was told or there is none.
        _published.Publish();
        _batch.Clear();
        _retracted.Clear();
        _completed.Clear();
        _emitted.Clear();
        HeldSources.Clear();
        Signals.Clear();
        CompletedRequests = 0;
        _scheduledDecode = _materialisedNew = false;
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
        PutBack(sequence);
    }

    private void PutBack(Sequence sequence)
    {
        _waiting.PushFront(sequence);
        _queueChanged = true;
    }

    private void Complete()
    {
        foreach (Sequence sequence in _completed)
        {
            if (_limits.Role == WorkerType.Prefill) Hold(sequence);
            else Finish(sequence);
        }

        CompletedRequests = _completed.Count;
    }

    private void Finish(Sequence sequence)
    {
        _pages.Finish(sequence);
        _idle.Push(sequence);
        CapacityChanged();
    }
}
