using System.Diagnostics.CodeAnalysis;
using AgentSim.Collections;

namespace AgentSim.Engines;

/// <summary>
/// A rank of a prefill pool, the source of hand-offs: a request that has emitted its token here leaves the batch, but its KV
/// stays until the decode worker has it (behaviour 04#7.4).
/// </summary>
internal interface IPrefillRank
{
    /// <summary>Requests that ended in the last pass and whose KV is held for their hand-off, in the order in which they ended.</summary>
    ref GrowList<int> HeldSources { get; }

    /// <summary>Releases the KV held for a request, as if it had just ended; does nothing when none is held.</summary>
    void ReleaseSource(int request);
}

/// <summary>
/// A rank of a decode pool, the destination of hand-offs: KV blocks are reserved for a prompt before its KV is transferred
/// here (behaviour 04#7.5).
/// </summary>
internal interface IDecodeRank
{
    /// <summary>Lets a request wait for a KV reservation; false when its prompt needs more blocks than the rank has in all.</summary>
    bool TryAcceptDestination(int request);

    /// <summary>Tries to reserve KV blocks for the request that waits longest; after a failure not again until blocks were freed.</summary>
    /// <param name="request">The request that got them.</param>
    /// <param name="transferableTokens">Prompt tokens whose KV is to be transferred, since it is not cached here; in whole blocks.</param>
    bool TryReserveDestination(out int request, out long transferableTokens);

    /// <summary>The KV of a request has arrived in the blocks reserved for it: the request may run.</summary>
    void ActivateDestination(int request);

    /// <summary>Drops a request that waits for a reservation or has one; does nothing when there is none.</summary>
    void CancelDestination(int request);

    /// <summary>True when blocks may be reserved at the end of the next pass, so that no stretch may run past it.</summary>
    bool WantsReservation { get; }
}

/// <summary>
/// The KV reservations of a decode rank, first come, first served: requests that wait for one, and requests that have one
/// while their KV is transferred (behaviour 04#7.5).
/// </summary>
/// <typeparam name="T">A request on the rank.</typeparam>
internal sealed class KvReservations<T>
    where T : class
{
    private readonly record struct Waiting(int Request, T Sequence);

    private readonly Deque<Waiting> _waiting = new();
    private readonly Dictionary<int, T> _reserved = [];
    private bool _firstTried;

    /// <summary>Some requests wait for a reservation.</summary>
    public bool IsAnyInLine => _waiting.Count > 0;

    /// <summary>The first one waiting may get its blocks: it was not tried since blocks were freed.</summary>
    public bool WantsReservation => _waiting.Count > 0 && !_firstTried;

    /// <summary>There may be more free blocks than before.</summary>
    public void CapacityChanged() => _firstTried = false;

    public void Add(int request, T sequence)
    {
        if (_waiting.Count == 0) _firstTried = false;
        _waiting.PushBack(new Waiting(request, sequence));
    }

    /// <summary>The first one waiting, which counts as tried from now on.</summary>
    public bool TryFirst(out int request, [NotNullWhen(true)] out T? sequence)
    {
        (request, sequence) = (-1, null);
        if (!WantsReservation) return false;
        _firstTried = true;
        (request, sequence) = _waiting.First;
        return true;
    }

    /// <summary>The first one waiting has got its blocks; the next one may be tried.</summary>
    public void Reserve()
    {
        (int request, T sequence) = _waiting.PopFront();
        _reserved.Add(request, sequence);
        _firstTried = false;
    }

    /// <summary>Takes out a request that has a reservation.</summary>
    public bool TryTakeReserved(int request, [NotNullWhen(true)] out T? sequence) => _reserved.Remove(request, out sequence);

    /// <summary>Takes out a request that waits for one.</summary>
    public bool TryTakeWaiting(int request, [NotNullWhen(true)] out T? sequence)
    {
        sequence = null;
        for (int i = 0; i < _waiting.Count && sequence is null; i++)
        {
            if (_waiting[i].Request != request) continue;
            sequence = _waiting[i].Sequence;
            _waiting.Remove(_waiting[i]);
        }

        return sequence is not null;
    }
}
