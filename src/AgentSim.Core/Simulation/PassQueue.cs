using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

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
/// The pending pass ends, at most one a worker: a tree of which each node names the worker below it whose pass ends first. A node has eight
/// children, whose times are compared at once.
/// </summary>
internal sealed class PassQueue
{
    private const int ChildBits = 3;
    private const int Children = 1 << ChildBits;

    private readonly PassEnd[] _ends;      // by worker
    private readonly double[][] _times;    // by level, from the workers up to the root: when the pass ends; infinity where none is pending
    private readonly int[][] _first;       // by level, from the parents of workers up to the root: the worker whose pass it is

    public PassQueue(int workers)
    {
        _ends = new PassEnd[workers];
        List<double[]> times = [];
        List<int[]> first = [];
        int nodes = workers;
        do
        {
            int parents = (nodes + Children - 1) >> ChildBits;
            times.Add(Enumerable.Repeat(double.PositiveInfinity, parents * Children).ToArray());
            first.Add(new int[parents]);
            nodes = parents;
        }
        while (nodes > 1);
        (_times, _first) = ([.. times], [.. first]);
    }

    public int Count { get; private set; }

    /// <summary>Time of the first pass to end, infinity when none is pending.</summary>
    public double NextTime { get; private set; } = double.PositiveInfinity;

    /// <summary>Worker of the first pass to end.</summary>
    public int First { get; private set; }

    /// <summary>The first pass to end.</summary>
    public ref readonly PassEnd FirstEnd => ref _ends[First];

    /// <summary>Sets or changes when a worker's pass ends, which is at a finite time.</summary>
    public void Set(int worker, in PassEnd end)
    {
        if (double.IsPositiveInfinity(_times[0][worker])) Count++;
        _ends[worker] = end;
        Update(worker, end.Time);
    }

    /// <summary>Forgets a worker's pending pass.</summary>
    public void Remove(int worker)
    {
        Count--;
        Update(worker, double.PositiveInfinity);
    }

    private void Update(int worker, double time)
    {
        if (_times.Length > 1)
        {
            UpdateTree(worker, time);
            return;
        }

        // So few workers that they are all children of the root.
        double[] times = _times[0];
        times[worker] = time;
        uint earliest = Earliest(ref MemoryMarshal.GetArrayDataReference(times), out time);
        int first = BitOperations.TrailingZeroCount(earliest);
        if ((earliest & (earliest - 1)) != 0) first = FirstOfEqual(0, first, earliest);
        (NextTime, First) = (time, first);
    }

    private void UpdateTree(int worker, double time)
    {
        int node = worker, first = worker;
        for (int level = 0; level < _times.Length; level++)
        {
            double[] times = _times[level];
            times[node] = time;
            node >>= ChildBits;
            int child = node << ChildBits;
            uint earliest = Earliest(ref times[child], out time);
            child += BitOperations.TrailingZeroCount(earliest);
            if ((earliest & (earliest - 1)) != 0) child = FirstOfEqual(level, child, earliest);
            first = WorkerOf(level, child);
            _first[level][node] = first;
        }

        (NextTime, First) = (time, first);
    }

    // The least of eight times, and which of them are that. The processor cannot predict which it is, so there is no branch.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Earliest(ref double times, out double time)
    {
        Vector128<double> a = Vector128.LoadUnsafe(ref times), b = Vector128.LoadUnsafe(ref times, 2),
            c = Vector128.LoadUnsafe(ref times, 4), d = Vector128.LoadUnsafe(ref times, 6);
        Vector128<double> two = Vector128.MinNative(Vector128.MinNative(a, b), Vector128.MinNative(c, d));
        Vector128<double> least = Vector128.MinNative(two, Vector128.Shuffle(two, Vector128.Create(1L, 0L)));
        time = least.ToScalar();
        return Vector128.Equals(a, least).ExtractMostSignificantBits() | (Vector128.Equals(b, least).ExtractMostSignificantBits() << 2)
            | (Vector128.Equals(c, least).ExtractMostSignificantBits() << 4)
            | (Vector128.Equals(d, least).ExtractMostSignificantBits() << 6);
    }

    private int WorkerOf(int level, int node) => level == 0 ? node : _first[level - 1][node];

    // Which of several that end at the same time ends first; where none is pending, any.
    private int FirstOfEqual(int level, int first, uint equal)
    {
        if (double.IsPositiveInfinity(_times[level][first])) return first;
        int group = first & -Children;
        for (equal &= equal - 1; equal != 0; equal &= equal - 1)
        {
            int other = group + BitOperations.TrailingZeroCount(equal);
            if (_ends[WorkerOf(level, other)].CompareTo(_ends[WorkerOf(level, first)]) < 0) first = other;
        }

        return first;
    }
}

/// <summary>
/// What is settled at one timestamp, for all pools of a runtime: the number of the round, which decides the order of what ends
/// together later. It counts the rounds in which workers start passes, and passes that take no time (behaviour 04#5.4).
/// </summary>
internal sealed class Settling
{
    /// <summary>The simulated clock, milliseconds.</summary>
    public double Now { get; set; }

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
