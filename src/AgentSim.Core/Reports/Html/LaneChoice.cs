using AgentSim.Agents;
using AgentSim.Recording;
using AgentSim.Simulation;
using AgentSim.Timelines;
using AgentSim.Workload;

namespace AgentSim.Reports.Html;

/// <summary>
/// The lanes of a run that the page shows. All of them up to a number of requests; above it those of the slowest requests and an
/// even choice of the others, whole sessions as far as they fit.
/// </summary>
/// <param name="Lanes">By their start, those of a task together.</param>
/// <param name="Requests">Requests in them.</param>
/// <param name="AllLanes">Lanes that the run has.</param>
/// <param name="AllRequests">Requests that the run has.</param>
internal sealed record LaneChoice(IReadOnlyList<Lane> Lanes, int Requests, int AllLanes, int AllRequests)
{
    private const int MostTools = 6;
    private const double NanosecondsPerMs = 1e6;

    public bool IsSample => Requests < AllRequests;

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
        Dictionary<string, (int Place, int Depth)> tree = Tree(agents);
        Lane[] lanes = [.. chosen.Select(each => Lane.Of(NameOf(load, each[0]), each.Select(Placed)))
            .Select(lane => lane with { Depth = tree.GetValueOrDefault(lane.Name).Depth })
            .OrderBy(lane => tree.GetValueOrDefault(lane.Name).Place).ThenBy(lane => lane.StartMs)];
        return new LaneChoice(lanes, lanes.Sum(lane => lane.Requests.Count), sessions.Length, result.Requests.Count);

        LaneRequest Placed(RequestResult request)
        {
            string? tools = ToolsOf(load, request.Ordinal - 1);
            if (links.WaitOf(request) is not { } wait) return new LaneRequest(request, 0.0, 0.0, tools);
            double waitMs = Math.Max(0.0, request.ArrivalTimeMs - wait.Begin / NanosecondsPerMs);
            return new LaneRequest(request, waitMs, Math.Min(waitMs, (wait.ToolEnd - wait.Begin) / NanosecondsPerMs), tools);
        }
    }

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
