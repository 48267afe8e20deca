using System.Numerics;

namespace AgentSim.Simulation;

/// <summary>
/// When a worker's pass ends, with what decides between passes that end together: the one that started earlier comes
/// first, then the one started in the earlier round of that timestamp, then the lower worker (specification 04, 5.2;
/// the reference numbers its events in this order).
/// </summary>
internal readonly record struct PassEnd(double Time, double Start, int Round)
{
    public int CompareTo(in PassEnd other)
    {
        if (Time != other.Time) return Time < other.Time ? -1 : 1;
        if (Start != other.Start) return Start < other.Start ? -1 : 1;
        return Round.CompareTo(other.Round);
    }
}

/// <summary>
/// The pending pass ends, at most one a worker: a tree of which each node names the worker below it whose pass ends first.
/// </summary>
internal sealed class PassQueue
{
    private readonly PassEnd[] _ends;    // by worker
    private readonly double[] _times;    // by leaf, which is a worker as far as there are any: infinity where none is pending
    private readonly int[] _first;       // by node: 1 is the root, the children of n are 2n and 2n + 1, and the last half are leaves

    public PassQueue(int workers)
    {
        int leaves = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(workers, 2));
        _ends = new PassEnd[workers];
        _times = new double[leaves];
        Array.Fill(_times, double.PositiveInfinity);
        _first = new int[2 * leaves];
        for (int leaf = 0; leaf < leaves; leaf++) _first[leaves + leaf] = leaf;
        for (int node = leaves - 1; node > 0; node--) _first[node] = _first[2 * node];
    }

    public int Count { get; private set; }

    /// <summary>Time of the first pass to end, infinity when none is pending.</summary>
    public double NextTime => _times[_first[1]];

    /// <summary>The first pass to end.</summary>
    public PassEnd FirstEnd => _ends[_first[1]];

    /// <summary>Worker of the first pass to end.</summary>
    public int First => _first[1];

    /// <summary>Sets or changes when a worker's pass ends, which is at a finite time.</summary>
    public void Set(int worker, PassEnd end)
    {
        if (double.IsPositiveInfinity(_times[worker])) Count++;
        _ends[worker] = end;
        _times[worker] = end.Time;
        Update(worker);
    }

    /// <summary>Forgets a worker's pending pass.</summary>
    public void Remove(int worker)
    {
        Count--;
        _times[worker] = double.PositiveInfinity;
        Update(worker);
    }

    // Which of two passes ends first is anybody's guess, also the processor's: the choice is made without a branch.
    private void Update(int worker)
    {
        int[] first = _first;
        for (int node = (_times.Length + worker) >> 1; node > 0; node >>= 1)
        {
            int left = first[2 * node], right = first[(2 * node) + 1];
            double leftTime = _times[left], rightTime = _times[right];
            int isRight = rightTime == leftTime ? IsRightOfEqual(left, right) : rightTime < leftTime ? 1 : 0;
            first[node] = left ^ ((left ^ right) & -isRight);
        }
    }

    private int IsRightOfEqual(int left, int right) =>
        !double.IsPositiveInfinity(_times[right]) && _ends[right].CompareTo(_ends[left]) < 0 ? 1 : 0;
}
