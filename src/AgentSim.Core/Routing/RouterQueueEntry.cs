namespace AgentSim.Routing;

/// <summary>A waiting request with the key that orders it, fixed when it was queued.</summary>
internal readonly record struct RouterQueueEntry
{
    public readonly RoutedRequest Request;
    public readonly int CachedTokens;
    public readonly int Cost;              // uncached prompt tokens, at least 1
    private readonly double _merit;
    private readonly long _sequence;

    public RouterQueueEntry(in RoutedRequest request, int cachedTokens, int cost, double merit, long sequence)
    {
        Request = request;
        CachedTokens = cachedTokens;
        Cost = cost;
        _merit = merit;
        _sequence = sequence;
    }

    /// <summary>Higher strict priority first, then higher merit, then who came first.</summary>
    public bool IsBefore(in RouterQueueEntry other)
    {
        if (Request.StrictPriority != other.Request.StrictPriority) return Request.StrictPriority > other.Request.StrictPriority;
        if (_merit != other._merit) return _merit > other._merit;
        return _sequence < other._sequence;
    }
}
