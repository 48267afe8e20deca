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
