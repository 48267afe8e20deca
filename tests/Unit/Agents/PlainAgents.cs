using AgentSim.Agents;
using AgentSim.Recording;
using AgentSim.Simulation;

namespace AgentSim.Tests.Agents;

/// <summary>What one session or task must be, computed the plain way: by rows and ids, with every definition written out.</summary>
/// <param name="Name">Of a task: its root session.</param>
/// <param name="Play">Its play.</param>
/// <param name="Status">What became of it.</param>
/// <param name="Begin">Null: it never began.</param>
/// <param name="End">Null: nothing ended.</param>
/// <param name="Busy">By part.</param>
/// <param name="Path">First link first; adjacent pieces of one request and part are one.</param>
internal sealed record PlainAgent(
    string Name, string? Play, AgentStatus Status, double? Begin, double? End, double[] Busy,
        IReadOnlyList<(TimePart Part, double Begin, double End, string Id)> Path);

/// <summary>
/// Sessions and tasks from the rows of a graph and the records of its requests. It shares nothing with the code it is compared with
/// but the records; it is slow and has no shortcuts.
/// </summary>
internal sealed class PlainAgents
{
    private readonly GraphRun _graph;
    private readonly Dictionary<string, GraphRow> _rows;
    private readonly Dictionary<string, int> _index = [];   // load order
    private readonly RunTimes _times;
    private readonly double _ratio;
    private readonly double _origin;

    public PlainAgents(GraphRun graph, ReplayResult result)
    {
        (_graph, _times) = (graph, result.Times!);
        _rows = graph.Rows.ToDictionary(row => row.Id);
        _ratio = graph.Settings.Concurrency is null ? graph.Settings.ArrivalSpeedupRatio : 1.0;
        if (graph.Version == 2) _origin = graph.Rows.Min(row => row.NotBefore!.Value);
        // Plain rows come session by session; ids are in file order.
        IEnumerable<GraphRow> order = graph.Version == 0 ? graph.Rows.GroupBy(row => row.Session).SelectMany(group => group) : graph.Rows;
        foreach (GraphRow row in order) _index.Add(row.Id, _index.Count);
    }

    public static bool HasAgents(GraphRun graph) =>
        graph.Rows.Any(row => row.Waits.Count > 0) || graph.Rows.Select(row => row.Session).Distinct().Count() < graph.Rows.Count;

    public List<PlainAgent> Sessions() => [.. InOrder(_graph.Rows).GroupBy(row => (row.Play, row.Session))
        .Select(rows => Make([.. rows], isTask: false))];

    public List<PlainAgent> Tasks()
    {
        var open = InOrder(_graph.Rows).ToList();
        var tasks = new List<PlainAgent>();
        while (open.Count > 0)
        {
            // Grown from its first row until nothing more belongs to it.
            List<GraphRow> task = [open[0]];
            for (int i = 0; i < task.Count; i++)
            {
                foreach (GraphRow other in open.Where(other => !task.Contains(other) && AreTogether(task[i], other)).ToList())
                    task.Add(other);
            }

            open.RemoveAll(task.Contains);
            tasks.Add(Make([.. InOrder(task)], isTask: true));
        }

        return tasks;
    }

    /// <summary>When a request could start, by what is known of it; null: it waits for nothing.</summary>
    public double? Explained(GraphRow row) => Decider(row) is { } decider
        ? Math.Max(decider.Ready, Earliest(row))
        : null;

    // Of a closed loop of tasks it counts from where the task was let in; plays are the tasks of rows that have such times.
    private double Earliest(GraphRow row)
    {
        if (row.NotBefore is not { } time) return double.NegativeInfinity;
        return _graph.Settings.Knobs.ConcurrentTasks is { } most
            ? LetIn(row.Play!, most) + ((time - Start(row.Play!)) / _ratio)
            : (time - _origin) / _ratio;
    }

    private double Start(string play) =>
        _graph.Rows.Where(row => row.Play == play && row.Waits.Count == 0).Min(row => row.NotBefore!.Value);

    // The first so many at once, every other when one more has ended; their order is that of starts, then names.
    private double LetIn(string play, int most)
    {
        string[] plays = [.. _graph.Rows.Select(row => row.Play!).Distinct().OrderBy(Start).ThenBy(name => name, StringComparer.Ordinal)];
        int at = Array.IndexOf(plays, play);
        return at < most ? 0.0 : plays.Take(at).Select(End).Order().ElementAt(at - most);
    }

    // One of which nothing is running and nothing will run any more; infinity: it never ends.
    private double End(string play)
    {
        GraphRow[] rows = [.. _graph.Rows.Where(row => row.Play == play)];
        bool failed = rows.Any(row => HasEnded(row) && Outcome(row).Status != TerminalStatus.Completed);
        bool isOver = rows.All(row => HasEnded(row) || (failed && double.IsNaN(Outcome(row).Arrival)));
        return isOver ? rows.Where(HasEnded).Max(row => Outcome(row).Terminal) : double.PositiveInfinity;
    }

