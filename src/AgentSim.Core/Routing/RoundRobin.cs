namespace AgentSim.Routing;

/// <summary>Placement in turn: workers first, the ranks of each worker in turn (behaviour 04#6.1 and 04#6.2).</summary>
/// <param name="workers">Number of workers, at least 1.</param>
/// <param name="ranks">Ranks of each worker; 1 in disaggregated pools.</param>
internal sealed class RoundRobin(int workers, int ranks)
{
    private readonly int[] _nextRank = new int[workers];
    private int _nextWorker;

    /// <summary>The next target: worker * ranks + rank.</summary>
    public int Next()
    {
        int worker = _nextWorker;
        _nextWorker = worker + 1 == workers ? 0 : worker + 1;
        int rank = _nextRank[worker];
        _nextRank[worker] = rank + 1 == ranks ? 0 : rank + 1;
        return worker * ranks + rank;
    }
}
