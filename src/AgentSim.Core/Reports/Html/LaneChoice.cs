using AgentSim.Agents;
using AgentSim.Engines;
using AgentSim.Recording;
using AgentSim.Simulation;
using AgentSim.Timelines;
using AgentSim.Workload;

namespace AgentSim.Reports.Html;

/// <summary>
/// The lanes of a run that the page shows: one for each session, or one for each worker where every request is on its own. All of them
/// up to a number of requests; above it those of the slowest requests and an even choice of the others, whole sessions as far as they
/// fit.
/// </summary>
/// <param name="Lanes">By their start, those of a task together.</param>
/// <param name="Requests">Requests in them.</param>
/// <param name="AllLanes">Lanes that the run has.</param>
/// <param name="AllRequests">Requests that the run has.</param>
internal sealed record LaneChoice(IReadOnlyList<Lane> Lanes, int Requests, int AllLanes, int AllRequests)
{
    private const int MostTools = 6;
    private const double NanosecondsPerMs = 1e6;
    private const double SlackMs = 1e-3;

    public bool IsSample => Requests < AllRequests;

    /// <summary>True where lanes are workers, because no request belongs to others.</summary>
    public bool IsByWorker { get; init; }

    /// <param name="result">The run.</param>
    /// <param name="slowest">Requests whose lanes must be there, and they in them.</param>
    /// <param name="most">Most requests to show.</param>
    /// <param name="agents">Its sessions and tasks: lanes of a task stand together, each below that of its parent; null: there are
    /// none.</param>
    public static LaneChoice Of(ReplayResult result, IReadOnlyList<RequestResult> slowest, int most, AgentResults? agents = null)
    {
        WorkloadColumns load = result.Origin.Load;
        // Requests without a session are lanes of their own.
        List<RequestResult>[] sessions =
            [.. result.Requests.GroupBy(request => load.IsSimple ? request.Ordinal : load.SessionOf[request.Ordinal - 1])
                .Select(group => group.ToList())];
        var links = new ReplayWaits(result);
        var wanted = slowest.Select(request => request.Ordinal).ToHashSet();
        List<List<RequestResult>> chosen = Choose(sessions, wanted, most);
        if (IsPlain(load)) return OfWorkers(result, [.. chosen.SelectMany(each => each)]);
        Dictionary<string, (int Place, int Depth)> tree = Tree(agents);
        Dictionary<int, double[]> ends = Ends(load, result.Requests);
        Lane[] lanes = [.. chosen.Select(each => Lane.Of(NameOf(load, each[0]), each.Select(Placed)))
            .Select(lane => lane with { Depth = tree.GetValueOrDefault(lane.Name).Depth })
            .OrderBy(lane => tree.GetValueOrDefault(lane.Name).Place).ThenBy(lane => lane.StartMs)];
        return new LaneChoice(lanes, lanes.Sum(lane => lane.Requests.Count), sessions.Length, result.Requests.Count);

        LaneRequest Placed(RequestResult request)
        {
            string? tools = ToolsOf(load, request.Ordinal - 1);
            double subAgents = SubAgents(request);
            if (links.WaitOf(request) is not { } wait) return new LaneRequest(request, 0.0, 0.0, tools) { SubAgentMs = subAgents };
            double waitMs = Math.Max(0.0, request.ArrivalTimeMs - wait.Begin / NanosecondsPerMs);
            return new LaneRequest(request, waitMs, Math.Min(waitMs, (wait.ToolEnd - wait.Begin) / NanosecondsPerMs), tools)
            {
                SubAgentMs = subAgents,
            };
        }

        // From the last end of its own session before another session let it go, to then.
        double SubAgents(RequestResult request)
        {
            int session = load.SessionOf[request.Ordinal - 1];
            if (links.ReleaseOf(request) is not { } release || load.SessionOf[release.Source.Ordinal - 1] == session) return 0.0;
            if (!ends.TryGetValue(session, out double[]? own)) return 0.0;
            int at = Array.BinarySearch(own, release.ReleasedMs + SlackMs);
            int before = (at < 0 ? ~at : at) - 1;
            double idle = before < 0 ? 0.0 : release.ReleasedMs - own[before];
            return idle > SlackMs ? idle : 0.0;
        }
    }

    /// <summary>True where every request is on its own.</summary>
    public static bool IsPlain(WorkloadColumns load) => load.IsSimple || load.IsSingleTurn;