    public RequestOutcome Outcome(GraphRow row) => _times.Outcomes[_index[row.Id]];

    private IEnumerable<GraphRow> InOrder(IEnumerable<GraphRow> rows) => rows.OrderBy(row => _index[row.Id]);

    private bool AreTogether(GraphRow a, GraphRow b)
    {
        if (_graph.Version == 2) return a.Play == b.Play;
        if (a.Session == b.Session) return true;
        return _graph.Version == 1 && (Names(a, b) || Names(b, a));

        static bool Names(GraphRow from, GraphRow to) => from.Waits.Any(wait => wait.Id == to.Id) || from.Branches.Contains(to.Id);
    }

    private PlainAgent Make(GraphRow[] rows, bool isTask)
    {
        GraphRow first = rows.OrderBy(row => row.IsUnnamed).ThenBy(row => row.Waits.Count > 0).ThenBy(row => _index[row.Id]).First();
        bool playFailed = _graph.Version == 2
            && _graph.Rows.Any(row => row.Play == first.Play
            && Outcome(row).Status is not (TerminalStatus.None or TerminalStatus.Completed));
        bool failed = rows.Any(row => Outcome(row).Status is not (TerminalStatus.None or TerminalStatus.Completed)
            || (playFailed && double.IsNaN(Outcome(row).Arrival)));
        AgentStatus status = failed ? AgentStatus.Failed : rows.Any(row => Outcome(row).Status == TerminalStatus.None)
            ? AgentStatus.Unfinished : AgentStatus.Completed;
        GraphRow[] begun = [.. rows.Where(row => !double.IsNaN(Outcome(row).Arrival))], ended = [.. rows.Where(HasEnded)];
        double? begin = begun.Length > 0 ? begun.Min(row => Outcome(row).Arrival) : null, end = ended.Length > 0
            ? ended.Max(row => Outcome(row).Terminal) : null;
        if (end is null) return new PlainAgent(first.Session, first.Play, status, begin, null, [], []);

        List<(TimePart Part, double Begin, double End)> busy = [];
        foreach (GraphRow row in begun)
        {
            busy.AddRange(States(row, end.Value));
            busy.AddRange(SessionGap(row));
            GraphRow firstOfSession = begun.Where(other => other.Session == row.Session)
                .OrderBy(other => Outcome(other).Arrival).ThenBy(other => _index[other.Id]).First();
            if (isTask && row == firstOfSession)
                busy.AddRange(Decider(row) is { } decider ? Gap(row, decider.Time) : Gap(row, begin!.Value));
        }

        return new PlainAgent(first.Session, first.Play, status, begin, end, Covered(busy, end.Value),
            Path(ended, begin!.Value, end.Value, isTask));
    }

    private bool HasEnded(GraphRow row) => Outcome(row).Status != TerminalStatus.None;

    private (GraphRow Row, double Time, double Ready, bool OnDispatch)? Decider(GraphRow row)
    {
        if (row.Waits.Count == 0) return null;
        return row.Waits.Select(wait =>
        {
            GraphRow source = _rows[wait.Id];
            double time = wait.OnDispatch ? Outcome(source).Arrival : Outcome(source).Terminal;
            return (Row: source, Time: time, Ready: time + (wait.Delay / _ratio), wait.OnDispatch);
        }).OrderByDescending(wait => wait.Ready).ThenByDescending(wait => wait.Time).ThenByDescending(wait =>
            wait.Row.Session == row.Session).ThenBy(wait => _index[wait.Row.Id]).ThenBy(wait => wait.OnDispatch).First();
    }

    // The last end of its own session before it, if any.
    private GraphRow? OwnBefore(GraphRow row) => _graph.Rows
        .Where(other => other.Session == row.Session && other.Play == row.Play && HasEnded(other)
            && Outcome(other).Terminal <= Outcome(row).Arrival && Outcome(other).Arrival < Outcome(row).Arrival)
        .OrderByDescending(other => Outcome(other).Terminal).ThenBy(other => _index[other.Id]).FirstOrDefault();

    private double SessionBegin(GraphRow row) => _graph.Rows
        .Where(other => other.Session == row.Session && other.Play == row.Play && !double.IsNaN(Outcome(other).Arrival)).Min(other =>
            Outcome(other).Arrival);

    private List<(TimePart Part, double Begin, double End)> SessionGap(GraphRow row)
    {
        double from = OwnBefore(row) is { } before ? Outcome(before).Terminal : SessionBegin(row);
        if (Decider(row) is { } decider && decider.Row.Session == row.Session) from = Math.Max(from, decider.Time);
        return Gap(row, from);
    }

