using AgentSim.Recording;
using AgentSim.Workload;

namespace AgentSim.Agents;

/// <summary>What requests did from their arrival to their end, and before their arrival.</summary>
internal sealed class RequestTimes
{
    private readonly RunTimes _run;
    private readonly Deciders _deciders;
    private readonly int[] _readmissionStart;   // those of request r are [_readmissionStart[r], _readmissionStart[r + 1]) of the order
    private readonly int[] _readmissions;
    private readonly double[]? _toolWait;
    private readonly double[]? _notBefore;
    private readonly double _origin;
    private readonly AgentGroups _groups;

    public RequestTimes(RunTimes run, AgentGroups groups, Deciders deciders)
    {
        (_run, _groups, _deciders) = (run, groups, deciders);
        _toolWait = run.Load.Agentic?.ToolWaitMs;
        if (run.Load.Agentic is { PlayOf: not null } plays) (_notBefore, _origin) = (plays.EarliestStart, plays.Origin);
        _readmissionStart = new int[run.Outcomes.Length + 1];
        _readmissions = new int[run.Readmissions.Length];
        foreach (Readmission readmission in run.Readmissions) _readmissionStart[readmission.Request + 1]++;
        for (int request = 0; request < run.Outcomes.Length; request++) _readmissionStart[request + 1] += _readmissionStart[request];
        int[] next = _readmissionStart[..^1];
        for (int i = 0; i < run.Readmissions.Length; i++) _readmissions[next[run.Readmissions[i].Request]++] = i;
    }

    /// <summary>Adds the states of a request that has arrived.</summary>
    /// <param name="request">The request.</param>
    /// <param name="until">Its end; where it has none, up to when to look.</param>
    /// <param name="segments">Where to.</param>
    public void AddStates(int request, double until, ref Segments segments)
    {
        ref readonly RequestOutcome outcome = ref _run.Outcomes[request];
        segments.Begin(request, outcome.Arrival, until);
        if (_run.Handoffs is { } handoffs)
        {
            ref readonly HandoffOutcome handoff = ref handoffs[request];
            segments.Put(TimePart.Queued, handoff.PrefillAdmit);
            segments.Put(TimePart.Prefill, handoff.SourceHeld);
            segments.Put(TimePart.Queued, Math.Max(handoff.SourceHeld, handoff.DestinationReserved));
            segments.Put(TimePart.Transfer, _run.TransferEnds![request]);
            segments.Put(TimePart.Queued, handoff.DecodeAdmit);
        }
        else
        {
            segments.Put(TimePart.Queued, outcome.FirstAdmit);
            segments.Put(TimePart.Prefill, outcome.FirstToken);
        }

        for (int i = _readmissionStart[request]; i < _readmissionStart[request + 1]; i++)
        {
            ref readonly Readmission readmission = ref _run.Readmissions[_readmissions[i]];
            // One that produced nothing in between waited on.
            segments.Put(TimePart.Decode, readmission.LastToken);
            segments.Put(TimePart.Queued, readmission.Admitted);
        }

        segments.PutRest(TimePart.Decode);
    }

    /// <summary>Adds the time from a moment to the arrival of a request.</summary>
    /// <param name="request">A request that has arrived.</param>
    /// <param name="from">The event that decided its start, or another moment to look back to.</param>
    /// <param name="segments">Where to.</param>
    public void AddGap(int request, double from, ref Segments segments)
    {
        segments.Begin(request, from, _run.Outcomes[request].Arrival);
        if (_deciders.Source[request] < 0)
        {
            segments.PutRest(TimePart.RecordedStart);
            return;
        }

        double decided = _deciders.Event[request];
        if (from < decided) segments.Put(TimePart.SubAgents, decided);
        if (_toolWait is not null) segments.Put(TimePart.Tool, decided + (_toolWait[request] / _run.SpeedupRatio));
        segments.Put(TimePart.Delay, _deciders.Ready[request]);
        if (_notBefore is not null) segments.Put(TimePart.RecordedStart, Earliest(request, _notBefore[request]));
        segments.PutRest(TimePart.Queued);
    }

    private double Earliest(int request, double notBefore) => _run.TaskStarts is { } starts
        ? starts.Shifted(_groups.TaskOf[_groups.SessionOf[request]], notBefore, _run.SpeedupRatio)
        : (notBefore - _origin) / _run.SpeedupRatio;
}
