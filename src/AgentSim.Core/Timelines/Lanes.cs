namespace AgentSim.Timelines;

/// <summary>
/// Rows in which slices that overlap lie beside each other (behaviour 07#B4): each goes to the lowest lane that is
/// free when it begins. Slices are to be placed in the order in which they begin.
/// </summary>
internal sealed class Lanes<T>
    where T : struct, IComparable<T>
{
    private readonly PriorityQueue<int, T> _taken = new();
    private readonly PriorityQueue<int, int> _free = new();

    /// <summary>Lanes in use so far.</summary>
    public int Count { get; private set; }

    /// <summary>What is put behind a name to tell its lanes apart, if there are several.</summary>
    public string Suffix(int lane) => Count > 1 ? $" [lane {lane + 1}]" : "";

    /// <summary>The lane, from 0, of a slice.</summary>
    public int Place(T begin, T end)
    {
        while (_taken.TryPeek(out int lane, out T until) && until.CompareTo(begin) <= 0)
        {
            _taken.Dequeue();
            _free.Enqueue(lane, lane);
        }

        int place = _free.Count > 0 ? _free.Dequeue() : Count++;
        _taken.Enqueue(place, end);
        return place;
    }
}
