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

    private ReportedTools(int[] start, int[] toolClass, double[] durationMs, string[] classes) =>
        (_start, _class, _durationMs, _classes) = (start, toolClass, durationMs, classes);

    /// <summary>The tools that ran before a request, in the order of its row, with their recorded durations in milliseconds.</summary>
    public IEnumerable<(string Class, double DurationMs)> CallsOf(int request)
    {
        for (int call = _start[request]; call < _start[request + 1]; call++) yield return (_classes[_class[call]], _durationMs[call]);
    }

    /// <summary>Fills the columns row by row.</summary>
    public struct Collector()
    {
        private readonly Dictionary<string, int> _numbers = [];
        private GrowList<int> _start;
        private GrowList<int> _class;
        private GrowList<double> _durationMs;

        public void Add(IReadOnlyList<ToolSpan> calls)
        {
            _start.Add(_class.Count);
            foreach (ToolSpan call in calls)
            {
                _numbers.TryAdd(call.ToolClass, _numbers.Count);
                _class.Add(_numbers[call.ToolClass]);
                _durationMs.Add(call.DurationMs);
            }
        }

        /// <summary>The columns; null where no row names a tool.</summary>
        public ReportedTools? Build()
        {
            if (_class.Count == 0) return null;
            _start.Add(_class.Count);
            return new ReportedTools(_start.ToArray(), _class.ToArray(), _durationMs.ToArray(), [.. _numbers.Keys]);
        }
    }
}
