using System.Diagnostics.CodeAnalysis;
using AgentSim.Collections;

namespace AgentSim.Engines;

/// <summary>
/// A rank of a prefill pool: a request that has produced its output leaves the scheduler but keeps its KV until it is
/// released (behaviour 04#7.4).
/// </summary>
internal interface IPrefillRank
{
    /// <summary>Requests whose KV the last pass left held, in order.</summary>
    ref GrowList<int> HeldSources { get; }

    /// <summary>Releases held KV as if the request had just ended; nothing when there is none.</summary>
    void ReleaseSource(int request);
}

/// <summary>A rank of a decode pool: prompts arrive as transferred KV for which room is reserved first (behaviour 04#7.5).</summary>
internal interface IDecodeRank
{
    /// <summary>Puts a request in line for room; false when its prompt is larger than the whole pool.</summary>
    bool TryAcceptDestination(int request);

    /// <summary>Tries to reserve room for the first request in line; at most once until capacity changes.</summary>
    /// <param name="request">The request that got it.</param>
    /// <param name="transferableTokens">Prompt tokens whose KV is not here yet, in whole blocks.</param>
    bool TryReserveDestination(out int request, out long transferableTokens);

    /// <summary>The KV of a reserved request has arrived: it may run.</summary>
    void ActivateDestination(int request);

    /// <summary>Drops a request that is in line or reserved; nothing when there is none.</summary>
    void CancelDestination(int request);

    /// <summary>True when the next pass end may reserve something, so that it must not be skipped over.</summary>
    bool WantsReservation { get; }
}

/// <summary>
/// Requests whose prompts are to arrive at a decode rank as transferred KV: those in line for room, and those for which
/// room is reserved (behaviour 04#7.5).
/// </summary>
/// <typeparam name="T">A request on the rank.</typeparam>
internal sealed class Destinations<T>
    where T : class
{
    private readonly record struct Waiting(int Request, T Sequence);

    private readonly Deque<Waiting> _line = new();
    private readonly Dictionary<int, T> _reserved = [];
    private bool _headTried;

    /// <summary>Some wait for room.</summary>
    public bool IsAnyInLine => _line.Count > 0;

    /// <summary>The first in line may find room: it was not tried since capacity changed.</summary>
    public bool WantsReservation => _line.Count > 0 && !_headTried;

    /// <summary>There may be more room than before.</summary>
    public void CapacityChanged() => _headTried = false;

    public void Add(int request, T sequence)
    {
        if (_line.Count == 0) _headTried = false;
        _line.PushBack(new Waiting(request, sequence));
    }

    /// <summary>The first in line, which counts as tried from now on.</summary>
    public bool TryHead(out int request, [NotNullWhen(true)] out T? sequence)
    {
        (request, sequence) = (-1, null);
        if (!WantsReservation) return false;
        _headTried = true;
        (request, sequence) = _line.First;
        return true;
    }

    /// <summary>The first in line has got room; the next one may be tried.</summary>
    public void Reserve()
    {
        (int request, T sequence) = _line.PopFront();
        _reserved.Add(request, sequence);
        _headTried = false;
    }

    /// <summary>Takes out a request for which room is reserved.</summary>
    public bool TryTakeReserved(int request, [NotNullWhen(true)] out T? sequence) => _reserved.Remove(request, out sequence);

    /// <summary>Takes out a request in line.</summary>
    public bool TryTakeFromLine(int request, [NotNullWhen(true)] out T? sequence)
    {
        sequence = null;
        for (int i = 0; i < _line.Count && sequence is null; i++)
        {
            if (_line[i].Request != request) continue;
            sequence = _line[i].Sequence;
            _line.Remove(_line[i]);
        }

        return sequence is not null;
    }
}
