using AgentSim.Prompts;
using AgentSim.Routing;
using AgentSim.Simulation;

namespace AgentSim.Tests.Routing;

/// <summary>A router over fake caches, driven by hand; requests are numbered from 1 as in the examples of behaviour 05#14.</summary>
internal sealed class RouterBench
{
    private const int MostRequests = 1000;

    private readonly Dictionary<string, int> _identities = new(StringComparer.Ordinal);
    private readonly Dictionary<int, PromptBlocks> _prompts = [];
    private readonly int _blockSize;
    private readonly KvRouter _router;
    private readonly List<RouterPlacement> _released = [];

    public RouterBench(string config, int targets, int blockSize = 16, long budget = 8192, RouterPolicyProfile? profile = null,
        bool cacheless = false, RouterConfig? settings = null)
    {
        _blockSize = blockSize;
        Caches = [.. Enumerable.Range(0, targets).Select(_ => new FakeCache())];
        _router = new KvRouter(settings ?? RouterConfig.Parse(config, "config"), profile, targets, MostRequests, blockSize, budget,
            cacheless ? null : Asked(Caches), ReplaySettings.DefaultRouterSeed);
    }

    public FakeCache[] Caches { get; }

    public int Queued => _router.QueuedCount;

    /// <summary>Places a request whose prompt is described by one id a block; returns the target or -1.</summary>
    public int Place(int number, double now, int tokens, int[] ids, int priority = 0, uint strict = 0, string? policyClass = null)
    {
        PromptBlocks blocks = Blocks(ids.AsSpan(0, tokens / _blockSize));
        _prompts[number] = blocks;
        return _router.Place(new RoutedRequest(number - 1, tokens, blocks, priority, strict, policyClass), now);
    }

    /// <summary>The prompt of a request becomes visible in the cache of <paramref name="target"/>.</summary>
    public void Cache(int target, int number) => Caches[target].Store(_prompts[number]);

    /// <summary>Ends a prompt; returns what left the queue as "number>target" pairs.</summary>
    public string Prefilled(int number) => Released(() => _router.PrefillCompleted(number - 1, _released));

    /// <summary>Ends a request.</summary>
    public string Ended(int number) => Released(() => _router.RequestTerminal(number - 1, _released));

    public int Overlap(int number) => _router.OverlapBlocks(number - 1);

    private static SeparateCaches Asked(FakeCache[] caches)
    {
        SeparateCaches asked = new();
        foreach (FakeCache cache in caches) asked.Add(cache);
        return asked;
    }

    private string Released(Action call)
    {
        _released.Clear();
        call();
        return string.Join(' ', _released.Select(p => $"{p.Request + 1}>{p.Target}"));
    }

    // Identities as the workload gives them: one a distinct prefix, in runs of neighbours.
    private PromptBlocks Blocks(ReadOnlySpan<int> ids)
    {
        var runs = new List<BlockRun>();
        string prefix = "";
        foreach (int id in ids)
        {
            prefix += $"/{id}";
            if (!_identities.TryGetValue(prefix, out int identity)) _identities.Add(prefix, identity = _identities.Count);
            if (runs.Count > 0 && runs[^1].First + runs[^1].Count == identity) runs[^1] = runs[^1] with { Count = runs[^1].Count + 1 };
            else runs.Add(new BlockRun(identity, 1));
        }

        return new PromptBlocks([.. runs], 0, runs.Count, ids.Length);
    }
}
