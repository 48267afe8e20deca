using System.Diagnostics;
using AgentSim.Collections;

namespace AgentSim.Engines.Vllm;

/// <summary>
/// One rank of a vLLM worker (behaviour 02#6 and 02#7), and of a TensorRT-LLM worker, which follows the same order
/// with its own admission policy (02#10). This file holds the queue and the order of a pass; the parts beside it give tokens and
/// blocks, and emit.
/// </summary>
internal sealed partial class VllmScheduler : Scheduler
{
    private readonly VllmState _state;
    private readonly VllmLimits _limits;
    private readonly BlockManager _blocks;
    private readonly VllmAdmission _admission;
    private readonly PassTimes _times;
    private readonly SpeculativeSampler? _speculation;
    private readonly PassRecorder _recorder;
    private readonly Deque<Sequence> _waiting;
    private readonly Batch<Sequence> _running;
    private readonly VllmPass _pass;
    private readonly LockstepBatch? _inStep;

    public VllmScheduler(VllmState state, PassTimes times, SpeculativeSampler? speculation)
        : this(state, times, speculation, new VllmPass())
    {
    }

    private VllmScheduler(VllmState state, PassTimes times, SpeculativeSampler? speculation, VllmPass pass)
        : base(pass, state.Recorder)
    {
        (_state, _times, _speculation, _pass) = (state, times, speculation, pass);
        (_limits, _blocks, _admission, _recorder) = (state.Limits, state.Blocks, state.Admission, state.Recorder);
        (_waiting, _running) = (state.Waiting, state.Running);
        if (speculation is null && LockstepBatch.IsPossible(state)) state.InStep = _inStep = new LockstepBatch(state, pass, Retire);
    }

    public override int RequestCount => _waiting.Count + _running.Count;

    public override int WaitingCount => _waiting.Count;

    public override long UsedBlocks => _blocks.Active;

    public override void Submit(int request) => _waiting.PushBack(_state.Open(request));

    public override bool TryCutShort(int request)
    {
        Sequence? found = _running.Find(request, (sequence, wanted) => sequence.Request == wanted)
            ?? _waiting.Find(request, (sequence, wanted) => sequence.Request == wanted);
        if (found is null) return false;
        Debug.Assert(_inStep is null, "when a sequence in step ends is known already");
        found.OutputLimit = Math.Min(found.OutputLimit, found.Generated + 1);
        return true;
    }

    public override double RunPass(double now)
    {
        _pass.Begin(_limits.TokenBudget);
        ScheduleRunning();
        AdmitWaiting(now);
        double decodeStart = now + _times.Prefill(_pass.Prompts);
        double end = Emit(decodeStart);
        _pass.Conclude();
        return end;
    }

    public override void StampTokens(double end)
    {
        bool hasEmitted = _pass.Emitted.Count > 0;
        _inStep?.Stamp(end);
        base.StampTokens(end);
        if (hasEmitted) _inStep?.JoinAfterPass(end);
    }

    public override (int Request, string Reason) DescribeBlockage() => VllmBlockage.Describe(_state);

    private void ScheduleRunning()
    {
        // The index is not corrected when a preemption removes an element before it: with first-in preemption the
        // request that moves into the gap is skipped in this pass (behaviour 02#6.2).
        int i = _inStep?.Schedule() ?? 0;
        while (i < _running.Count && _pass.Budget > 0)
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
        while (!_pass.PreemptedAny && _running.Count < _limits.MaxSequences && _state.NextCandidate() is Sequence head)
        {
            if (_pass.Budget == 0 && _admission.IsLeftWithoutTokens(head)) return;
            Admission admission = _admission.Decide(head);
            if (admission.Kind == AdmissionKind.Reject)
            {
                Reject(head);
                continue;
            }

            if (admission.Kind == AdmissionKind.Wait || Schedule(head, admission) != Outcome.Scheduled) return;
            _pass.Admissions++;
            _recorder.Admitted(head.Request, now, admission.CachedTokens);
            if (head.ScheduledTokens == 0 && _pass.Budget == 0) return;
        }
    }

    private void Reject(Sequence sequence)
    {
        _waiting.Remove(sequence);
        _pass.Rejected.Add(sequence.Request);
        _pass.CompletedRequests++;
        if (sequence.TableLength > 0) _state.Release(sequence);
        else _state.Close(sequence);
    }

    private void Retire(Sequence sequence)
    {
        _pass.CompletedRequests++;
        _pass.Signal(sequence.Request, SignalKind.Completed);
        if (_state.Source is { } source) source.Hold(sequence.Request, sequence);
        else _state.Release(sequence);
    }
}
