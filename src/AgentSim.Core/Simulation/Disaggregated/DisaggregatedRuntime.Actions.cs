using AgentSim.Recording;
using AgentSim.Routing;

namespace AgentSim.Simulation;

// The steps of hand-offs, in one queue for all requests (behaviour 04#7.3 to 04#7.6).
internal sealed partial class DisaggregatedRuntime
{
    private readonly Queue<(Handoff Handoff, HandoffAction Action)> _actions = new();

    private bool DriveActions()
    {
        bool any = false;
        while (_actions.TryDequeue(out (Handoff Handoff, HandoffAction Action) next)) any |= Execute(next.Handoff, next.Action);
        return any;
    }

    // False when the action must wait for its worker.
    private bool Execute(Handoff handoff, HandoffAction action)
    {
        switch (action)
        {
            case HandoffAction.SubmitPrefill:
                PlaceForPrefill(handoff);
                return true;
            case HandoffAction.ReserveDestination:
                PlaceForDecode(handoff);
                return true;
            case HandoffAction.StartTransfer:
                StartTransfer(handoff);
                return true;
            case HandoffAction.ActivateDestination:
                return _decode.WhenIdle(handoff.DecodeWorker, handoff, action) && Activate(handoff);
            case HandoffAction.ReleaseSource:
                return _prefill.WhenIdle(handoff.PrefillWorker, handoff, action) && ReleaseSource(handoff);
            case HandoffAction.CancelSource:
                return _prefill.WhenIdle(handoff.PrefillWorker, handoff, action) && CancelSource(handoff);
            case HandoffAction.CancelDestination:
                return _decode.WhenIdle(handoff.DecodeWorker, handoff, action) && CancelDestination(handoff);
            default:
                Complete(handoff);
                return true;
        }
    }

    // Mostly one action; when a hand-off fails, one for each side.
    private void Continue(Handoff handoff)
    {
        for (HandoffAction action = handoff.Next(); action != HandoffAction.None; action = handoff.Next())
            _actions.Enqueue((handoff, action));
    }

    private void Abandon(Handoff handoff)
    {
        handoff.Fail();
        Continue(handoff);
    }

    private void PlaceForPrefill(Handoff handoff)
    {
        if (_prefill.Placement.ReadsCaches) _prefill.Workers.SynchroniseCaches();
        if (TryPlace(_prefill.Placement, handoff.Request, out int worker) && worker >= 0) Submit(handoff, worker);
    }

    protected override void OnRefused(int request)
    {
        Recorder.Terminal(request, Now, TerminalStatus.Rejected);
        Abandon(_handoffs[request]);
    }

    private void Submit(Handoff handoff, int worker)
    {
        handoff.PrefillWorker = worker;
        ref HandoffOutcome times = ref _times[handoff.Request];
        times.PrefillWorker = worker;
        times.PrefillOverlapTokens = OverlapTokens(_prefill.Placement, handoff.Request, Parts.Settings.Pools!.Prefill.BlockSize);
        _prefill.Workers.Submit(worker, handoff.Request);
        Continue(handoff);
    }

    private void PlaceForDecode(Handoff handoff)
    {
        int worker = _decode.Placement.Place(handoff.Request, Now);
        if (worker >= 0) Accept(handoff, worker);
    }

    private void Accept(Handoff handoff, int worker)
    {
        _times[handoff.Request].DecodeOverlapTokens = OverlapTokens(_decode.Placement, handoff.Request,
            Parts.Settings.Pools!.Decode.BlockSize);
        _decode.Workers.Interrupt(worker);
        if (!_decode.DestinationOf(worker).TryAccept(handoff.Request))
        {
            Recorder.Terminal(handoff.Request, Now, TerminalStatus.Failed);
            Abandon(handoff);
            return;
        }

        handoff.DecodeWorker = worker;
        Recorder.Dispatched(handoff.Request, worker);
        Continue(handoff);
        ReserveIfIdle(worker);
    }

    private void ReserveIfIdle(int worker)
    {
        if (!_decode.Workers.IsBusy(worker) && TryReserve(worker) is Handoff reserved) OnReserved(reserved);
    }

