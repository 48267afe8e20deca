using AgentSim.Recording;
using AgentSim.Workload;

namespace AgentSim.Agents;

/// <summary>Sums and bounds of the requests of a session or task.</summary>
internal struct AgentTotals
{
    private bool _hasFailed;
    private bool _isOpen;
    private long _recordedStart;
    private long _recordedEnd;

    private AgentTotals(bool hasRecorded)
    {
        (Begin, End) = (double.PositiveInfinity, double.NegativeInfinity);
        (First, Last) = (-1, -1);
        (_recordedStart, _recordedEnd) = hasRecorded ? (long.MaxValue, long.MinValue) : (0, -1);
    }

    public int Requests { get; private set; }
    public int Completed { get; private set; }
    public long Input { get; private set; }
    public long Output { get; private set; }
    public long Reused { get; private set; }

    /// <summary>Arrival of the first request; of interest where <see cref="HasBegin"/>.</summary>
    public double Begin { get; private set; }

    /// <summary>End of the last; of interest where <see cref="HasEnd"/>.</summary>
    public double End { get; private set; }

    /// <summary>The request that arrived first, -1 where none did.</summary>
    public int First { get; private set; }

    /// <summary>The request that ended last, -1 where none did.</summary>
    public int Last { get; private set; }

    public readonly bool HasBegin => First >= 0;

    public readonly bool HasEnd => Last >= 0;

    public readonly AgentStatus Status => _hasFailed ? AgentStatus.Failed : _isOpen ? AgentStatus.Unfinished : AgentStatus.Completed;

    /// <summary>First start to last end as recorded; null where that is not known.</summary>
    public readonly double? RecordedMakespan => _recordedEnd < _recordedStart ? null : _recordedEnd - _recordedStart;

    public static (AgentTotals[] Sessions, AgentTotals[] Tasks) Of(RunTimes run, AgentGroups groups)
    {
        (long Start, long End)[]? recorded = run.Load.Agentic?.Recorded;
        var sessions = new AgentTotals[groups.SessionCount];
        var tasks = new AgentTotals[groups.TaskCount];
        Array.Fill(sessions, new AgentTotals(recorded is not null));
        Array.Fill(tasks, new AgentTotals(recorded is not null));
        bool[] hasFailed = run.Load.CanSkip ? FailedTasks(run, groups) : [];
        for (int request = 0; request < run.Outcomes.Length; request++)
        {
            int session = groups.SessionOf[request];
            ref readonly RequestOutcome outcome = ref run.Outcomes[request];
            // A failure ends its play, so that others of it are skipped; where there are no plays, the rest goes on.
            bool isSkipped = run.Load.CanSkip && double.IsNaN(outcome.Arrival) && hasFailed[groups.TaskOf[session]];
            int reused = run.Handoffs is { } handoffs && handoffs[request].PrefillReused >= 0 ? handoffs[request].PrefillReused
                : outcome.ReusedInput;
            sessions[session].Add(request, outcome, isSkipped, reused, recorded);
        }

        for (int session = 0; session < sessions.Length; session++) tasks[groups.TaskOf[session]].Add(sessions[session]);

        return (sessions, tasks);
    }

    private static bool[] FailedTasks(RunTimes run, AgentGroups groups)
    {
        var hasFailed = new bool[groups.TaskCount];
        for (int request = 0; request < run.Outcomes.Length; request++)
        {
            if (run.Outcomes[request].Status is not (TerminalStatus.None or TerminalStatus.Completed))
                hasFailed[groups.TaskOf[groups.SessionOf[request]]] = true;
        }

        return hasFailed;
    }

    // A session of the task. Of equals the request that is first in load order counts, as it does within a session.
    private void Add(in AgentTotals session)
    {
        Requests += session.Requests;
        Completed += session.Completed;
        Input += session.Input;
        Output += session.Output;
        Reused += session.Reused;
        _hasFailed |= session._hasFailed;
        _isOpen |= session._isOpen;
        _recordedStart = Math.Min(_recordedStart, session._recordedStart);
        _recordedEnd = Math.Max(_recordedEnd, session._recordedEnd);
        if (session.HasBegin && (session.Begin < Begin || (session.Begin == Begin && session.First < First)))
            (First, Begin) = (session.First, session.Begin);
        if (session.HasEnd && (session.End > End || (session.End == End && session.Last < Last)))
            (Last, End) = (session.Last, session.End);
    }

    private void Add(int request, in RequestOutcome outcome, bool isSkipped, int reused, (long Start, long End)[]? recorded)
    {
        Requests++;
        if (outcome.Status == TerminalStatus.Completed) Completed++;
        else if (outcome.Status != TerminalStatus.None || isSkipped) _hasFailed = true;
        else _isOpen = true;
        if (recorded is not null)
        {
            _recordedStart = Math.Min(_recordedStart, recorded[request].Start);
            _recordedEnd = Math.Max(_recordedEnd, recorded[request].End);
        }

        if (double.IsNaN(outcome.Arrival)) return;
        Input += outcome.InputLength;
        Output += outcome.OutputLength;
        Reused += reused;
        // Requests come in load order, so that the first of equals stays.
        if (outcome.Arrival < Begin) (First, Begin) = (request, outcome.Arrival);
        if (outcome.Status != TerminalStatus.None && outcome.Terminal > End) (Last, End) = (request, outcome.Terminal);
    }
}
