namespace AgentSim.Routing;

internal sealed class KvRouter
{
    public KvRouter(RouterSettings settings, RouterPolicyProfile? profile, int targets, int blockSize, long maxBatchedTokens, IPrefixCache[]? caches, ulong seed) =>
        throw new NotSupportedException();

    public int QueuedCount => throw new NotSupportedException();

    public int Place(in RoutedRequest request, double nowMs) => throw new NotSupportedException();

    public void PrefillCompleted(int id, double nowMs, List<RouterPlacement> released) => throw new NotSupportedException();

    public void RequestTerminal(int id, double nowMs, List<RouterPlacement> released) => throw new NotSupportedException();

    /// <summary>Cached prompt blocks of the chosen target as they were at arrival.</summary>
    public int OverlapBlocks(int id) => throw new NotSupportedException();
}
