using AgentSim.Recording;
using AgentSim.Workload;

namespace AgentSim.Agents;

/// <summary>
/// By request: the event that decided when it could start, which is that of the largest time plus delay; of equals the later event,
/// then that of the same session, then that of the first request in load order.
/// </summary>
internal sealed class Deciders
{
    private readonly RunTimes _run;
    private readonly int[] _sessionOf;

    public Deciders(RunTimes run, AgentGroups groups)
    {
        (_run, _sessionOf) = (run, groups.SessionOf);
        int count = run.Outcomes.Length;
        Source = new int[count];
        Array.Fill(Source, -1);
        Event = new double[count];
        Ready = new double[count];
        OnDispatch = new bool[count];
        if (run.Load.Agentic is { } agentic)
        {
            Add(agentic.OnCompletion, onDispatch: false);
            if (agentic.OnDispatch is { } dispatches) Add(dispatches, onDispatch: true);
            return;
        }

        for (int request = 1; request < count; request++)
        {
            if (_sessionOf[request] == _sessionOf[request - 1] && run.Outcomes[request - 1].Status != TerminalStatus.None)
                Add(request - 1, request, run.Outcomes[request - 1].Terminal, run.Load.Delay[request], onDispatch: false);
        }
    }

    /// <summary>The request whose start or end it was; -1 where a request waits for none.</summary>
    public int[] Source { get; }

    /// <summary>When it was, simulated milliseconds.</summary>
    public double[] Event { get; }

    /// <summary>When the delay from then on is over.</summary>
    public double[] Ready { get; }

    /// <summary>Whether it was a start.</summary>
    public bool[] OnDispatch { get; }

    private void Add(ReleaseEdges edges, bool onDispatch)
    {
        RequestOutcome[] outcomes = _run.Outcomes;
        for (int source = 0; source < outcomes.Length; source++)
        {
            if (edges.Start[source] == edges.Start[source + 1]) continue;
            ref readonly RequestOutcome outcome = ref outcomes[source];
            if (onDispatch ? double.IsNaN(outcome.Arrival) : outcome.Status == TerminalStatus.None) continue;
            double time = onDispatch ? outcome.Arrival : outcome.Terminal;
            for (int edge = edges.Start[source]; edge < edges.Start[source + 1]; edge++)
                Add(source, edges.Requests[edge], time, edges.DelayMs[edge], onDispatch);
        }
    }

    private void Add(int source, int request, double time, double delay, bool onDispatch)
    {
        double ready = time + (delay / _run.SpeedupRatio);
        if (Source[request] >= 0 && !Wins(source, request, time, ready)) return;
        (Source[request], Event[request], Ready[request], OnDispatch[request]) = (source, time, ready, onDispatch);
    }

    private bool Wins(int source, int request, double time, double ready)
    {
        if (ready != Ready[request]) return ready > Ready[request];
        if (time != Event[request]) return time > Event[request];
        bool isOwn = _sessionOf[source] == _sessionOf[request], wasOwn = _sessionOf[Source[request]] == _sessionOf[request];
        return isOwn != wasOwn ? isOwn : source < Source[request];
    }
}
