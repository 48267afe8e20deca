using AgentSim.Prompts;

namespace AgentSim.Routing;

/// <summary>
/// The KV-aware router: places requests by cached prefix and load, and makes them wait when every target is busy
/// (behaviour 05). A passive state machine without timers; a target is worker * ranks + rank.
/// An arrival costs a few operations a target and allocates nothing.
/// </summary>
internal sealed class KvRouter
{
    private readonly IPrefixCaches? _caches;
    private readonly int _blockSize;
    private readonly RouterPolicyProfile? _profile;
    private readonly bool _mayQueue;
    private readonly TargetLoads _loads;
    private readonly TargetChooser _chooser;
    private readonly RouterQueue _queue;
    private readonly int[] _overlaps;        // scratch: of the arriving request, one a target
    private readonly int[] _chosenOverlaps;  // by request

    /// <param name="config">The configuration, changed for the pool when disaggregated.</param>
    /// <param name="profile">Classes of the policy file; null for the single class the settings describe.</param>
    /// <param name="targets">Number of targets.</param>
    /// <param name="requests">Requests are numbered below this.</param>
    /// <param name="blockSize">Tokens in an engine block.</param>
    /// <param name="maxBatchedTokens">Token budget of a pass, against which busy fractions are measured.</param>
    /// <param name="caches">The targets' caches; null when the router knows of no cache (decode pools).</param>
    /// <param name="seed">Of the draws among equal costs and by temperature.</param>
    public KvRouter(RouterConfig config, RouterPolicyProfile? profile, int targets, int requests, int blockSize, long maxBatchedTokens,
        IPrefixCaches? caches, ulong seed)
    {
        _caches = caches;
        _blockSize = blockSize;
        _profile = profile;
        IReadOnlyList<RouterPolicyClass> classes = profile?.Classes
            ?? [new RouterPolicyClass("default", null, null, config.QueuePolicy, 1, BusyFraction: config.QueueThreshold)];
        _mayQueue = classes.Any(c => c.Queues);
        _loads = new TargetLoads(config, targets, requests, blockSize);
        _chooser = new TargetChooser(config, _loads, targets, blockSize, seed);
        _queue = new RouterQueue(classes, targets, maxBatchedTokens);
        _overlaps = new int[targets];
        _chosenOverlaps = new int[requests];
    }

    /// <summary>Requests that wait in the router.</summary>
    public int QueuedCount => _queue.Count;

    /// <summary>A request arrives. Returns its target, or -1 when it has to wait.</summary>
    /// <exception cref="AgentSimException"><c>PromptEmpty</c>, <c>RouterQueueFull</c>.</exception>
    public int Place(in RoutedRequest request, double nowMs)
    {
        if (request.PromptTokens <= 0)
        {
            throw Errors.PromptEmpty.Error(
                $"request {request.Id + 1} has a prompt of 0 tokens, which the KV router cannot place; use round_robin or give it tokens");
        }

        _caches?.Measure(request.Blocks, _overlaps);
        if (_mayQueue)
        {
            int most = 0;
            foreach (int overlap in _overlaps) most = Math.Max(most, overlap);
            int cached = (int)Math.Min(request.PromptTokens, (long)most * _blockSize);
            int classIndex = _profile?.ClassOf(request.PolicyClass, request.PromptTokens - cached) ?? 0;
            if (_queue.MustWait(classIndex, _loads.LeastPrefillTokens()))
            {
                _queue.Add(classIndex, request, cached, _overlaps, nowMs);
                return -1;
            }
        }

        return Admit(request, _overlaps);
    }

    /// <summary>The first token of a request came out, and it is not its last.</summary>
    /// <param name="id">The request.</param>
    /// <param name="released">Receives the requests that leave the queue, in order.</param>
    public void PrefillCompleted(int id, List<RouterPlacement> released)
    {
        _loads.EndPrefill(id);
        Drain(released);
    }

    /// <summary>A request ended, in whatever way; one that still waited leaves the queue.</summary>
    /// <param name="id">The request.</param>
    /// <param name="released">Receives the requests that leave the queue, in order.</param>
    public void RequestTerminal(int id, List<RouterPlacement> released)
    {
        if (!_loads.Remove(id) && _queue.Count > 0) _queue.Remove(id);
        Drain(released);
    }

    /// <summary>Leading prompt blocks that the chosen target held when the request arrived.</summary>
    public int OverlapBlocks(int id) => _chosenOverlaps[id];

    private void Drain(List<RouterPlacement> released)
    {
        while (_queue.Count > 0)
        {
            int slot = _queue.Take(_loads.LeastPrefillTokens());
            if (slot < 0) return;
            ref readonly RoutedRequest request = ref _queue.Request(slot);
            released.Add(new RouterPlacement(request.Id, Admit(request, _queue.Overlaps(slot))));
        }
    }

    private int Admit(in RoutedRequest request, ReadOnlySpan<int> overlaps)
    {
        int target = _chooser.Choose(request, overlaps);
        _loads.Add(target, request, overlaps[target]);
        _chosenOverlaps[request.Id] = overlaps[target];
        return target;
    }
}

/// <summary>What a router knows of a request when it arrives.</summary>
/// <param name="Id">Dense ordinal, from 0.</param>
/// <param name="PromptTokens">Length of the prompt, at least 1.</param>
/// <param name="Blocks">The complete blocks of the prompt: <paramref name="PromptTokens"/> divided by the block size, rounded down.</param>
/// <param name="Priority">Counts in the queue only; negative counts as 0.</param>
/// <param name="StrictPriority">Higher ones leave the queue first, whatever their other merits.</param>
/// <param name="PolicyClass">Class or family of a policy file; null for its default family.</param>
internal readonly record struct RoutedRequest(int Id, int PromptTokens, PromptBlocks Blocks, int Priority, uint StrictPriority,
    string? PolicyClass);

/// <summary>A request that left the router's queue, and the target it goes to.</summary>
internal sealed record RouterPlacement(int Request, int Target);
