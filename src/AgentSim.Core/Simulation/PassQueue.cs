using System.Numerics;

namespace AgentSim.Simulation;

/// <summary>
/// When a worker's pass ends, with what decides between passes that end together: the one that started earlier comes
/// first, then the one started in the earlier round of that timestamp, then the lower worker (behaviour 04#5.2;
/// the reference numbers its events in this order).
/// </summary>
internal readonly record struct PassEnd(double Time, double Start, int Round)
{
    /// <summary>
    /// How far the passes of a stretch have been computed that goes on behind (<see cref="Engines.DecodeStretch.IsOpen"/>): no event,
    /// but before all that ends at the same time, so that more is computed before the clock gets there.
    /// </summary>
    public static PassEnd Open(double time) => new(time, double.NegativeInfinity, 0);

    /// <summary>Whether it stands for passes that are still to be computed.</summary>
    public bool IsOpen => double.IsNegativeInfinity(Start);

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
    private readonly int _leaves;        // workers, and as many more as make a power of two
    private readonly PassEnd[] _ends;    // by worker

    // By node: 1 is the root, the children of n are 2n and 2n + 1, and the last half are the leaves.
    private readonly int[] _first;       // the worker
    private readonly double[] _times;    // when its pass ends: infinity where none is pending

    public PassQueue(int workers)
    {
        _leaves = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(workers, 2));
        _ends = new PassEnd[workers];
        _first = new int[2 * _leaves];
        _times = new double[2 * _leaves];
        Array.Fill(_times, double.PositiveInfinity);
        for (int leaf = 0; leaf < _leaves; leaf++) _first[_leaves + leaf] = leaf;
        for (int node = _leaves - 1; node > 0; node--) _first[node] = _first[2 * node];
    }

    public int Count { get; private set; }

    /// <summary>Time of the first pass to end, infinity when none is pending.</summary>
    public double NextTime => _times[1];

    /// <summary>The first pass to end.</summary>
    public PassEnd FirstEnd => _ends[_first[1]];

    /// <summary>Worker of the first pass to end.</summary>
    public int First => _first[1];

    /// <summary>Sets or changes when a worker's pass ends, which is at a finite time.</summary>
    public void Set(int worker, PassEnd end)
    {
        if (double.IsPositiveInfinity(_times[_leaves + worker])) Count++;
        _ends[worker] = end;
        Update(worker, end.Time);
    }

    /// <summary>Forgets a worker's pending pass.</summary>
    public void Remove(int worker)
    {
        Count--;
        Update(worker, double.PositiveInfinity);
    }

    // The processor cannot predict which of two passes ends first, so the choice is made without a branch.
    private void Update(int worker, double time)
    {
        double[] times = _times;
        times[_leaves + worker] = time;
        for (int node = (_leaves + worker) >> 1; node > 0; node >>= 1)
        {
            int child = 2 * node;
            double left = times[child], right = times[child + 1];
            child += left == right ? IsRightOfEqual(child) : right < left ? 1 : 0;
            times[node] = times[child];
            _first[node] = _first[child];
        }
    }

    private int IsRightOfEqual(int left) =>
        !double.IsPositiveInfinity(_times[left]) && _ends[_first[left + 1]].CompareTo(_ends[_first[left]]) < 0 ? 1 : 0;
}

/// <summary>
/// What is settled at one timestamp, for all pools of a runtime: the number of the round, which decides the order of what ends
/// together later. It counts the rounds in which workers start passes, and passes that take no time (behaviour 04#5.4).
/// </summary>
internal sealed class Settling
{
    public int Round { get; set; }

    /// <summary>
    /// False until the first round at this timestamp has started passes, or a pass that takes no time took effect in it. Within a
    /// stretch, a pass that begins right now has not started until then.
    /// </summary>
    public bool Driven { get; set; }

    /// <summary>
    /// At this timestamp a rank ran a pass without effect which changed it nevertheless
    /// (<see cref="Engines.Scheduler.ChangesWithoutEffect"/>).
    /// </summary>
    public bool TriedInVain { get; set; }

    /// <summary>
    /// There was such a rank at the last timestamp. It is tried again at the next one, and how often it is tried matters. So the
    /// clock has to stop at the end of every single pass of all workers, and no stretches are planned.
    /// </summary>
    public bool EveryPassCounts { get; private set; }

    public void Begin() => (Round, Driven, TriedInVain) = (0, false, false);

    public void EndRound()
    {
        Driven = true;
        Round++;
    }

    public void End() => EveryPassCounts = TriedInVain;
}
