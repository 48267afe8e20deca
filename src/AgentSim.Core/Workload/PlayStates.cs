namespace AgentSim.Workload;

/// <summary>Which plays have failed, and how many of their requests are yet to be dispatched (behaviour 01#12.3).</summary>
internal sealed class PlayStates
{
    private readonly int[] _playOf;
    private readonly int[] _waiting;
    private readonly bool[] _hasFailed;

    public PlayStates(int[] playOf)
    {
        _playOf = playOf;
        _waiting = new int[playOf.Length == 0 ? 0 : playOf.Max() + 1];
        _hasFailed = new bool[_waiting.Length];
        foreach (int play in playOf) _waiting[play]++;
    }

    public bool AnyFailed { get; private set; }

    /// <summary>Whether the play of a request has failed.</summary>
    public bool HasFailed(int request) => _hasFailed[_playOf[request]];

    public void Dispatched(int request) => _waiting[_playOf[request]]--;

    /// <summary>Ends the play of a request that failed; returns how many requests of the play will never be dispatched.</summary>
    public int Fail(int request)
    {
        AnyFailed = true;
        _hasFailed[_playOf[request]] = true;
        return _waiting[_playOf[request]];
    }
}