    private static LaneChoice OfWorkers(ReplayResult result, List<RequestResult> requests)
    {
        string[] names = WorkerLoad.Names(result.Workers);
        int prefillWorkers = result.Workers.Count(worker => worker.WorkerType == WorkerType.Prefill);
        Lane[] lanes = [.. requests.GroupBy(WorkerOf).OrderBy(group => group.Key).Select(group =>
            Lane.Of(group.Key == int.MaxValue ? "not admitted" : names[group.Key], group.Select(request =>
                new LaneRequest(request, 0.0, 0.0, null) { IsFromAdmission = true })))];
        return new LaneChoice(lanes, requests.Count, names.Length, result.Requests.Count) { IsByWorker = true };

        // The worker that gave the tokens; the prefill worker of what got no further.
        int WorkerOf(RequestResult request)
        {
            if (request is { FirstAdmitMs: null, PrefillAdmitMs: null }) return int.MaxValue;
            if (prefillWorkers == 0) return request.DecodeWorkerIdx ?? 0;
            return request.DecodeWorkerIdx is { } decode ? prefillWorkers + decode : request.PrefillWorkerIdx ?? int.MaxValue;
        }
    }

    // By session the ends of its requests, ascending.
    private static Dictionary<int, double[]> Ends(WorkloadColumns load, IReadOnlyList<RequestResult> requests) =>
        load.Agentic is null ? [] : requests.GroupBy(request => load.SessionOf[request.Ordinal - 1])
            .ToDictionary(group => group.Key, group => group.Select(request => request.TerminalTimeMs).Order().ToArray());

    // A session of several plays has one lane, where the first of them is.
    private static Dictionary<string, (int Place, int Depth)> Tree(AgentResults? agents)
    {
        var places = new Dictionary<string, (int, int)>(StringComparer.Ordinal);
        if (agents is null) return places;
        Dictionary<(string?, string), double> begins = [];
        foreach (TaskResult task in agents.Tasks) begins[(task.PlayId, task.TaskId)] = task.BeginMs ?? double.PositiveInfinity;
        foreach (SessionResult session in agents.InTree().OrderBy(session => begins[(session.PlayId, session.TaskId)]))
            places.TryAdd(session.SessionId, (places.Count, session.Depth));
        return places;
    }

    private static List<List<RequestResult>> Choose(List<RequestResult>[] sessions, HashSet<int> wanted, int most)
    {
        var chosen = new List<List<RequestResult>>();
        int left = most, wantedLeft = wanted.Count;
        foreach (int session in Order(sessions, wanted))
        {
            List<RequestResult> requests = sessions[session];
            wantedLeft -= requests.Count(request => wanted.Contains(request.Ordinal));
            int room = left - wantedLeft;   // a long session leaves room for the wanted requests of others
            if (room == 0) break;
            if (requests.Count > room) requests = Thin(requests, wanted, room);
            chosen.Add(requests);
            left -= requests.Count;
        }

        return chosen;
    }

    // First the sessions of the wanted requests; then the others, so that any number of them is spread over the run.
    private static IEnumerable<int> Order(List<RequestResult>[] sessions, HashSet<int> wanted)
    {
        var first = new List<int>();
        var others = new List<int>();
        for (int session = 0; session < sessions.Length; session++)
            (sessions[session].Exists(request => wanted.Contains(request.Ordinal)) ? first : others).Add(session);
        return first.Concat(others.Select((session, i) => (session, Place: i * 0.6180339887498949 % 1.0)).OrderBy(each => each.Place)
            .Select(each => each.session));
    }

    private static List<RequestResult> Thin(List<RequestResult> requests, HashSet<int> wanted, int count)
    {
        List<RequestResult> kept = [.. requests.Where(request => wanted.Contains(request.Ordinal)).Take(count)];
        List<RequestResult> others = [.. requests.Where(request => !wanted.Contains(request.Ordinal))];
        int rest = count - kept.Count;
        for (int i = 0; i < rest; i++) kept.Add(others[(int)((long)i * others.Count / rest)]);
        return kept;
    }

    private static string? ToolsOf(WorkloadColumns load, int request)
    {
        string[] calls = [.. (load.Agentic?.Tools?.CallsOf(request) ?? [])
            .Select(call => $"{PageText.Short(call.Class)} {MetricText.Value(call.DurationMs)} ms")];
        if (calls.Length == 0) return null;
        string more = calls.Length > MostTools ? $" and {calls.Length - MostTools} more" : "";
        return string.Join(", ", calls.Take(MostTools)) + more;
    }

    /// <summary>Name of the lane of a request.</summary>
    public static string NameOf(WorkloadColumns load, RequestResult request) =>
        load.IsSimple ? $"request {request.Ordinal}" : load.SessionNames[load.SessionOf[request.Ordinal - 1]];
}
