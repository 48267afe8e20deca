namespace AgentSim.Simulation;

/// <summary>
/// The steps that move a request from a prefill worker, the source, to a decode worker, the destination (behaviour 04#7.2).
/// </summary>
internal enum HandoffAction : byte
{
    None,
    SubmitPrefill,
    ReserveDestination,
    StartTransfer,
    ActivateDestination,
    ReleaseSource,
    CancelSource,
    CancelDestination,
    Complete,
}

/// <summary>
/// The hand-off of one request: what has happened so far, and which action follows from it (behaviour 04#7.2).
/// </summary>
internal sealed class Handoff
{
    private readonly bool _sourceFirst;
    private bool _submitIssued;
    private bool _reserveIssued;
    private bool _transferIssued;
    private bool _activationIssued;
    private bool _releaseIssued;
    private bool _cancelSourceIssued;
    private bool _cancelDestinationIssued;
    private bool _completeIssued;
    private bool _failed;

    /// <param name="request">0-based ordinal.</param>
    /// <param name="sourceFirst">Prefill before the KV reservation on a decode worker (vLLM), or after it (SGLang).</param>
    public Handoff(int request, bool sourceFirst)
    {
        (Request, _sourceFirst) = (request, sourceFirst);
        (_submitIssued, _reserveIssued) = (sourceFirst, !sourceFirst);
    }

    public int Request { get; }

    /// <summary>Prefill worker, -1 before the request was placed.</summary>
    public int PrefillWorker { get; set; } = -1;

    /// <summary>Decode worker, -1 before the request was placed.</summary>
    public int DecodeWorker { get; set; } = -1;

    /// <summary>Prompt tokens the decode worker lacks, in whole blocks.</summary>
    public long TransferableTokens { get; set; }

    public bool IsHeld { get; set; }

    public bool IsReserved { get; set; }

    public bool IsTransferred { get; set; }

    public bool IsActivated { get; set; }

    /// <summary>The output is complete although the hand-off is not.</summary>
    public bool HasEnded { get; set; }

    public bool SourceCleaned { get; set; }

    public bool DestinationCleaned { get; set; }

    public bool HasFailed => _failed;

    /// <summary>The first action of a hand-off.</summary>
    public HandoffAction FirstAction => _sourceFirst ? HandoffAction.SubmitPrefill : HandoffAction.ReserveDestination;

    /// <summary>The hand-off has failed: from now on the only actions are those that undo what was begun.</summary>
    public void Fail() => _failed = true;

    /// <summary>The action to take now; each is returned once. To be asked after every action and every property that was set.</summary>
    public HandoffAction Next()
    {
        if (_failed) return NextCleanup();
        if (_sourceFirst && IsHeld && Once(ref _reserveIssued)) return HandoffAction.ReserveDestination;
        if (!_sourceFirst && IsReserved && Once(ref _submitIssued)) return HandoffAction.SubmitPrefill;
        if (IsHeld && IsReserved && Once(ref _transferIssued)) return HandoffAction.StartTransfer;
        if (IsTransferred && Once(ref _activationIssued)) return HandoffAction.ActivateDestination;
        if (IsActivated && Once(ref _releaseIssued)) return HandoffAction.ReleaseSource;
        return SourceCleaned && Once(ref _completeIssued) ? HandoffAction.Complete : HandoffAction.None;
    }

    private HandoffAction NextCleanup()
    {
        bool sourceDone = !_submitIssued || SourceCleaned, destinationDone = !_reserveIssued || DestinationCleaned;
        if (!sourceDone && Once(ref _cancelSourceIssued)) return HandoffAction.CancelSource;
        if (!destinationDone && Once(ref _cancelDestinationIssued)) return HandoffAction.CancelDestination;
        return sourceDone && destinationDone && Once(ref _completeIssued) ? HandoffAction.Complete : HandoffAction.None;
    }

    private static bool Once(ref bool issued)
    {
        if (issued) return false;
        return issued = true;
    }
}

/// <summary>KV transfers in progress, first to end first; transfers that end together in the order they were started.</summary>
internal sealed class TransferQueue
{
    private readonly record struct Key(double Time, double Started, int Round, long Order) : IComparable<Key>
    {
        public int CompareTo(Key other) => Time != other.Time ? Time.CompareTo(other.Time) : Order.CompareTo(other.Order);
    }

    private readonly PriorityQueue<int, Key> _queue = new();
    private long _order;

    /// <summary>End of the first transfer, infinity when there is none.</summary>
    public double NextTime => _queue.TryPeek(out _, out Key key) ? key.Time : double.PositiveInfinity;

    public int Count => _queue.Count;

    public void Add(int request, double end, double now, int round) => _queue.Enqueue(request, new Key(end, now, round, _order++));

    public int Take() => _queue.Dequeue();

    /// <summary>
    /// Whether the first transfer comes before a pass that ends at the same time: events are taken in the order they
    /// were made, and transfers are started before passes in every round (behaviour 04#5.2 and 04#7.7).
    /// </summary>
    public bool IsBefore(in PassEnd pass)
    {
        _queue.TryPeek(out _, out Key key);
        if (key.Started != pass.Start) return key.Started < pass.Start;
        return key.Round <= pass.Round;
    }
}
