using AgentSim.Routing;
using AgentSim.Simulation;
using AgentSim.Sweeps;

namespace AgentSim.Capacity;

/// <summary>The replay of a value: the settings of a configuration with the value and a seed in them.</summary>
internal static class CapacityPoints
{
    /// <summary>One point for each seed that can change anything.</summary>
    /// <param name="configuration">Everything but the value.</param>
    /// <param name="question">What is asked.</param>
    /// <param name="value">The value.</param>
    public static IEnumerable<SweepPoint> Of(SweepPoint configuration, CapacityQuestion question, double value)
    {
        ReplaySettings settings = WithoutChoice(Placed(configuration, question.Target, value));
        bool drawsRouter = settings.RouterMode == RouterMode.KvRouter, drawsCopies = settings.Knobs.HasCopies;
        int seeds = drawsRouter || drawsCopies ? question.SeedCount : 1;
        for (uint seed = 0; seed < seeds; seed++)
        {
            ReplaySettings drawn = settings;
            if (drawsRouter) drawn = drawn with { RouterSeed = unchecked(settings.RouterSeed + seed) };
            if (drawsCopies) drawn = drawn with { Knobs = drawn.Knobs with { CopiesSeed = unchecked(settings.Knobs.CopiesSeed + seed) } };
            yield return configuration with { Settings = drawn };
        }
    }

    private static ReplaySettings Placed(SweepPoint configuration, CapacityTarget target, double value)
    {
        ReplaySettings settings = configuration.Settings;
        return target switch
        {
            CapacityTarget.Tasks => settings with { Knobs = settings.Knobs with { ConcurrentTasks = (int)value } },
            CapacityTarget.Rate when configuration.Workload.Synthetic is not null => settings with { ArrivalSpeedupRatio = value },
            CapacityTarget.Rate => settings with { Knobs = settings.Knobs with { TaskArrivalSpeedupRatio = value } },
            CapacityTarget.KvBlocks => WithBlocks(settings, (long)value),
            _ => settings.Pools is { } pools ? settings with { Pools = pools with { DecodeWorkers = (int)value } }
                : settings with { Workers = (int)value },
        };
    }

    /// <summary>The settings with so many KV blocks on each rank.</summary>
    internal static ReplaySettings WithBlocks(ReplaySettings settings, long blocks) => settings.Pools is { } pools
        ? settings with { Pools = pools with { Prefill = pools.Prefill.WithBlocks(blocks), Decode = pools.Decode.WithBlocks(blocks) } }
        : settings with { Engine = settings.Engine.WithBlocks(blocks) };

    // Before a single worker there is nothing to choose, and a KV router is refused.
    internal static ReplaySettings WithoutChoice(ReplaySettings settings) =>
        settings.Pools is not null || settings.Workers * settings.Engine.DpSize > 1 ? settings : settings with
        {
            RouterMode = RouterMode.RoundRobin,
            Router = RouterConfig.Default,
            RouterSeed = ReplaySettings.DefaultRouterSeed,
            ModelName = null,
        };
}
