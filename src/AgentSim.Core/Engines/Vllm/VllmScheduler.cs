using AgentSim.Collections;
using AgentSim.Prompts;

namespace AgentSim.Engines.Vllm;

/// <summary>
/// One rank of a vLLM worker (behaviour 02#6 and 02#7), and of a TensorRT-LLM worker, which follows the same order
/// with its own admission rule (02#10). This file holds the queue and the order of a pass; the parts beside it decide
/// admissions, give tokens and blocks, and emit.
/// </summary>
internal sealed partial class VllmScheduler : Scheduler
{
    private readonly VllmLimits _limits;
    private readonly BlockManager _blocks;
    private readonly PerformanceModel _model;
    private readonly DecodeTimes _decodeTimes;
    private readonly SpeculativeSampler? _speculation;
    private readonly PromptCatalog _prompts;
    private readonly PassRecorder _recorder;

    private readonly Deque<Sequence> _waiting = new();
    private readonly Batch<Sequence> _running = new();
    private readonly Stack<Sequence> _idle = new();

    // State of the pass in progress.
    private long _pass;
    private long _budget;
    private int _prefillCount;
    private long _prefillInput;
    private long _prefillPrefix;
    private bool _preemptedAny;
    private bool _scheduledWork;
    private bool _computedNew;
    private int _admissions;
    private GrowList<int> _rejected;
    private GrowList<EmittedTokens> _emitted;

    public VllmScheduler(VllmLimits limits, BlockManager blocks, PerformanceModel model, DecodeTimes decodeTimes,
        SpeculativeSampler? speculation, PromptCatalog prompts, PassRecorder recorder)
    {
        (_limits, _blocks, _model, _decodeTimes) = (limits, blocks, model, decodeTimes);
        (_speculation, _prompts, _recorder) = (speculation, prompts, recorder);
    }

    public PassObserver? Observer { get; init; }

    public override int RequestCount => _waiting.Count + _running.Count;

    public override int WaitingCount => _waiting.Count;

    public override long UsedBlocks => _blocks.Active;

    public override void Submit(int request)
    {
        _waiting.PushBack(NewSequence(request));
    }

    public override bool TryCutShort(int request)
    {
        Sequence? found = _running.Find(request, (sequence, wanted) => sequence.Request == wanted)
            ?? _waiting.Find(request, (sequence, wanted) => sequence.Request == wanted);
        if (found is null) return false;
        found.OutputLimit = Math.Min(found.OutputLimit, found.Generated + 1);
        return true;
    }

    private Sequence NewSequence(int request)
    {
        if (!_idle.TryPop(out Sequence? sequence)) sequence = new Sequence();
        int prompt = _prompts.PromptTokens(request);
        sequence.Start(request, prompt, _limits.OutputLimit(prompt, _recorder.PlannedOutput(request)), _prompts.Blocks(request));
        return sequence;
    }

    public override double RunPass(double now)
    {
        BeginPass();
        ScheduleRunning();
        AdmitWaiting(now);
        double prefill = _prefillCount == 0 || _limits.Role == WorkerType.Decode ? 0.0
            : _model.Prefill(_prefillCount, _prefillInput, _prefillPrefix);
        if (prefill > 0) Observer?.Prefill(_prefillCount, _prefillInput - _prefillPrefix, _prefillPrefix, prefill);
        double decodeStart = now + prefill;
        double end = Emit(decodeStart);
        foreach (int request in _rejected) Signals.Add(new Signal(request, SignalKind.Rejected));
        HadOutcome = _admissions > 0 || CompletedRequests > 0 || _emitted.Count > 0;
        HadEffect = HadOutcome || _scheduledWork;
        UnproductivePasses = !HadEffect || _computedNew || CompletedRequests > 0 || _emitted.Count > 0 ? 0 : UnproductivePasses + 1;
        return end;
    }

    public override bool IgnoresNewcomers => _waiting.Count > 0 || _running.Count >= _limits.MaxSequences;

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
        _pass++;
        _budget = _limits.TokenBudget;
        _prefillCount = 0;
        _prefillInput = _prefillPrefix = 0;
        _preemptedAny = _scheduledWork = _computedNew = false;
        _admissions = 0;
        CompletedRequests = 0;
        _rejected.Clear();
        _emitted.Clear();
        Signals.Clear();
        HeldSources.Clear();
    }

    private void ScheduleRunning()
    {
        // The index is not corrected when a preemption removes an element before it: with first-in preemption the
        // request that moves into the gap is skipped in this pass (behaviour 02#6.2).
        int i = 0;
        while (i < _running.Count && _budget > 0)
        {
            Sequence sequence = _running[i];
            if (sequence.IsQuiet)
            {
                ScheduleQuiet(sequence);
                i++;
                continue;
            }

            switch (Schedule(sequence, Admission.None))
            {
                case Outcome.Scheduled: i++; break;
                case Outcome.Blocked: return;
            }
        }
    }

    private void AdmitWaiting(double now)
    {
        while (!_preemptedAny && _running.Count < _limits.MaxSequences && NextCandidate() is Sequence head)
        {
            Admission admission = Decide(head);
            if (admission.Kind == AdmissionKind.Reject)
            {
                Reject(head);
                continue;
            }

            if (admission.Kind == AdmissionKind.Wait || Schedule(head, admission) != Outcome.Scheduled) return;
            _admissions++;
            _recorder.Admitted(head.Request, now, admission.CachedTokens);
            if (head.ScheduledTokens == 0 && _budget == 0) return;
        }
    }

    // The head of the queue; while a transfer waits for room here, only requests whose prompt has arrived already.
    private Sequence? NextCandidate()
    {
        if (!_destinations.IsAnyInLine) return _waiting.Count > 0 ? _waiting.First : null;
        for (int i = 0; i < _waiting.Count; i++)
        {
            if (HoldsPrompt(_waiting[i])) return _waiting[i];
        }

        return null;
    }

    private void Reject(Sequence sequence)
    {
        _waiting.Remove(sequence);
        _rejected.Add(sequence.Request);
        CompletedRequests++;
        if (sequence.TableLength > 0)
        {
            _blocks.Release(sequence, preempted: false);
            CapacityChanged();
        }

        _idle.Push(sequence);
    }

    private void Retire(Sequence sequence)
    {
        CompletedRequests++;
        Signals.Add(new Signal(sequence.Request, SignalKind.Completed));
        if (_limits.Role == WorkerType.Prefill)
        {
            Hold(sequence);
            return;
        }

        _blocks.Release(sequence, preempted: false);
        CapacityChanged();
        _idle.Push(sequence);
    }
}
