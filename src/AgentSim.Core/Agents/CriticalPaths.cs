using AgentSim.Collections;
using AgentSim.Recording;
using AgentSim.Workload;

namespace AgentSim.Agents;

/// <summary>
/// Critical paths: from the request that ends last back to the begin. That of a task goes through whatever decided when its requests
/// could start; that of a session stays in it, and has waiting for others as a link of its own.
/// </summary>
internal sealed class CriticalPaths(RunTimes run, AgentGroups groups, Deciders deciders, OwnEnds ownEnds, RequestTimes times)
{
    private Segments _piece;
    private GrowList<Segment> _links;   // the last first

    /// <summary>The links of a session's path, the last first; they are valid until the next call.</summary>
    public ReadOnlySpan<Segment> OfSession(int last, double begin) => Walk(last, begin, groups.SessionOf[last]);

    /// <summary>The links of a task's path, the last first; they are valid until the next call.</summary>
    /// <param name="last">The request that ends last.</param>
    /// <param name="begin">Begin of the task.</param>
    public ReadOnlySpan<Segment> OfTask(int last, double begin) => Walk(last, begin, session: -1);

    private ReadOnlySpan<Segment> Walk(int last, double begin, int session)
    {
        _links.Clear();
        bool fromEnd = true;
        for (int request = last; request >= 0;)
        {
            ref readonly RequestOutcome outcome = ref run.Outcomes[request];
            if (fromEnd)
            {
                _piece.Clear();
                times.AddStates(request, outcome.Terminal, ref _piece);
                Take();
            }

            int source = deciders.Source[request];
            bool isWithin = source >= 0 && (session < 0 || groups.SessionOf[source] == session);
            double from = isWithin ? deciders.Event[request] : begin;
            fromEnd = !isWithin || !deciders.OnDispatch[request];
            if (!isWithin)
            {
                // Somebody else decided, or nobody: what the session itself did before is where its path goes on.
                source = session < 0 ? -1 : ownEnds.Source[request];
                if (source >= 0) from = run.Outcomes[source].Terminal;
            }

            _piece.Clear();
            times.AddGap(request, from, ref _piece);
            Take();
            request = source;
        }

        return _links.AsSpan();
    }

    private void Take()
    {
        ReadOnlySpan<Segment> piece = _piece.All;
        for (int i = piece.Length - 1; i >= 0; i--) _links.Add(piece[i]);
    }
}