    private Handoff? TryReserve(int worker)
    {
        if (!_decode.DestinationOf(worker).TryReserve(out int request, out long tokens)) return null;
        Handoff handoff = _handoffs[request];
        handoff.TransferableTokens = tokens;
        HandoffRecorder.First(ref _times[request].DestinationReserved, Now);
        return handoff;
    }

    private void OnReserved(Handoff handoff)
    {
        handoff.IsReserved = true;
        Continue(handoff);
    }

    private void StartTransfer(Handoff handoff)
    {
        double delay = RuntimeRules.TransferDelay(Parts.Settings.Pools!.Prefill, Parts.Prompts.PromptTokens(handoff.Request),
            handoff.TransferableTokens);
        if (delay > 0)
        {
            _transfers.Add(handoff.Request, Now + delay, Now, Settling.Round);
            return;
        }

        Transferred(handoff);
    }

    private void Transferred(Handoff handoff)
    {
        _times.Transferred(handoff.Request, Now);
        handoff.IsTransferred = true;
        Continue(handoff);
    }

    private void CheckBandwidth()
    {
        if (Parts.Settings.Pools!.Prefill.KvTransferBandwidth == 0.0)
        {
            throw Errors.TransferBandwidthInvalid.Error(
                "kv_transfer_bandwidth of the prefill engine is 0, so no KV can be transferred; give a positive number " +
                    "of GB/s or leave it out");
        }
    }

    private bool Activate(Handoff handoff)
    {
        _decode.DestinationOf(handoff.DecodeWorker).Activate(handoff.Request);
        _decode.Workers.UpdateDrivable(handoff.DecodeWorker);
        HandoffRecorder.First(ref _times[handoff.Request].DestinationActivated, Now);
        handoff.IsActivated = true;
        Continue(handoff);
        ReserveIfIdle(handoff.DecodeWorker);
        return true;
    }

    private bool ReleaseSource(Handoff handoff)
    {
        Release(handoff);
        HandoffRecorder.First(ref _times[handoff.Request].SourceReleased, Now);
        handoff.SourceCleaned = true;
        Continue(handoff);
        return true;
    }

    private void Release(Handoff handoff) => _prefill.SourceOf(handoff.PrefillWorker).Release(handoff.Request);

    private bool CancelSource(Handoff handoff)
    {
        if (handoff.PrefillWorker >= 0) Release(handoff);
        handoff.SourceCleaned = true;
        Continue(handoff);
        return true;
    }

    private bool CancelDestination(Handoff handoff)
    {
        handoff.DestinationCleaned = true;
        List<RouterPlacement> released = [];
        _decode.Placement.Ended(handoff.Request, released);
        ReserveReleased(released);
        Continue(handoff);
        // A worker that refused has nothing to give back.
        if (handoff.DecodeWorker < 0) return true;
        _decode.DestinationOf(handoff.DecodeWorker).Cancel(handoff.Request);
        ReserveIfIdle(handoff.DecodeWorker);
        return true;
    }

    private void Complete(Handoff handoff)
    {
        _handoffs.Remove(handoff.Request);
        List<RouterPlacement> released = [];
        _prefill.Placement.Ended(handoff.Request, released);
        SubmitReleased(released);
        if (handoff.HasEnded) Parts.Prompts.Close(handoff.Request, Recorder.OutputLength(handoff.Request), rejected: false);
        if (!handoff.HasFailed) return;

        Recorder.Terminal(handoff.Request, Now, TerminalStatus.Canceled);
        Parts.Prompts.Close(handoff.Request, 0, rejected: false);
        _inFlight--;
        Driver.OnTerminal(handoff.Request, Now, completed: false);
    }

    private void SubmitReleased(List<RouterPlacement> released)
    {
        foreach (RouterPlacement placement in released) Submit(_handoffs[placement.Request], placement.Target);
    }

    private void ReserveReleased(List<RouterPlacement> released)
    {
        foreach (RouterPlacement placement in released) Accept(_handoffs[placement.Request], placement.Target);
    }

    private int OverlapTokens(Placement placement, int request, long blockSize) =>
        (int)Math.Min(placement.OverlapBlocks(request) * blockSize, Parts.Prompts.PromptTokens(request));
}
