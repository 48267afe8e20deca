using AgentSim.Collections;
using AgentSim.Rows;

namespace AgentSim.Workload;

/// <summary>The tools that ran before each request, for reports; a replay only knows how long it waits for them.</summary>
internal sealed class ReportedTools
{
    private readonly int[] _start;       // calls of request r are [_start[r], _start[r + 1])
    private readonly int[] _class;
    private readonly double[] _durationMs;
    private readonly string[] _classes;
    private readonly (long Start, long End)[] _ran;

    private ReportedTools(int[] start, int[] toolClass, double[] durationMs, string[] classes, (long Start, long End)[] ran) =>
        (_start, _class, _durationMs, _classes, _ran) = (start, toolClass, durationMs, classes, ran);

    /// <summary>Calls of request r are <c>[Starts[r], Starts[r + 1])</c>.</summary>
    public ReadOnlySpan<int> Starts => _start;

    /// <summary>By call: its class, numbered as in <see cref="Classes"/>.</summary>
    public ReadOnlySpan<int> ClassOf => _class;

    /// <summary>By call: when it ran, milliseconds since 1970.</summary>
    public ReadOnlySpan<(long Start, long End)> Ran => _ran;

    /// <summary>The classes of all calls.</summary>
    public IReadOnlyList<string> Classes => _classes;

    /// <summary>The tools that ran before a request, in the order of its row, with their recorded durations in milliseconds.</summary>
    public IEnumerable<(string Class, double DurationMs)> CallsOf(int request)
    {
        for (int call = _start[request]; call < _start[request + 1]; call++) yield return (_classes[_class[call]], _durationMs[call]);
    }

    /// <summary>
    /// What a request waited for by class of tool: the last milliseconds in which at least one of its calls ran. Classes that ran together
    /// are one, in ascending order and joined by <c>+</c>. The pieces sum to the wait; without any call all of it is of no class.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="waitMs">How much of the time of its calls it waited for.</param>
    public IReadOnlyList<(string Class, double Ms)> WaitedFor(int request, double waitMs)
    {
        // As most requests that wait for any.
        if (_start[request + 1] - _start[request] == 1) return [(_classes[_class[_start[request]]], waitMs)];
        return [.. PiecesOf(request, waitMs).Select(piece => (string.Join('+', piece.Classes), piece.Ms))];
    }

    /// <summary>The same with the classes one by one.</summary>
    /// <param name="request">The request.</param>
    /// <param name="waitMs">How much of the time of its calls it waited for.</param>
    public IReadOnlyList<(string[] Classes, double Ms)> PiecesOf(int request, double waitMs)
    {
        (int first, int end) = (_start[request], _start[request + 1]);
        if (end - first <= 1) return [(first == end ? [] : [_classes[_class[first]]], waitMs)];
        IEnumerable<int> calls = Enumerable.Range(first, end - first);
        long[] marks = [.. calls.SelectMany(call => (long[])[_ran[call].Start, _ran[call].End]).Distinct().OrderDescending()];
        var pieces = new List<(string[] Classes, double Ms)>();
        double left = waitMs;
        for (int mark = 1; mark < marks.Length && left > 0; mark++)
        {
            string[] running = Running(first, end, marks[mark], marks[mark - 1]);
            if (running.Length == 0) continue;
            double ms = Math.Min(left, marks[mark - 1] - marks[mark]);
            Add(running, ms);
            left -= ms;
        }

        // Calls may, as they were recorded, have run for less than was waited; then none accounts for more of it than they all do.
        if (left > 0) Add(Running(first, end, long.MaxValue, long.MinValue), left);
        return pieces;

        void Add(string[] classes, double ms)
        {
            int same = pieces.FindIndex(piece => piece.Classes.AsSpan().SequenceEqual(classes));
            if (same < 0) pieces.Add((classes, ms));
            else pieces[same] = (classes, pieces[same].Ms + ms);
        }
    }

    /// <summary>The tools of several copies of the requests, one copy after the other.</summary>
    public ReportedTools Repeated(int copies) => new(
        [.. Repeat.Moved(_start[..^1], copies, _class.Length), _class.Length * copies],
        Repeat.Same(_class, copies), Repeat.Same(_durationMs, copies), _classes, Repeat.Same(_ran, copies));

    // The classes of the calls that run from one time to another; of all calls where the times are the wrong way round.
    private string[] Running(int first, int end, long from, long to)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        for (int call = first; call < end; call++)
        {
            if (from > to || (_ran[call].Start <= from && to <= _ran[call].End)) names.Add(_classes[_class[call]]);
        }

        return [.. names];
    }

    /// <summary>Fills the columns row by row.</summary>
    public struct Collector()
    {
        private readonly Dictionary<string, int> _numbers = [];
        private Column<int> _start;
        private Column<int> _class;
        private Column<double> _durationMs;
        private Column<(long Start, long End)> _ran;

        public void Add(IReadOnlyList<ToolSpan> calls)
        {
            _start.Add(_class.Count);
            foreach (ToolSpan call in calls)
            {
                _numbers.TryAdd(call.ToolClass, _numbers.Count);
                _class.Add(_numbers[call.ToolClass]);
                _durationMs.Add(call.DurationMs);
                _ran.Add((call.StartedAtUnixMs, call.EndedAtUnixMs));
            }
        }

        /// <summary>The columns; null where no row names a tool.</summary>
        public ReportedTools? Build()
        {
            if (_class.Count == 0) return null;
            _start.Add(_class.Count);
            return new ReportedTools(_start.ToArray(), _class.ToArray(), _durationMs.ToArray(), [.. _numbers.Keys], _ran.ToArray());
        }
    }
}
