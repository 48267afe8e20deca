using AgentSim.Agents;
using AgentSim.Metrics;
using AgentSim.Recording;
using AgentSim.Simulation;

namespace AgentSim.Reports.Html;

/// <summary>What the parts of the page show, worked out once.</summary>
internal sealed class PageContent
{
    private const int LanesOfOneRun = 5_000;
    private const int LanesOfAllRuns = 20_000;
    private const int LeastLanes = 100;   // more than there are slowest requests
    private const int SlowestRequests = 20;

    /// <summary>Workers whose load the page shows one by one.</summary>
    public const int MostWorkers = 64;

    public PageContent(IReadOnlyList<ReportedRun> runs, CancellationToken cancellation)
    {
        Runs = runs;
        Names = [.. RunNames.Of(runs).Select(PageText.Short)];
        Metrics = [.. Results.Select(result => result.Summary.Metrics)];
        EndMs = Results.SelectMany(result => result.Requests).Select(request => request.TerminalTimeMs).DefaultIfEmpty(0.0).Max();
        if (EndMs <= 0.0) EndMs = 1.0;
        var slowest = new List<IReadOnlyList<RequestResult>>();
        var lanes = new List<LaneChoice>();
        var agents = new List<AgentResults?>();
        foreach (ReplayResult result in Results)
        {
            cancellation.ThrowIfCancellationRequested();
            slowest.Add([.. result.Requests.Where(request => request.E2eLatencyMs is not null)
                .OrderByDescending(request => request.E2eLatencyMs).ThenBy(request => request.Ordinal).Take(SlowestRequests)]);
            agents.Add(result.Origin.Load.IsSimple ? null : result.FindAgents(cancellation));
            lanes.Add(LaneChoice.Of(result, slowest[^1], Math.Clamp(LanesOfAllRuns / runs.Count, LeastLanes, LanesOfOneRun), agents[^1]));
        }

        (Slowest, Lanes, Agents) = (slowest, lanes, agents);
    }

    public IReadOnlyList<ReportedRun> Runs { get; }
    public IReadOnlyList<string> Names { get; }
    public IReadOnlyList<IReadOnlyList<Metric>> Metrics { get; }
    public IEnumerable<ReplayResult> Results => Runs.Select(run => run.Result);

    /// <summary>End of the longest run, more than 0.</summary>
    public double EndMs { get; }

    /// <summary>By run: its sessions and tasks; null where it has none.</summary>
    public IReadOnlyList<AgentResults?> Agents { get; }

    /// <summary>By run: the requests with the longest latency, the longest first.</summary>
    public IReadOnlyList<IReadOnlyList<RequestResult>> Slowest { get; }

    /// <summary>By run.</summary>
    public IReadOnlyList<LaneChoice> Lanes { get; }
}
