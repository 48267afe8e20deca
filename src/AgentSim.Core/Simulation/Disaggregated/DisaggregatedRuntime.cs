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
    private readonly WorkerPool _prefill;
    private readonly WorkerPool _decode;
    private readonly Placement _prefillPlacement;
    private readonly Placement _decodePlacement;
    private readonly HandoffRecorder _times;
    private readonly TransferQueue _transfers = new();
    private readonly Dictionary<int, Handoff> _handoffs = [];
    private readonly bool _sourceFirst;
    private int _inFlight;

    public DisaggregatedRuntime(RuntimeParts parts, HandoffRecorder times, DisaggregatedParts pools)
        : base(parts, pools.Prefill.Length + pools.Decode.Length)
    {
        _times = times;
        _prefill = NewPool(WorkerType.Prefill, pools.Prefill, pools.Prefill.Length, 0);
        _decode = NewPool(WorkerType.Decode, pools.Decode, pools.Decode.Length, pools.Prefill.Length);
        _prefillPlacement = pools.PrefillPlacement;
        _decodePlacement = pools.DecodePlacement;
        _sourceFirst = parts.Settings.Pools!.Prefill.EngineType.Handoff == HandoffOrder.SourceFirst;
        _deferredPrefill = NewLists(_prefill.Workers);
        _deferredDecode = NewLists(_decode.Workers);
    }

    protected override bool HasWork => _inFlight > 0 || _handoffs.Count > 0 || _actions.Count > 0 || _transfers.Count > 0;

    protected override double NextOtherEvent => _transfers.NextTime;

    public override void OnPassEnd(WorkerPool pool, int worker)
    {
        List<(Handoff, HandoffAction)> deferred = (pool == _prefill ? _deferredPrefill : _deferredDecode)[worker];
        if (pool == _prefill)
        {
            Requeue(deferred);
            EndPrefillPass(pool.Ranks[worker]);
        }
        else
        {
            EndDecodePass(worker, deferred);
        }
    }

    public override void OnInstantPass(WorkerPool pool, int rank)
    {
        if (pool == _prefill) EndPrefillPass(pool.Ranks[rank]);
        else EndDecodePass(rank, null);
    }

    // A full prefill worker waits for its held KV to be released; that is no dead end yet.
    public override void OnFruitlessPass(Scheduler rank)
    {
    }

    protected override bool SettleRound()
    {
        bool changed = false;
        if (_transfers.NextTime == Now && !Settling.Driven) _decode.QueuePassesEndingNow();
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
        changed |= _prefill.Drive();
        return _decode.Drive() || changed;
    }

    private bool ReleaseArrivals()
    {
        bool any = false;
        while (Driver.TryPop(Now, out int request, out double ready))
        {
            any = true;
            Arrive(request, Parts.Settings.Concurrency is null ? ready : Now);
            _inFlight++;
            Handoff handoff = new(request, _sourceFirst);
            _handoffs.Add(request, handoff);
            _actions.Enqueue((handoff, handoff.FirstAction));
        }

        return any;
    }

    private void EndPrefillPass(Scheduler rank)
    {
        rank.PublishCache();
        foreach (Signal signal in rank.Signals)
        {
            if (signal.Kind == SignalKind.FirstToken) continue;
            if (signal.Kind == SignalKind.Rejected)
            {
                Recorder.Terminal(signal.Request, Now, TerminalStatus.Rejected);
                Abandon(_handoffs[signal.Request]);
                continue;
            }

            List<RouterPlacement> released = [];
            _prefillPlacement.PrefillCompleted(signal.Request, released);
            SubmitReleased(released);
        }

        ref var held = ref ((IPrefillRank)rank).HeldSources;
        for (int i = 0; i < held.Count; i++)
        {
            CheckBandwidth();
            Handoff handoff = _handoffs[held[i]];
            handoff.IsHeld = true;
            HandoffRecorder.First(ref _times[handoff.Request].SourceHeld, Now);
            Continue(handoff);
        }

        held.Clear();
        CheckProductive(rank);
        rank.ForgetPass();
    }

    private void EndDecodePass(int worker, List<(Handoff, HandoffAction)>? deferred)
    {
        Scheduler rank = _decode.Ranks[worker];
        // Reserved now, but told to the hand-off only after the pass's own results.
        Handoff? reserved = TryReserve(worker);
        if (deferred is not null) Requeue(deferred);
        foreach (Signal signal in rank.Signals)
        {
            if (signal.Kind == SignalKind.FirstToken) continue;
            List<RouterPlacement> released = [];
            _decodePlacement.Ended(signal.Request, released);
            EndRequest(signal);
            ReserveReleased(released);
        }

        if (reserved is not null) OnReserved(reserved);
        CheckProductive(rank);
        rank.ForgetPass();
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

    private static List<(Handoff, HandoffAction)>[] NewLists(int count)
    {
        var lists = new List<(Handoff, HandoffAction)>[count];
        for (int i = 0; i < count; i++) lists[i] = [];
        return lists;
    }
}

/// <summary>The two pools a disaggregated runtime works with.</summary>
internal sealed record DisaggregatedParts(Scheduler[] Prefill, Scheduler[] Decode, Placement PrefillPlacement, Placement DecodePlacement);
