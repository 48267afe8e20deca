using System.Collections;
using AgentSim.Json;

namespace AgentSim.Recording;

/// <summary>What the workload knows about a request and the simulation does not need.</summary>
/// <param name="SessionId">Session the request belongs to, where one is reported.</param>
/// <param name="TurnIndex">0-based turn, where a session is reported.</param>
/// <param name="RequestId">Id of the trace row, for agentic workloads.</param>
internal readonly record struct RequestIdentity(string? SessionId, int? TurnIndex, string? RequestId);

/// <summary>Names requests by ordinal (from 1).</summary>
internal interface IRequestIdentities
{
    /// <summary>True when records carry the id of the trace row.</summary>
    bool IsAgentic { get; }

    RequestIdentity this[int ordinal] { get; }

    /// <summary>Number of the session of a request; -1 where none is reported.</summary>
    int SessionNumber(int ordinal);
}

/// <summary>
/// The records of all requests that have ended, by arrival and then ordinal. A record is made when it is asked for.
/// </summary>
internal sealed class RequestResults : IReadOnlyList<RequestResult>
{
    private readonly RequestOutcome[] _outcomes;
    private readonly int[] _order;
    private readonly HandoffOutcome[]? _handoffs;
    private readonly IRequestIdentities _identities;
    private readonly LiveFacts?[]? _live;

    /// <param name="outcomes">Index is ordinal - 1; requests without a terminal status have no record.</param>
    /// <param name="handoffs">The same for disaggregated replays; null for others.</param>
    /// <param name="identities">Sessions, turns and row ids.</param>
    /// <param name="live">What live replays know besides; null for simulated ones.</param>
    public RequestResults(
        RequestOutcome[] outcomes, HandoffOutcome[]? handoffs, IRequestIdentities identities, LiveFacts?[]? live = null)
    {
        _live = live;
        _outcomes = outcomes;
        _handoffs = handoffs;
        _identities = identities;

        int ended = 0;
        foreach (ref readonly RequestOutcome outcome in outcomes.AsSpan()) ended += outcome.Status != TerminalStatus.None ? 1 : 0;
        _order = new int[ended];
        bool sorted = true;
        for (int i = 0, n = 0; i < outcomes.Length; i++)
        {
            if (outcomes[i].Status == TerminalStatus.None) continue;
            sorted &= n == 0 || outcomes[_order[n - 1]].Arrival <= outcomes[i].Arrival;
            _order[n++] = i;
        }

        if (!sorted) SortByArrival();
    }

    public int Count => _order.Length;

    public bool IsAgentic => _identities.IsAgentic;

    public RequestResult this[int index]
    {
        get
        {
            int outcome = _order[index];
            return new RequestResult(outcome + 1, _outcomes[outcome], _handoffs?[outcome], _identities, _live?[outcome]);
        }
    }

    /// <summary>What a request did, without its record.</summary>
    public ref readonly RequestOutcome Outcome(int index) => ref _outcomes[_order[index]];

    /// <summary>The same between the pools of a disaggregated replay; null for others.</summary>
    public HandoffOutcome? Handoff(int index) => _handoffs?[_order[index]];

    /// <summary>How many sessions the records are of; those without one are not counted.</summary>
    public int CountSessions()
    {
        var sessions = new HashSet<int>();
        foreach (int outcome in _order) sessions.Add(_identities.SessionNumber(outcome + 1));
        return sessions.Contains(-1) ? sessions.Count - 1 : sessions.Count;
    }

    public IEnumerator<RequestResult> GetEnumerator()
    {
        for (int i = 0; i < Count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Writes a record as a line of a log; false if it is not a plain one, and nothing is written.</summary>
    public bool TryWritePlain(JsonLineWriter json, int index)
    {
        int outcome = _order[index];
        return _live is null && PlainRecord.TryWrite(json, outcome + 1, _outcomes[outcome], _handoffs, _identities[outcome + 1]);
    }

    // By keys, which takes a fifth of the time that a comparison of records does; then those of the same time by ordinal.
    private void SortByArrival()
    {
        var arrivals = new double[_order.Length];
        for (int i = 0; i < arrivals.Length; i++) arrivals[i] = _outcomes[_order[i]].Arrival;
        Array.Sort(arrivals, _order);
        for (int first = 0, end; first < arrivals.Length; first = end)
        {
            for (end = first + 1; end < arrivals.Length && arrivals[end].CompareTo(arrivals[first]) == 0;) end++;
            if (end > first + 1) Array.Sort(_order, first, end - first);
        }
    }
}
