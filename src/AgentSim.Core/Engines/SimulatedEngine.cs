using AgentSim.Prompts;
using AgentSim.Routing;

namespace AgentSim.Engines;

/// <summary>What an engine may use of the run it works in.</summary>
/// <param name="Config">Its configuration.</param>
/// <param name="Prompts">The blocks of prompts and outputs.</param>
/// <param name="Recorder">Where admissions and tokens are written down.</param>
/// <param name="CachesAreAsked">Whether a router asks what the ranks have cached.</param>
internal sealed record EngineServices(EngineConfig Config, PromptCatalog Prompts, PassRecorder Recorder, bool CachesAreAsked)
{
    /// <summary>Told of every pass and how long it took; null: nobody asked.</summary>
    public PassObserver? Observer { get; init; }
}

/// <summary>The engine of one run: makes the ranks of workers with the same arguments, and holds what they share.</summary>
internal abstract class SimulatedEngine
{
    /// <summary>Makes the scheduler of one rank; in turn, from 0.</summary>
    /// <param name="index">Worker times ranks plus rank; seeds the rank's draws.</param>
    public abstract Scheduler CreateRank(int index);

    /// <summary>What a router may know of the ranks' caches; null: nothing.</summary>
    public abstract IPrefixCaches? Caches { get; }
}
