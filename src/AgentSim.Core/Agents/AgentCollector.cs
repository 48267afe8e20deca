using System.Diagnostics;
using AgentSim.Recording;
using AgentSim.Workload;

namespace AgentSim.Agents;

/// <summary>Makes sessions and tasks of what happened to the requests of a run.</summary>
internal sealed class AgentCollector
{
    private readonly RunTimes _run;
    private readonly WorkloadColumns _load;
    private readonly AgentGroups _groups;
    private readonly Deciders _deciders;
    private readonly OwnEnds _ownEnds;
    private readonly RequestTimes _times;
    private readonly CriticalPaths _paths;
    private readonly AgentTotals[] _sessions;
    private readonly AgentTotals[] _tasks;
    private readonly AgentTree _tree;
    private readonly BusyTimes _busy = new();
    private readonly InTurnTimes _inTurn;
    private readonly string?[] _names;   // by session, once it was asked for
    private readonly bool _hasTools;
    private Segments _piece;

    private AgentCollector(RunTimes run)
    {
        (_run, _load) = (run, run.Load);
        _hasTools = _load.Agentic?.ToolWaitMs is not null;
        _groups = AgentGroups.Of(_load);
        _deciders = new Deciders(run, _groups);
        _ownEnds = new OwnEnds(run.Outcomes, _groups);
        _times = new RequestTimes(run, _groups, _deciders);
        _paths = new CriticalPaths(run, _groups, _deciders, _ownEnds, _times);
        (_sessions, _tasks) = AgentTotals.Of(run, _groups);
        _names = new string?[_sessions.Length];
        _inTurn = new InTurnTimes(_sessions.Length);
        _tree = new AgentTree(_load, _groups, _deciders, _sessions);
    }

    /// <summary>The sessions and tasks; null where the load has none.</summary>
    /// <param name="run">The run.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static AgentResults? Collect(RunTimes run, CancellationToken cancellation = default)
    {
        if (!RunTimes.HasSessions(run.Load)) return null;
        var collector = new AgentCollector(run);
        var tasks = new TaskResult[collector._groups.TaskCount];
        for (int task = 0; task < tasks.Length; task++)
        {
            cancellation.ThrowIfCancellationRequested();
            tasks[task] = collector.Task(task);
        }

        double duration = 0.0;
        foreach (ref readonly RequestOutcome outcome in run.Outcomes.AsSpan())
        {
            if (outcome.IsCounted) duration = Math.Max(duration, outcome.Terminal);
        }

        return new AgentResults(tasks, () => collector.Sessions(tasks), AgentSummary.Of(tasks, duration, run.Workers));
    }

    // Reports and summaries are of tasks alone.
    private SessionResult[] Sessions(TaskResult[] tasks)
    {
        var sessions = new SessionResult[_groups.SessionCount];
        lock (_paths)   // which has room for one path
        {
            for (int task = 0; task < tasks.Length; task++)
            {
                foreach (int session in _groups.Sessions[task]) sessions[session] = Session(session, tasks[task]);
            }
        }

        return sessions;
    }

    private TaskResult Task(int task)
    {
        ref readonly AgentTotals totals = ref _tasks[task];
        int root = _tree.RootOf[task];
        TimeSplit? busy = null;
        if (totals.HasEnd)
        {
            _busy.Clear();
            foreach (int session in _groups.Sessions[task])
            {
                if (IsInTurn(session, _sessions[session]))
                {
                    _inTurn.Add(session, _piece.All);
                    _busy.Add(_piece.All, totals.End);
                }
                else
                {
                    AddRequests(session, totals.End);
                }

                int first = _sessions[session].First;
                if (first < 0) continue;
                _piece.Clear();
                _times.AddGap(first, _deciders.Source[first] >= 0 ? _deciders.Event[first] : totals.Begin, ref _piece);
                _busy.Add(_piece.All, totals.End);
            }

            busy = Busy();
        }

        return Filled(totals, busy, critical: null, new TaskResult
        {
            TaskId = Name(root),
            Sessions = _groups.Sessions[task].Length,
            RootMakespanMs = totals.HasBegin && _sessions[root].HasEnd ? _sessions[root].End - totals.Begin : null,
            PlayId = Play(root),
        });
    }

    private SessionResult Session(int session, TaskResult task)
    {
        ref readonly AgentTotals totals = ref _sessions[session];
        TimeSplit? busy = null, critical = null;
        if (_inTurn.Find(session) is { IsEmpty: false } known)
        {
            busy = TimeSplit.Of(known[..TimeSplit.Parts], _hasTools);
            critical = TimeSplit.Of(known[TimeSplit.Parts..], _hasTools);
        }
        else if (totals.HasEnd)
        {
            _busy.Clear();
            AddRequests(session, totals.End);
            busy = Busy();
        }

        return Filled(totals, busy, critical, new SessionResult
        {
            SessionId = Name(session),
            TaskId = task.TaskId,
            ParentSessionId = _tree.ParentOf[session] is >= 0 and int parent ? Name(parent) : null,
            Depth = _tree.DepthOf[session],
            PlayId = task.PlayId,
        });
    }

    // Whether the requests of a session come one after the other, each started by the end of the one before or by somebody else after
    // that, as those of most do. Then all that the session was busy with, which is put into the piece, is its critical path.
    private bool IsInTurn(int session, in AgentTotals totals)
    {
        _piece.Clear();
        int before = -1;
        foreach (int request in _groups.Requests[session])
        {
            ref readonly RequestOutcome outcome = ref _run.Outcomes[request];
            if (double.IsNaN(outcome.Arrival) || outcome.Status == TerminalStatus.None || _ownEnds.Source[request] != before) return false;
            int source = _deciders.Source[request];
            if (source >= 0 && _groups.SessionOf[source] == session && (source != before || _deciders.OnDispatch[request])) return false;
            _piece.SetApart();
            _times.AddGap(request, before < 0 ? totals.Begin : _run.Outcomes[before].Terminal, ref _piece);
            _piece.SetApart();
            _times.AddStates(request, outcome.Terminal, ref _piece);
            before = request;
        }

        return before == totals.Last;
    }

