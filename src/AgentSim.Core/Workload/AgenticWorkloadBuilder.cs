using AgentSim.Collections;
using AgentSim.Rows;

namespace AgentSim.Workload;

/// <summary>Builds a workload of agentic rows of version 1, which wait for other rows to end (behaviour 01#6.4).</summary>
internal sealed class AgenticWorkloadBuilder(TraceFormat format, int traceBlockSize) : IWorkloadBuilder
{
    private readonly RowColumns _rows = new(traceBlockSize);
    private readonly RowIds _ids = new();
    private readonly AwaitedRows _awaited = new();
    private Column<double> _think;
    private Column<double> _toolWait;
    private Column<double> _startTime;
    private ReportedTools.Collector _tools = new();
    private Column<(long Start, long End)> _recorded;
    private readonly List<(int Row, string Id)> _branches = [];
    private double _origin = double.PositiveInfinity;
    private double _latest = double.NegativeInfinity;

    public void Add(MooncakeRow row, RowPlace place)
    {
        // Ids that are missing or blank are for the row rules to report.
        if (string.IsNullOrWhiteSpace(row.RequestId)) MooncakeRowRules.Check(row, traceBlockSize, place.Source, place.Line);
        _ids.Add(row.RequestId!, place);
        int session = _rows.SessionNumber(row, place, out _);
        _rows.Add(row, place, session);
        _think.Add(row.Delay ?? 0.0);
        _toolWait.Add(row.ToolWaitMs ?? 0.0);
        // The time of a row that waits counts as a time of the trace, but does not decide when the row starts.
        if (row.Timestamp < _origin) _origin = row.Timestamp.Value;
        if (row.Timestamp > _latest) _latest = row.Timestamp.Value;
        _startTime.Add(row.WaitFor.Count > 0 ? double.NaN : row.Timestamp ?? double.NaN);
        _tools.Add(row.ToolEvents);
        if (row.Recorded is { } recorded) _recorded.Add(recorded);
        for (int i = 0; i < row.Branches.Count; i++) _branches.Add((_ids.Count - 1, row.Branches[i]));
        _awaited.Add(row.WaitFor, _ids);
    }

    public ReplayWorkload Build(IReadOnlyList<WorkloadInput> inputs)
    {
        Dependencies dependencies = _awaited.Build(_ids);
        int count = _ids.Count;
        var dependencyCount = new int[count];
        var completions = default(ReleaseEdges.Collector);
        for (int row = 0; row < count; row++)
        {
            dependencyCount[row] = dependencies[row].Length;
            foreach (int target in dependencies[row]) completions.Add(target, row, _think[row] + _toolWait[row]);
        }

        (int Request, int Branch)[] branches = 
        [
            .. _branches.Select(branch => (branch.Row, _ids.Names.Find(branch.Id))).Where(branch => branch.Item2 >= 0),
        ];
        _ids.Names.Seal();
        _rows.Seal();
        return new ReplayWorkload(new WorkloadColumns
        {
            Format = format,
            TraceBlockSize = _rows.TraceBlockSize,
            Inputs = inputs,
            Trie = _rows.Trie,
            PathStart = _rows.PathStart.ToArray(),
            PathEnd = _rows.PathEnd.ToArray(),
            InputLength = _rows.InputLength.ToArray(),
            OutputLength = _rows.OutputLength.ToArray(),
            SessionOf = _rows.Session.ToArray(),
            AuthoredOutput = _rows.AuthoredOutput(row => row),
            QueueAttributes = _rows.Queueing(row => row),
            SessionNames = _rows.SessionNames,
            UnnamedSessions = _rows.UnnamedSessions,
            Places = _rows.Places.Build(),
            Agentic = new AgenticColumns
            {
                RequestIds = _ids.Names,
                Origin = _origin,
                Latest = _latest,
                EarliestStart = _startTime.ToArray(),
                DependencyCount = dependencyCount,
                ThinkMs = _think.ToArray(),
                ToolWaitMs = _toolWait.ToArray(),
                OnCompletion = completions.Group(count),
                Tools = _tools.Build(),
                Branches = branches,
                Recorded = _recorded.Count == count ? _recorded.ToArray() : null,
            },
        });
    }
}
