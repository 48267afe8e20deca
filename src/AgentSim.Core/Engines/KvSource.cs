using AgentSim.Collections;

namespace AgentSim.Engines;

/// <summary>
/// What a rank of a prefill pool holds for hand-offs: a request that has emitted its tokens here leaves the batch, but its KV
/// stays until the decode worker has it (behaviour 04#7.4).
/// </summary>
internal abstract class KvSource
{
    /// <summary>Requests that ended in the last pass and whose KV is held for their hand-off, in the order in which they ended.</summary>
    public GrowList<int> JustHeld;

    /// <summary>Releases the KV held for a request, as if it had just ended; does nothing when none is held.</summary>
    public abstract void Release(int request);
}

/// <summary>The requests whose KV is held, which each engine releases in its own way.</summary>
/// <typeparam name="T">A request on the rank.</typeparam>
internal abstract class KvSource<T> : KvSource
    where T : class
{
    private readonly Dictionary<int, T> _held = [];

    /// <summary>Holds the KV of a request that has ended.</summary>
    public void Hold(int request, T sequence)
    {
        OnHeld(sequence);
        _held.Add(request, sequence);
        JustHeld.Add(request);
    }

    public sealed override void Release(int request)
    {
        if (_held.Remove(request, out T? sequence)) Free(sequence);
    }

    /// <summary>The KV of a request is about to be held.</summary>
    protected virtual void OnHeld(T sequence)
    {
    }

    /// <summary>Gives the KV of a request back.</summary>
    protected abstract void Free(T sequence);
}
