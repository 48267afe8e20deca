namespace AgentSim.Recording;

/// <summary>The requests of a run in the order in which they arrived, written by the run and read by one other thread.</summary>
/// <param name="requests">How many there can be.</param>
internal sealed class ArrivalOrder(int requests)
{
    private readonly int[] _requests = new int[requests];
    private int _count;

    /// <summary>How many have arrived; whoever asks sees what was written of them before.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>A request that has arrived.</summary>
    public int this[int position] => _requests[position];

    /// <summary>Adds one, of which everything that is to be seen is written.</summary>
    public void Add(int request)
    {
        if (_count == _requests.Length) return;
        _requests[_count] = request;
        Volatile.Write(ref _count, _count + 1);
    }
}
