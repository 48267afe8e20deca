using AgentSim.Collections;
using AgentSim.Rows;

namespace AgentSim.Workload;

/// <summary>Builds a workload of agentic rows tied by dependencies (specification 01, 6.4).</summary>
internal sealed class AgenticWorkloadBuilder(TraceFormat format, int traceBlockSize)
{
    private readonly RowColumns _rows = new(traceBlockSize);
    private readonly Dictionary<string, int> _rowOf = new(StringComparer.Ordinal);
    private readonly List<string> _ids = [];
    private readonly List<RowPlace> _places = [];
    private GrowList<double> _startTime;
    private GrowList<int> _waitStart;
    private readonly List<string> _waitFor = [];

    public int Count => _rows.Count;

    public void Add(MooncakeRow row, RowPlace place)
    {
        // Ids that are missing or blank are for the row rules to report.
        if (string.IsNullOrWhiteSpace(row.RequestId)) MooncakeRowRules.Check(row, traceBlockSize, place.Source, place.Line);
        if (!_rowOf.TryAdd(row.RequestId!, _rows.Count)) throw place.Error("RowInvalid", $"request_id '{row.RequestId}' appears twice; ids must be unique");
        double delay = (row.Delay ?? 0.0) + (row.ToolWaitMs ?? 0.0);
        int session = _rows.SessionNumber(row, place, out _);
        _rows.Add(row, place, session, delay);
        _ids.Add(row.RequestId!);
        _places.Add(place);
        _startTime.Add(row.Timestamp ?? double.NaN);
        _waitStart.Add(_waitFor.Count);
        _waitFor.AddRange(row.WaitFor);
    }

    public ReplayWorkload Build(IReadOnlyList<WorkloadInput> inputs)
    {
        _waitStart.Add(_waitFor.Count);
        int[] dependencyCount = new int[Count];
        int[] targets = new int[_waitFor.Count];
        for (int row = 0; row < Count; row++)
        {
            dependencyCount[row] = _waitStart[row + 1] - _waitStart[row];
            for (int i = _waitStart[row]; i < _waitStart[row + 1]; i++) targets[i] = Resolve(row, _waitFor[i]);
        }

        int[] dependentStart = new int[Count + 1];
        foreach (int target in targets) dependentStart[target + 1]++;
        for (int row = 0; row < Count; row++) dependentStart[row + 1] += dependentStart[row];
        int[] next = dependentStart[..^1];
        int[] dependents = new int[targets.Length];
        for (int row = 0; row < Count; row++)
        {
            for (int i = _waitStart[row]; i < _waitStart[row + 1]; i++) dependents[next[targets[i]]++] = row;
        }

        CheckAcyclic(_waitStart.ToArray(), targets);
        _rows.Trie.Seal();
        return new ReplayWorkload(new WorkloadColumns
        {
            Format = format,
            IsAgentic = true,
            TraceBlockSize = _rows.TraceBlockSize,
            Inputs = inputs,
            Trie = _rows.Trie,
            PathStart = _rows.PathStart.ToArray(),
            PathEnd = _rows.PathEnd.ToArray(),
            InputLength = _rows.InputLength.ToArray(),
            OutputLength = _rows.OutputLength.ToArray(),
            Delay = _rows.Delay.ToArray(),
            SessionOf = _rows.Session.ToArray(),
            AuthoredOutput = _rows.AuthoredOutput(row => row),
            QueueAttributes = _rows.Queueing(row => row),
            SessionNames = _rows.SessionNames,
            RequestIds = [.. _ids],
            StartTime = _startTime.ToArray(),
            DependencyCount = dependencyCount,
            DependentStart = dependentStart,
            Dependents = dependents,
        });
    }

    private int Resolve(int row, string id)
    {
        if (!_rowOf.TryGetValue(id, out int target)) throw _places[row].Error("DependencyUnknown", $"wait_for names '{id}', which is no request of this workload; keep the rows it depends on");
        if (target == row) throw _places[row].Error("DependencyCycle", $"request '{id}' waits for itself");
        return target;
    }

    private void CheckAcyclic(int[] offsets, int[] targets)
    {
        int row = new Dependencies(offsets, targets).FindCycle();
        if (row >= 0) throw _places[row].Error("DependencyCycle", $"request '{_ids[row]}' waits, through others, for itself; remove one of the dependencies");
    }
}
