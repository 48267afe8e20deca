using AgentSim.Engines;
using AgentSim.Recording;
using AgentSim.Routing;

namespace AgentSim.Simulation;

/// <summary>Puts the runtime of a replay together (behaviour 04#3).</summary>
internal static class RuntimeFactory
{
    private const int RanksBetweenChecks = 256;   // a rank may have much to prepare

    public static ReplayRuntime Create(RuntimeParts parts, HandoffRecorder? handoffs)
    {
        ReplaySettings settings = parts.Settings;
        if (handoffs is not null) return CreateDisaggregated(parts, settings.Pools!, handoffs);
        int count = checked(settings.Workers * (int)settings.Engine.DpSize);
        bool areAsked = settings.RouterMode == RouterMode.KvRouter;
        SimulatedEngine engine = settings.Engine.EngineType.Create(ServicesOf(parts, settings.Engine, parts.Recorder, areAsked));
        Rank[] ranks = CreateRanks(parts, engine.CreateRank, count);
        if (RuntimeRules.IsLoneWorker(count, settings.RouterMode)) return new SingleWorkerRuntime(parts, ranks[0]);
        Placement placement = CreatePlacement(parts, settings.Engine, settings.Workers, count, CachesOf(engine, areAsked),
            router => router);
        return new MultiWorkerRuntime(parts, ranks, settings.Workers, placement);
    }

    // Pools are of engines that can be split (PoolChecks).
    private static DisaggregatedRuntime CreateDisaggregated(RuntimeParts parts, PoolSettings pools, HandoffRecorder handoffs)
    {
        bool areAsked = parts.Settings.RouterMode == RouterMode.KvRouter, decodeIsAsked = areAsked && RuntimeRules.DecodeRouterReadsCaches;
        SplitEngine prefill = pools.Prefill.EngineType.Splitting!.Create(ServicesOf(parts, pools.Prefill, handoffs.Prefill, areAsked));
        SplitEngine decode = pools.Decode.EngineType.Splitting!.Create(ServicesOf(parts, pools.Decode, handoffs.Decode, decodeIsAsked));
        return new DisaggregatedRuntime(parts, handoffs, new DisaggregatedParts(
            CreateRanks(parts, prefill.CreatePrefillRank, pools.PrefillWorkers),
            CreateRanks(parts, decode.CreateDecodeRank, pools.DecodeWorkers),
            CreatePlacement(parts, pools.Prefill, pools.PrefillWorkers, pools.PrefillWorkers, CachesOf(prefill, areAsked),
                router => router.ForPrefillPool()),
            CreatePlacement(parts, pools.Decode, pools.DecodeWorkers, pools.DecodeWorkers, CachesOf(decode, decodeIsAsked),
                router => router.ForDecodePool())));
    }

    private static EngineServices ServicesOf(RuntimeParts parts, EngineConfig config, PassRecorder recorder, bool areAsked) =>
        new(config, parts.Prompts, recorder, areAsked) { Observer = parts.Settings.Observer, IsWatched = parts.IsWatched };

    private static IPrefixCaches? CachesOf(SimulatedEngine engine, bool areAsked) => areAsked ? engine.Caches : null;

    private static T[] CreateRanks<T>(RuntimeParts parts, Func<int, T> create, int count)
    {
        T[] ranks = new T[count];
        for (int rank = 0; rank < count; rank++)
        {
            if (rank % RanksBetweenChecks == 0) parts.Cancellation.ThrowIfCancellationRequested();
            ranks[rank] = create(rank);
        }

        return ranks;
    }

    private static Placement CreatePlacement(RuntimeParts parts, EngineConfig engine, int workers, int ranks, IPrefixCaches? caches,
        Func<RouterConfig, RouterConfig> forPool)
    {
        ReplaySettings settings = parts.Settings;
        if (settings.RouterMode == RouterMode.RoundRobin) return new RoundRobinPlacement(workers, ranks / workers);
        RouterConfig router = settings.Router;
        if (engine.RouterQueuePolicy is RouterQueuePolicy policy) router = router with { QueuePolicy = policy };
        KvRouter kvRouter = new(forPool(router), router.Policy?.SelectProfile(settings.ModelName), ranks, parts.Load.InputLength.Length,
            (int)engine.BlockSize, engine.RouterTokenBudget, caches, settings.RouterSeed);
        return new KvPlacement(kvRouter, parts.Load, parts.Prompts);
    }
}
