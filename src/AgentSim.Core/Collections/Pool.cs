namespace AgentSim.Collections;

/// <summary>Things with large buffers that are used again, by whatever thread. Thread-safe.</summary>
/// <param name="make">Makes one that gives itself back to the pool.</param>
internal sealed class Pool<T>(Func<Pool<T>, T> make)
{
    private readonly Stack<T> _free = [];

    /// <summary>One that was given back, or a new one.</summary>
    public T Give()
    {
        lock (_free)
        {
            if (_free.TryPop(out T? used)) return used;
        }

        return make(this);
    }

    /// <summary>Takes one back, empty.</summary>
    public void Take(T used)
    {
        lock (_free) _free.Push(used);
    }
}
