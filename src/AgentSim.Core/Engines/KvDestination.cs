using System.Diagnostics.CodeAnalysis;
using AgentSim.Collections;

namespace AgentSim.Engines;

/// <summary>
/// What a rank of a decode pool reserves for hand-offs: KV blocks for a prompt before its KV is transferred here, first come, first
/// served (behaviour 04#7.5).
/// </summary>
internal abstract class KvDestination
{
    /// <summary>Some requests wait for a reservation.</summary>
    public abstract bool IsAnyInLine { get; }

    /// <summary>
    /// True when blocks may be reserved at the end of the next pass, so that no stretch may run past it: the request that waits longest
    /// was not tried since blocks were freed.
    /// </summary>
    public abstract bool WantsReservation { get; }

    /// <summary>There may be more free blocks than before.</summary>
    public abstract void CapacityChanged();

    /// <summary>Lets a request wait for a KV reservation; false when its prompt needs more blocks than the rank has in all.</summary>
    public abstract bool TryAccept(int request);

    /// <summary>Tries to reserve KV blocks for the request that waits longest; after a failure not again until blocks were freed.</summary>
    /// <param name="request">The request that got them.</param>
    /// <param name="transferableTokens">Prompt tokens whose KV is to be transferred, since it is not cached here; in whole blocks.</param>
    public abstract bool TryReserve(out int request, out long transferableTokens);

    /// <summary>The KV of a request has arrived in the blocks reserved for it: the request may run.</summary>
    public abstract void Activate(int request);

    /// <summary>Drops a request that waits for a reservation or has one; does nothing when there is none.</summary>
    public abstract void Cancel(int request);
}

/// <summary>
/// Requests that wait for a reservation, and requests that have one while their KV is transferred. What blocks they get is up to the
/// engine.
/// </summary>
/// <typeparam name="T">A request on the rank.</typeparam>
internal abstract class KvDestination<T> : KvDestination
    where T : class
{
    private readonly record struct Waiting(int Request, T Sequence);

    private readonly Deque<Waiting> _waiting = new();
    private readonly Dictionary<int, T> _reserved = [];
    private bool _firstTried;

    public sealed override bool IsAnyInLine => _waiting.Count > 0;

    public sealed override bool WantsReservation => _waiting.Count > 0 && !_firstTried;

    public sealed override void CapacityChanged() => _firstTried = false;

    public sealed override bool TryAccept(int request)
    {
        if (!CanEverHold(request)) return false;
        if (_waiting.Count == 0) _firstTried = false;
        _waiting.PushBack(new Waiting(request, Open(request)));
        return true;
    }

    public sealed override bool TryReserve(out int request, out long transferableTokens)
    {
        (request, transferableTokens) = (-1, 0);
        if (!WantsReservation) return false;
        // It counts as tried from now on.
        _firstTried = true;
        (request, T sequence) = _waiting.First;
        if (!TryReserve(sequence, out transferableTokens)) return false;
        _reserved.Add(request, sequence);
        _waiting.PopFront();
        _firstTried = false;
        return true;
    }

    public sealed override void Activate(int request)
    {
        if (_reserved.Remove(request, out T? sequence)) Activate(sequence);
    }

    public sealed override void Cancel(int request)
    {
        if (_reserved.Remove(request, out T? sequence)) Release(sequence);
        else if (!TryTakeWaiting(request, out sequence)) return;
        Close(sequence);
        CapacityChanged();
    }

    /// <summary>Whether the rank has blocks enough in all.</summary>
    protected abstract bool CanEverHold(int request);

    /// <summary>Makes a request one of the rank.</summary>
    protected abstract T Open(int request);

    /// <summary>The end of what <see cref="Open"/> made.</summary>
    protected abstract void Close(T sequence);

    /// <summary>Reserves blocks for a prompt; false, with nothing changed, when it cannot have them.</summary>
    protected abstract bool TryReserve(T sequence, out long transferableTokens);

    /// <summary>The KV has arrived in the blocks reserved for it.</summary>
    protected abstract void Activate(T sequence);

    /// <summary>Gives reserved blocks back.</summary>
    protected abstract void Release(T sequence);

    private bool TryTakeWaiting(int request, [NotNullWhen(true)] out T? sequence)
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
