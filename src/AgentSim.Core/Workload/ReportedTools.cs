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

    /// <summary>The tools that ran before a request, in the order of its row, with their recorded durations in milliseconds.</summary>
    public IEnumerable<(string Class, double DurationMs)> CallsOf(int request)
    {
        for (int call = _start[request]; call < _start[request + 1]; call++) yield return (_classes[_class[call]], _durationMs[call]);
    }

    /// <summary>
    /// The classes of the calls that a request waited for: of those that ran in the last milliseconds in which any of its calls did,
    /// in the order of its row, each once, joined by <c>+</c>. Empty when the row names none.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="waitMs">How much of the time in which at least one of its calls ran was waited for: the last of it.</param>
    public string WaitedFor(int request, double waitMs)
    {
        Span<(long Start, long End)> calls = _ran.AsSpan(_start[request].._start[request + 1]);
        if (calls.Length == 1) return _classes[_class[_start[request]]];
        double from = WaitStart(calls, waitMs);
        List<string> names = [];
        for (int call = 0; call < calls.Length; call++)
        {
            string name = _classes[_class[_start[request] + call]];
            // They may have run for less than was waited for, as they were recorded; then none is more likely than another.
            if ((calls[call].End > from || double.IsNaN(from)) && !names.Contains(name)) names.Add(name);
        }

        return string.Join('+', names);
    }

    // When the last so many milliseconds begin in which at least one of the calls ran; NaN: they ran for less.
    private static double WaitStart(ReadOnlySpan<(long Start, long End)> calls, double waitMs)
    {
        (long Start, long End)[] byEnd = calls.ToArray();
        Array.Sort(byEnd, static (a, b) => b.End.CompareTo(a.End));
        double left = waitMs;
        for (int next = 0; next < byEnd.Length;)
        {
            (long start, long end) = byEnd[next++];
            while (next < byEnd.Length && byEnd[next].End >= start) start = Math.Min(start, byEnd[next++].Start);
            if (end - start >= left) return end - left;
            left -= end - start;
        }

        return double.NaN;
    }

    /// <summary>Fills the columns row by row.</summary>
    public struct Collector()
    {
        private readonly Dictionary<string, int> _numbers = [];
        private GrowList<int> _start;
        private GrowList<int> _class;
        private GrowList<double> _durationMs;
        private GrowList<(long Start, long End)> _ran;

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