    // What sessions and tasks have in common. A critical path that is given has no tools.
    private T Filled<T>(in AgentTotals totals, TimeSplit? busy, TimeSplit? critical, T agent)
        where T : AgentResult
    {
        agent.Status = totals.Status;
        agent.Requests = totals.Requests;
        agent.CompletedRequests = totals.Completed;
        agent.InputTokens = totals.Input;
        agent.OutputTokens = totals.Output;
        agent.ReusedTokens = totals.Reused;
        agent.BeginMs = totals.HasBegin ? totals.Begin : null;
        agent.EndMs = totals.HasEnd ? totals.End : null;
        agent.RecordedMakespanMs = totals.RecordedMakespan;
        agent.Busy = busy;
        if (!totals.HasEnd) return agent;
        if (critical is not null) agent.Critical = critical;
        else (agent.Critical, agent.Tools) = Sum(Path(agent, totals.Last, totals.Begin), totals);
        (agent.Collector, agent.Last) = (this, totals.Last);
        return agent;
    }

    // What the requests of a session did and what lay between them, up to a time.
    private void AddRequests(int session, double until)
    {
        foreach (int request in _groups.Requests[session])
        {
            ref readonly RequestOutcome outcome = ref _run.Outcomes[request];
            if (double.IsNaN(outcome.Arrival)) continue;
            _piece.Clear();
            _times.AddGap(request, SessionGapStart(request, session), ref _piece);
            _times.AddStates(request, outcome.Status == TerminalStatus.None ? until : outcome.Terminal, ref _piece);
            _busy.Add(_piece.All, until);
        }
    }

    private TimeSplit Busy()
    {
        Span<double> parts = stackalloc double[TimeSplit.Parts];
        _busy.Sum(parts);
        return TimeSplit.Of(parts, _hasTools);
    }

    private double SessionGapStart(int request, int session)
    {
        double own = _ownEnds.Source[request] is >= 0 and int before ? _run.Outcomes[before].Terminal : _sessions[session].Begin;
        int source = _deciders.Source[request];
        return source >= 0 && _groups.SessionOf[source] == session ? Math.Max(own, _deciders.Event[request]) : own;
    }

    private (TimeSplit Critical, IReadOnlyList<ToolTime> Tools) Sum(ReadOnlySpan<Segment> path, in AgentTotals totals)
    {
        Span<double> parts = stackalloc double[TimeSplit.Parts];
        parts.Clear();
        Dictionary<string, double>? tools = null;
        foreach (ref readonly Segment link in path)
        {
            parts[(int)link.Part] += link.Length;
            if (link.Part != TimePart.Tool) continue;
            tools ??= new Dictionary<string, double>(StringComparer.Ordinal);
            // A wait that the gap had no room for, or that was sped up, keeps its proportions.
            double scale = link.Length / _load.Agentic!.ToolWaitMs![link.Request];
            foreach ((string name, double ms) in Tools(link.Request)) tools[name] = tools.GetValueOrDefault(name) + (ms * scale);
        }

        TimeSplit critical = TimeSplit.Of(parts, _hasTools);
        double makespan = totals.End - totals.Begin;
        Debug.Assert(Math.Abs(critical.TotalMs - makespan) <= 1e-9 * Math.Max(1.0,
            makespan), "the parts of a critical path sum to the makespan");
        return (critical, tools is null ? []
            : [.. tools.Select(tool => new ToolTime(tool.Key, tool.Value)).OrderByDescending(tool => tool.Ms)]);
    }

    private ReadOnlySpan<Segment> Path(AgentResult agent, int last, double begin) =>
        agent is TaskResult ? _paths.OfTask(last, begin) : _paths.OfSession(last, begin);

    /// <summary>The critical path of a session or task that has an end.</summary>
    public PathLink[] Links(AgentResult agent)
    {
        lock (_paths)
        {
            ReadOnlySpan<Segment> path = Path(agent, agent.Last, agent.BeginMs!.Value);
            var links = new PathLink[path.Length];
            for (int i = 0; i < links.Length; i++)
            {
                ref readonly Segment link = ref path[path.Length - 1 - i];
                int awaited = link.Part == TimePart.SubAgents ? _deciders.Source[link.Request] : -1;
                links[i] = new PathLink(
                    link.Begin, link.End, link.Part, link.Request + 1, Name(_groups.SessionOf[link.Request]),
                        _load.Agentic?.RequestIds[link.Request],
                    link.Part == TimePart.Tool ? Tool(link.Request) : null,
                    awaited >= 0 ? awaited + 1 : null, awaited >= 0 ? _load.Agentic?.RequestIds[awaited] : null);
            }

            return links;
        }
    }

    private string Name(int session) => _names[session] ??= _load.SessionNames[_groups.SessionName[session]];

    private string? Play(int session) => _load.Agentic is { PlayOf: { } plays, PlayNames: { } names }
        ? names[plays[_groups.Requests[session][0]]] : null;

    private IReadOnlyList<(string Class, double Ms)> Tools(int request)
    {
        double wait = _load.Agentic!.ToolWaitMs![request];
        return _load.Agentic.Tools?.WaitedFor(request, wait) ?? [("", wait)];
    }

    private string Tool(int request) =>
        string.Join('+', Tools(request).SelectMany(tool => tool.Class.Split('+'))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
}
