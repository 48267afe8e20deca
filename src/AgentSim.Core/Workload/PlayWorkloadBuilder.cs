using AgentSim.Collections;
using AgentSim.Rows;

namespace AgentSim.Workload;

/// <summary>
/// Builds a workload of agentic rows of version 2, which belong to plays and depend on the start or the end of other
/// rows (behaviour 01#12.1 to 01#12.3). Requests are the rows in the order of their ids.
/// </summary>
internal sealed class PlayWorkloadBuilder(TraceFormat format, int traceBlockSize) : IWorkloadBuilder
{
    private readonly RowColumns _rows = new(traceBlockSize);
    private readonly RowIds _ids = new();
    private readonly Dictionary<string, int> _plays = new(StringComparer.Ordinal);
    private readonly List<RowDependency> _dependencies = [];
    private Column<int> _dependencyStart;
    private Column<int> _playOf;
    private Column<double> _notBefore;

    public void Add(MooncakeRow row, RowPlace place)
    {
        MooncakeRowRules.Check(row, traceBlockSize, place.Source, place.Line);
        _ids.Add(row.RequestId!, place);
        _rows.Add(row, place, _rows.SessionNumber(row, place, out _));
        _plays.TryAdd(row.PlayId!, _plays.Count);
        _playOf.Add(_plays[row.PlayId!]);
        _notBefore.Add(row.NotBeforeMs!.Value);
        _dependencyStart.Add(_dependencies.Count);
        _dependencies.AddRange(row.Dependencies);
    }

    public ReplayWorkload Build(IReadOnlyList<WorkloadInput> inputs)
    {
        _dependencyStart.Add(_dependencies.Count);
        int[] rowOf = [.. Enumerable.Range(0, _ids.Count)];
        rowOf.AsSpan().Sort((a, b) => Utf8Order.Compare(_ids.Names.Characters(a), _ids.Names.Characters(b)));
        var requestOf = new int[rowOf.Length];
        for (int request = 0; request < rowOf.Length; request++) requestOf[rowOf[request]] = request;

        int[] pathStart = _rows.PathStart.Arranged(requestOf);
        int[] pathEnd = _rows.PathEnd.Arranged(requestOf);
        IReadOnlyList<uint>?[]? authored = _rows.AuthoredOutput(row => requestOf[row]);
        // Nothing but authored tokens is ever compared with the numbers of ids.
        if (authored is not null) _rows.Trie.Renumber(pathStart, pathEnd);
        _rows.Seal();
        return new ReplayWorkload(new WorkloadColumns
        {
            Format = format,
            TraceBlockSize = _rows.TraceBlockSize,
            Inputs = inputs,
            Trie = _rows.Trie,
            PathStart = pathStart,
            PathEnd = pathEnd,
            InputLength = _rows.InputLength.Arranged(requestOf),
            OutputLength = _rows.OutputLength.Arranged(requestOf),
            SessionOf = _rows.Session.Arranged(requestOf),
            AuthoredOutput = authored,
            QueueAttributes = _rows.Queueing(row => requestOf[row]),
            SessionNames = _rows.SessionNames,
            Places = _rows.Places.Build(requestOf),
            Agentic = Tie(rowOf, requestOf),
        });
    }

    private AgenticColumns Tie(int[] rowOf, int[] requestOf)
    {
        var targets = new int[_dependencies.Count];   // by row
        foreach (int row in rowOf)
        {
            for (int i = _dependencyStart[row]; i < _dependencyStart[row + 1]; i++) targets[i] = Target(row, _dependencies[i]);
        }

        _ids.CheckAcyclic(new Dependencies(_dependencyStart.ToArray(), targets));
        var dependencyCount = new int[rowOf.Length];
        ReleaseEdges.Collector completions = default, dispatches = default;
        for (int row = 0; row < rowOf.Length; row++)
        {
            int request = requestOf[row];
            for (int i = _dependencyStart[row]; i < _dependencyStart[row + 1]; i++)
            {
                dependencyCount[request]++;
                RowDependency dependency = _dependencies[i];
                if (dependency.Trigger == DependencyTrigger.Dispatch) dispatches.Add(requestOf[targets[i]], request, dependency.DelayMs);
                else completions.Add(requestOf[targets[i]], request, dependency.DelayMs);
            }
        }

        double[] earliest = _notBefore.Arranged(requestOf);
        return new AgenticColumns
        {
            RequestIds = _ids.Names.Arranged(requestOf),
            Origin = earliest.Min(),
            Latest = earliest.Max(),
            EarliestStart = earliest,
            DependencyCount = dependencyCount,
            OnCompletion = completions.Group(rowOf.Length),
            OnDispatch = dispatches.Count > 0 ? dispatches.Group(rowOf.Length) : null,
            PlayOf = _playOf.Arranged(requestOf),
            PlayNames = [.. _plays.Keys],
        };
    }

    private int Target(int row, RowDependency dependency)
    {
        int target = _ids.Find(row, dependency.RequestId);
        if (_playOf[target] == _playOf[row]) return target;
        throw _ids.Place(row).Error(Errors.DependencyOutsidePlay,
            $"request {Quote.Of(_ids[row])} depends on {Quote.Of(dependency.RequestId)} of another play; dependencies stay within a play");
    }
}
