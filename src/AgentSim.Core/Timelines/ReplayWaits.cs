using AgentSim.Recording;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Timelines;

/// <summary>How one request let another go.</summary>
/// <param name="Source">Index of the request that was waited for.</param>
/// <param name="Target">Index of the request that waited.</param>
/// <param name="OnDispatch">It let go when it was handed out, not when it ended.</param>
/// <param name="IsBranch">The target begins a session of its own.</param>
internal readonly record struct RequestLink(int Source, int Target, bool OnDispatch, bool IsBranch);

/// <summary>The time before a request was ready, in nanoseconds: from what it waited for to its arrival.</summary>
/// <param name="Begin">When the last request that it waited for let it go.</param>
/// <param name="ToolEnd">Until when tools worked.</param>
/// <param name="End">Its arrival.</param>
internal readonly record struct RequestWait(long Begin, long ToolEnd, long End);

/// <summary>What the workload knows of the requests of a replay and their records do not: sessions, waits, links.</summary>
internal sealed class ReplayWaits
{
    private readonly WorkloadColumns _load;
    private readonly IReadOnlyList<RequestResult> _requests;
    private readonly int[] _indexOf;           // by ordinal - 1; -1: without a record
    private readonly double[] _released;       // by index: when the last request let go; NaN: it waits for none
    private readonly double[] _ready;          // by index: when the delay from then on is over
    private readonly int[] _releasedBy;        // by index: the index of that request
    private readonly List<RequestLink> _links = [];
    private double[]? _toolShare;              // by index: part of the delay that is tool work

    public ReplayWaits(ReplayResult result)
    {
        (_load, ReplaySettings settings) = result.Origin;
        _requests = result.Requests;
        _indexOf = new int[_load.InputLength.Length];
        Array.Fill(_indexOf, -1);
        for (int i = 0; i < _requests.Count; i++) _indexOf[_requests[i].Ordinal - 1] = i;
        _released = new double[_requests.Count];
        _ready = new double[_requests.Count];
        _releasedBy = new int[_requests.Count];
        Array.Fill(_released, double.NaN);
        if (_load.Agentic is { } agentic) LinkAgentic(agentic, settings.ArrivalSpeedupRatio);
        else if (!_load.IsSimple) LinkSessions(settings.Concurrency is null ? settings.ArrivalSpeedupRatio : 1.0);
    }

    /// <summary>Arrows of dependencies between requests that both have a record.</summary>
    public IReadOnlyList<RequestLink> Links => _links;

    /// <summary>Session of a request; null where requests belong to none.</summary>
    public string? SessionOf(int index) => _load.IsSimple ? null : _load.SessionNames[_load.SessionOf[_requests[index].Ordinal - 1]];

    /// <summary>What a request did before it arrived; null when nothing kept it.</summary>
    public RequestWait? WaitOf(int index)
    {
        if (double.IsNaN(_released[index])) return null;
        double end = Math.Min(_ready[index], _requests[index].ArrivalTimeMs);
        if (!(end > _released[index])) return null;
        double tools = _released[index] + ((end - _released[index]) * (_toolShare?[index] ?? 0.0));
        return new RequestWait(EventTime.FromSimulated(_released[index]), EventTime.FromSimulated(tools), EventTime.FromSimulated(end));
    }

    /// <summary>What a request of the replay did before it arrived; null when nothing kept it.</summary>
    public RequestWait? WaitOf(RequestResult request) => WaitOf(_indexOf[request.Ordinal - 1]);

    /// <summary>The request that let one of the replay go last, and when; null when it waited for none.</summary>
    public (RequestResult Source, double ReleasedMs)? ReleaseOf(RequestResult request)
    {
        int index = _indexOf[request.Ordinal - 1];
        return double.IsNaN(_released[index]) ? null : (_requests[_releasedBy[index]], _released[index]);
    }

    private void LinkAgentic(AgenticColumns agentic, double ratio)
    {
        HashSet<int> begun = [];   // sessions
        bool[] isFirst = new bool[_indexOf.Length];
        foreach (RequestResult request in _requests) isFirst[request.Ordinal - 1] = begun.Add(_load.SessionOf[request.Ordinal - 1]);
        if (agentic.ToolWaitMs is not null) _toolShare = new double[_requests.Count];
        Link(agentic.OnCompletion, onDispatch: false);
        if (agentic.OnDispatch is { } dispatches) Link(dispatches, onDispatch: true);

        void Link(ReleaseEdges edges, bool onDispatch)
        {
            for (int source = 0; source < _indexOf.Length; source++)
            {
                for (int edge = edges.Start[source]; edge < edges.Start[source + 1]; edge++)
                {
                    int target = edges.Requests[edge];
                    // Rows that know their tools have one delay, whoever lets them go.
                    if (agentic.ToolWaitMs?[target] > 0 && _indexOf[target] >= 0)
                        _toolShare![_indexOf[target]] = Math.Min(agentic.ToolWaitMs[target] / edges.DelayMs[edge], 1.0);
                    bool isBranch = onDispatch || (isFirst[target] && _load.SessionOf[source] != _load.SessionOf[target]);
                    Add(source, target, edges.DelayMs[edge] / ratio, onDispatch, isBranch);
                }
            }
        }
    }

    private void LinkSessions(double ratio)
    {
        for (int request = 1; request < _indexOf.Length; request++)
        {
            if (_load.SessionOf[request] == _load.SessionOf[request - 1])
                Add(request - 1, request, _load.Delay[request] / ratio, onDispatch: false, isBranch: false);
        }
    }

    private void Add(int source, int target, double delay, bool onDispatch, bool isBranch)
    {
        (int from, int to) = (_indexOf[source], _indexOf[target]);
        if (from < 0 || to < 0) return;
        _links.Add(new RequestLink(from, to, onDispatch, isBranch));
        double released = onDispatch ? _requests[from].ArrivalTimeMs : _requests[from].TerminalTimeMs;
        if (released + delay <= _ready[to] && !double.IsNaN(_released[to])) return;
        (_released[to], _ready[to], _releasedBy[to]) = (released, released + delay, from);
    }
}
