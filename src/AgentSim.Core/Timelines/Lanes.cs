namespace AgentSim.Timelines;

/// <summary>
/// Rows in which slices that overlap lie beside each other (specification 07, B4): each goes to the lowest lane that is
/// free when it begins. Slices are to be placed in the order in which they begin.
/// </summary>
internal sealed class Lanes
{
    private readonly PriorityQueue<int, long> _taken = new();
    private readonly PriorityQueue<int, int> _free = new();

    /// <summary>Lanes in use so far.</summary>
    public int Count { get; private set; }

    /// <summary>The lane, from 0, of a slice.</summary>
    public int Place(long begin, long end)
    {
        while (_taken.TryPeek(out int lane, out long until) && until <= begin)
        {
            _taken.Dequeue();
            _free.Enqueue(lane, lane);
        }

        int place = _free.Count > 0 ? _free.Dequeue() : Count++;
        _taken.Enqueue(place, end);
        return place;
    }
}