    private List<(TimePart Part, double Begin, double End)> Gap(GraphRow row, double from)
    {
        double arrival = Outcome(row).Arrival;
        if (Decider(row) is not { } decider) return Cut(from, arrival, (TimePart.RecordedStart, arrival));
        double notBefore = Earliest(row);
        double tool = _graph.Version == 1 ? decider.Time + (row.Tool / _ratio) : double.NegativeInfinity;
        return Cut(from, arrival, (TimePart.SubAgents, decider.Time), (TimePart.Tool, tool), (TimePart.Delay, decider.Ready),
            (TimePart.RecordedStart, notBefore), (TimePart.Queued, arrival));
    }

    private List<(TimePart Part, double Begin, double End)> States(GraphRow row, double cap)
    {
        int request = _index[row.Id];
        RequestOutcome outcome = Outcome(row);
        double end = HasEnded(row) ? outcome.Terminal : cap;
        var marks = new List<(TimePart, double)>();
        if (_times.Handoffs is { } handoffs)
        {
            HandoffOutcome handoff = handoffs[request];
            marks.Add((TimePart.Queued, Known(handoff.PrefillAdmit)));
            marks.Add((TimePart.Prefill, Known(handoff.SourceHeld)));
            marks.Add((TimePart.Queued, Math.Max(Known(handoff.SourceHeld), Known(handoff.DestinationReserved))));
            marks.Add((TimePart.Transfer, Known(_times.TransferEnds![request])));
            marks.Add((TimePart.Queued, Known(handoff.DecodeAdmit)));
        }
        else
        {
            marks.Add((TimePart.Queued, Known(outcome.FirstAdmit)));
            marks.Add((TimePart.Prefill, Known(outcome.FirstToken)));
        }

        foreach (Readmission again in _times.Readmissions.Where(again => again.Request == request))
        {
            marks.Add((TimePart.Decode, again.LastToken));
            marks.Add((TimePart.Queued, again.Admitted));
        }

        marks.Add((TimePart.Decode, end));
        return Cut(outcome.Arrival, end, [.. marks]);

        static double Known(double time) => double.IsNaN(time) ? double.PositiveInfinity : time;
    }

    // Every part reaches from the greatest mark so far to its own.
    private static List<(TimePart Part, double Begin, double End)> Cut(double begin, double end,
        params (TimePart Part, double Until)[] marks)
    {
        var pieces = new List<(TimePart, double, double)>();
        double at = begin;
        foreach ((TimePart part, double until) in marks)
        {
            double to = Math.Min(until, end);
            if (to <= at) continue;
            pieces.Add((part, at, to));
            at = to;
        }

        return pieces;
    }

    private static double[] Covered(List<(TimePart Part, double Begin, double End)> busy, double cap)
    {
        var sums = new double[Enum.GetValues<TimePart>().Length];
        foreach (IGrouping<TimePart, (TimePart Part, double Begin, double End)> part in busy.GroupBy(piece => piece.Part))
        {
            double[] marks = [.. part.SelectMany(piece => (double[])[Math.Min(piece.Begin, cap), Math.Min(piece.End, cap)])
                .Distinct().Order()];
            for (int i = 1; i < marks.Length; i++)
            {
                if (part.Any(piece => piece.Begin <= marks[i - 1] && marks[i] <= piece.End)) sums[(int)part.Key] += marks[i] - marks[i - 1];
            }
        }

        return sums;
    }

    private List<(TimePart Part, double Begin, double End, string Id)> Path(GraphRow[] ended, double begin, double end, bool isTask)
    {
        var path = new List<(TimePart Part, double Begin, double End, string Id)>();
        GraphRow? row = ended.Where(each => Outcome(each).Terminal == end).OrderBy(each => _index[each.Id]).First();
        bool fromEnd = true;
        while (row is not null)
        {
            var pieces = fromEnd ? States(row, end) : [];
            (GraphRow? next, double from, fromEnd) = Decider(row) is { } decider && (isTask || decider.Row.Session == row.Session)
                ? (decider.Row, decider.Time, !decider.OnDispatch)
                : !isTask && OwnBefore(row) is { } own ? (own, Outcome(own).Terminal, true) : (null, begin, true);
            path.InsertRange(0, Gap(row, from).Concat(pieces).Select(piece => (piece.Part, piece.Begin, piece.End, row.Id)));
            row = next;
        }

        for (int i = path.Count - 1; i > 0; i--)
        {
            if (path[i].Part != path[i - 1].Part || path[i].Id != path[i - 1].Id) continue;
            path[i - 1] = path[i - 1] with { End = path[i].End };
            path.RemoveAt(i);
        }

        return path;
    }
}
