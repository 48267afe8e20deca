using AgentSim.Engines;
using AgentSim.Reports;
using AgentSim.Routing;

namespace AgentSim.Simulation;

/// <summary>Puts the runtime of a replay together (specification 04, 3).</summary>
internal static class RuntimeFactory
{
    public static ReplayRuntime Create(RuntimeParts parts, HandoffRecorder? handoffs)
    {
        ReplaySettings settings = parts.Settings;
        if (handoffs is not null) return CreateDisaggregated(parts, settings.Pools!, handoffs);
        int ranks = (int)settings.Engine.DpSize;
        (Scheduler[] schedulers, IPrefixCache[] caches) = CreateRanks(parts, settings.Engine, parts.Recorder, settings.Workers * ranks);
        if (schedulers.Length == 1 && settings.RouterMode == RouterMode.RoundRobin) return new SingleWorkerRuntime(parts, schedulers[0]);
        Placement placement = CreatePlacement(parts, settings.Engine, settings.Workers, caches, router => router);
        return new MultiWorkerRuntime(parts, schedulers, settings.Workers, placement);
    }

    private static DisaggregatedRuntime CreateDisaggregated(RuntimeParts parts, PoolSettings pools, HandoffRecorder handoffs)
    {
        (Scheduler[] prefill, IPrefixCache[] caches) = CreateRanks(parts, pools.Prefill, handoffs.Prefill, pools.PrefillWorkers);
        (Scheduler[] decode, _) = CreateRanks(parts, pools.Decode, handoffs.Decode, pools.DecodeWorkers);
        // The decode router never hears of cached blocks.
        IPrefixCache[] none = new IPrefixCache[decode.Length];
        Array.Fill(none, NothingCached.Instance);
        return new DisaggregatedRuntime(parts, handoffs, new DisaggregatedParts(
            prefill,
            decode,
            CreatePlacement(parts, pools.Prefill, pools.PrefillWorkers, caches, router => router.ForPrefillPool(pools.Prefill.RouterQueuePolicy)),
            CreatePlacement(parts, pools.Decode, pools.DecodeWorkers, none, router => router.ForDecodePool(pools.Decode.RouterQueuePolicy))));
    }

    private static (Scheduler[] Ranks, IPrefixCache[] Caches) CreateRanks(RuntimeParts parts, EngineArguments arguments, IPassRecorder recorder, int count)
    {
        SimulatedEngine engine = arguments.EngineType.Create(new EngineServices(arguments, parts.Prompts, recorder));
        Scheduler[] ranks = new Scheduler[count];
        IPrefixCache[] caches = new IPrefixCache[count];
        for (int rank = 0; rank < count; rank++) ranks[rank] = engine.CreateRank(rank, out caches[rank]);
        return (ranks, caches);
    }

    private static Placement CreatePlacement(RuntimeParts parts, EngineArguments engine, int workers, IPrefixCache[] caches, Func<RouterSettings, RouterSettings> forPool)
    {
        ReplaySettings settings = parts.Settings;
        if (settings.RouterMode == RouterMode.RoundRobin) return new RoundRobinPlacement(workers, caches.Length / workers);
        RouterSettings router = settings.Router;
        if (engine.RouterQueuePolicy is RouterQueuePolicy policy) router = router.WithQueuePolicy(policy);
        KvRouter kvRouter = new(forPool(router), settings.Router.LoadPolicy()?.SelectProfile(settings.ModelName), caches.Length, (int)engine.BlockSize, engine.RouterTokenBudget, caches, settings.RouterSeed);
        return new KvPlacement(kvRouter, parts.Load, parts.Prompts);
    }
}
