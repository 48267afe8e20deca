using AgentSim.Collections;
using AgentSim.Engines;
using AgentSim.Recording;
using AgentSim.Routing;

namespace AgentSim.Simulation;

/// <summary>
/// Prefill and decode on separate pools of single-rank workers (behaviour 04#7). This file holds the order of
/// events; what the steps of a hand-off do is in the part beside it.
/// </summary>
internal sealed partial class DisaggregatedRuntime : EventLoopRuntime
{
    private readonly PrefillPool _prefill;
    private readonly DecodePool _decode;
    private readonly HandoffRecorder _times;
    private readonly TransferQueue _transfers = new();
    private readonly Dictionary<int, Handoff> _handoffs = [];
    private readonly bool _sourceFirst;
    private int _inFlight;

    public DisaggregatedRuntime(RuntimeParts parts, HandoffRecorder times, DisaggregatedParts pools)
        : base(parts, pools.Prefill.Length + pools.Decode.Length)
    {
        _times = times;
        _prefill = new PrefillPool(NewPool(WorkerType.Prefill, pools.Prefill, pools.Prefill.Length, 0), pools.Prefill,
            pools.PrefillPlacement);
        _decode = new DecodePool(NewPool(WorkerType.Decode, pools.Decode, pools.Decode.Length, pools.Prefill.Length), pools.Decode,
            pools.DecodePlacement);
        _sourceFirst = parts.Settings.Pools!.Prefill.EngineType.Splitting!.Order == HandoffOrder.SourceFirst;
    }

    protected override bool HasWork => _inFlight > 0 || _handoffs.Count > 0 || _actions.Count > 0 || _transfers.Count > 0;

    protected override double NextOtherEvent => _transfers.NextTime;

    public override void OnPassEnd(WorkerPool pool, int worker)
    {
        if (pool == _prefill.Workers)
        {
            _prefill.Requeue(worker, _actions);
            EndPrefillPass(worker);
        }
        else
        {
            EndDecodePass(worker);
        }
    }

    public override void OnInstantPass(WorkerPool pool, int rank)
    {
        // A worker whose pass takes no time has been idle, so that nothing waits for its end.
        if (pool == _prefill.Workers) EndPrefillPass(rank);
        else EndDecodePass(rank);
    }

    // A full prefill worker waits for its held KV to be released; that is no dead end yet.
    public override void OnFruitlessPass(Scheduler rank)
    {
    }

    protected override bool SettleRound()
    {
        bool changed = false;
        if (_transfers.NextTime == Now && !Settling.Driven)
        {
            _prefill.Workers.QueuePassesEndingNow();
            _decode.Workers.QueuePassesEndingNow();
        }

        while (Passes.NextTime == Now && !(_transfers.NextTime == Now && _transfers.IsBefore(Passes.FirstEnd)))
        {
            changed = true;
            EndFirstPass();
        }

        while (_transfers.NextTime == Now && (Passes.NextTime != Now || _transfers.IsBefore(Passes.FirstEnd)))
        {
            changed = true;
            Transferred(_handoffs[_transfers.Take()]);
        }

        changed |= ReleaseArrivals();
        changed |= DriveActions();
        changed |= _prefill.Workers.Drive();
        return _decode.Workers.Drive() || changed;
    }

    private bool ReleaseArrivals()
    {
        bool any = false;
        while (Driver.TryPop(Now, out int request, out double ready))
        {
            any = true;
            Arrive(request, RuntimeRules.Arrival(ready, Now, Parts.Settings.Concurrency));
            _inFlight++;
            Handoff handoff = new(request, _sourceFirst);
            _handoffs.Add(request, handoff);
            _actions.Enqueue((handoff, handoff.FirstAction));
        }

        return any;
    }

    private void EndPrefillPass(int worker)
    {
        Scheduler rank = _prefill.Workers.Ranks[worker];
        rank.PublishCache();
        foreach (Signal signal in rank.Pass.Signals)
        {
            if (signal.Kind == SignalKind.FirstToken) continue;
            if (signal.Kind == SignalKind.Rejected)
            {
                Recorder.Terminal(signal.Request, Now, TerminalStatus.Rejected);
                Abandon(_handoffs[signal.Request]);
                continue;
            }

            List<RouterPlacement> released = [];
            _prefill.Placement.PrefillCompleted(signal.Request, released);
            SubmitReleased(released);
        }

        ref GrowList<int> held = ref _prefill.SourceOf(worker).JustHeld;
        foreach (int request in held)
        {
            CheckBandwidth();
            Handoff handoff = _handoffs[request];
            handoff.IsHeld = true;
            HandoffRecorder.First(ref _times[handoff.Request].SourceHeld, Now);
            Continue(handoff);
        }

        held.Clear();
        CheckProductive(rank);
        rank.Pass.Forget();
    }

    private void EndDecodePass(int worker)
    {
        Scheduler rank = _decode.Workers.Ranks[worker];
        // Reserved now, but told to the hand-off only after the pass's own results.
        Handoff? reserved = TryReserve(worker);
        _decode.Requeue(worker, _actions);
        foreach (Signal signal in rank.Pass.Signals)
        {
            if (signal.Kind == SignalKind.FirstToken) continue;
            List<RouterPlacement> released = [];
            _decode.Placement.Ended(signal.Request, released);
            EndRequest(signal);
            ReserveReleased(released);
        }

        if (reserved is not null) OnReserved(reserved);
        CheckProductive(rank);
        rank.Pass.Forget();
    }

    private void EndRequest(in Signal signal)
    {
        // A busy prefill worker may hold the request's KV, and need its prompt, beyond the end of its output.
        if (_handoffs.TryGetValue(signal.Request, out Handoff? open))
        {
            RecordEnd(signal);
            open.HasEnded = true;
        }
        else
        {
            End(signal);
        }

        _inFlight--;
        Driver.OnTerminal(signal.Request, Now, signal.Kind == SignalKind.Completed);
    }
}

/// <summary>The two pools a disaggregated runtime works with.</summary>
internal sealed record DisaggregatedParts(PrefillRank[] Prefill, DecodeRank[] Decode, Placement PrefillPlacement,
    Placement DecodePlacement);
