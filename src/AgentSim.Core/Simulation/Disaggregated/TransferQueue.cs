namespace AgentSim.Simulation;

/// <summary>KV transfers in progress, first to end first; transfers that end together in the order they were started.</summary>
internal sealed class TransferQueue
{
    private readonly record struct Key(double Time, double Started, int Round, long Order) : IComparable<Key>
    {
        public int CompareTo(Key other) => Time != other.Time ? Time.CompareTo(other.Time) : Order.CompareTo(other.Order);
    }

    private readonly PriorityQueue<int, Key> _queue = new();
    private long _order;

    /// <summary>End of the first transfer, infinity when there is none.</summary>
    public double NextTime => _queue.TryPeek(out _, out Key key) ? key.Time : double.PositiveInfinity;

    public int Count => _queue.Count;

    public void Add(int request, double end, double now, int round) => _queue.Enqueue(request, new Key(end, now, round, _order++));

    public int Take() => _queue.Dequeue();

    /// <summary>
    /// Whether the first transfer comes before a pass that ends at the same time: events are taken in the order they
    /// were made, and transfers are started before passes in every round (behaviour 04#5.2 and 04#7.7).
    /// </summary>
    public bool IsBefore(in PassEnd pass)
    {
        _queue.TryPeek(out _, out Key key);
        if (key.Started != pass.Start) return key.Started < pass.Start;
        return key.Round <= pass.Round;
    }
}
