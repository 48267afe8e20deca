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
        int ranks = checked(settings.Workers * (int)settings.Engine.DpSize);
        (Scheduler[] schedulers, IPrefixCaches? caches) = CreateRanks(parts, settings.Engine, parts.Recorder, ranks,
            settings.RouterMode == RouterMode.KvRouter);
        if (schedulers.Length == 1 && settings.RouterMode == RouterMode.RoundRobin) return new SingleWorkerRuntime(parts, schedulers[0]);
        Placement placement = CreatePlacement(parts, settings.Engine, settings.Workers, schedulers.Length, caches, router => router);
        return new MultiWorkerRuntime(parts, schedulers, settings.Workers, placement);
    }

    private static DisaggregatedRuntime CreateDisaggregated(RuntimeParts parts, PoolSettings pools, HandoffRecorder handoffs)
    {
        (Scheduler[] prefill, IPrefixCaches? caches) = CreateRanks(parts, pools.Prefill, handoffs.Prefill, pools.PrefillWorkers,
            parts.Settings.RouterMode == RouterMode.KvRouter);
        (Scheduler[] decode, _) = CreateRanks(parts, pools.Decode, handoffs.Decode, pools.DecodeWorkers, areAsked: false);
        return new DisaggregatedRuntime(parts, handoffs, new DisaggregatedParts(
            prefill,
            decode,
            CreatePlacement(parts, pools.Prefill, pools.PrefillWorkers, prefill.Length, caches, router => router.ForPrefillPool()),
            // The decode router never hears of cached blocks.
            CreatePlacement(parts, pools.Decode, pools.DecodeWorkers, decode.Length, null, router => router.ForDecodePool())));
    }

    private static (Scheduler[] Ranks, IPrefixCaches? Caches) CreateRanks(RuntimeParts parts, EngineConfig config, PassRecorder recorder,
        int count, bool areAsked)
    {
        SimulatedEngine engine = config.EngineType.Create(new EngineServices(config, parts.Prompts, recorder,
            areAsked) { Observer = parts.Settings.Observer });
        Scheduler[] ranks = new Scheduler[count];
        for (int rank = 0; rank < count; rank++)
        {
            if (rank % RanksBetweenChecks == 0) parts.Cancellation.ThrowIfCancellationRequested();
            ranks[rank] = engine.CreateRank(rank);
        }

        return (ranks, engine.Caches);
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
