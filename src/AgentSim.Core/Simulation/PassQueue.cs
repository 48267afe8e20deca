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

/// <summary>The pending pass ends, at most one a worker: a binary heap that knows where each worker stands in it.</summary>
internal sealed class PassQueue(int workers)
{
    private readonly int[] _heap = new int[workers];
    private readonly int[] _position = Filled(workers);
    private readonly PassEnd[] _ends = new PassEnd[workers];

    public int Count { get; private set; }

    /// <summary>Time of the first pass to end, infinity when none is pending.</summary>
    public double NextTime => Count > 0 ? _ends[_heap[0]].Time : double.PositiveInfinity;

    /// <summary>The first pass to end.</summary>
    public PassEnd FirstEnd => _ends[_heap[0]];

    /// <summary>Worker of the first pass to end.</summary>
    public int First => _heap[0];

    /// <summary>Sets or changes when a worker's pass ends.</summary>
    public void Set(int worker, PassEnd end)
    {
        _ends[worker] = end;
        if (_position[worker] < 0)
        {
            _position[worker] = Count;
            _heap[Count++] = worker;
        }

        Sink(Rise(_position[worker]));
    }


    public void Remove(int worker)
    {
        int at = _position[worker];
        _position[worker] = -1;
        int last = _heap[--Count];
        if (last == worker) return;
        Place(at, last);
        Sink(Rise(at));
    }

    private int Rise(int at)
    {
        int worker = _heap[at];
        while (at > 0 && Before(worker, _heap[(at - 1) >> 1]))
        {
            Place(at, _heap[(at - 1) >> 1]);
            at = (at - 1) >> 1;
        }

        Place(at, worker);
        return at;
    }

    private void Sink(int at)
    {
        int worker = _heap[at];
        while (true)
        {
            int child = (2 * at) + 1;
            if (child >= Count) break;
            if (child + 1 < Count && Before(_heap[child + 1], _heap[child])) child++;
            if (!Before(_heap[child], worker)) break;
            Place(at, _heap[child]);
            at = child;
        }

        Place(at, worker);
    }

    private void Place(int at, int worker)
    {
        _heap[at] = worker;
        _position[worker] = at;
    }

    private bool Before(int a, int b)
    {
        ref readonly PassEnd first = ref _ends[a], second = ref _ends[b];
        if (first.Time != second.Time) return first.Time < second.Time;
        int order = first.CompareTo(second);
        return order < 0 || (order == 0 && a < b);
    }

    private static int[] Filled(int workers)
    {
        int[] positions = new int[workers];
        Array.Fill(positions, -1);
        return positions;
    }
}
