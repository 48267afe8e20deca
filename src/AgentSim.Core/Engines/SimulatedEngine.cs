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

    /// <summary>
    /// Somebody records what single passes do: how long they take, or the KV blocks in use after them. Of stretches only those of the
    /// plainest kind are then planned, of which he is told by stretch; of all others he sees every pass.
    /// </summary>
    public bool IsWatched { get; init; }
}

/// <summary>The engine of one run: makes the ranks of workers with the same arguments, and holds what they share.</summary>
internal abstract class SimulatedEngine
{
    /// <summary>Makes one rank of a worker that both prefills and decodes; in turn, from 0.</summary>
    /// <param name="index">Worker times ranks plus rank; seeds the rank's draws.</param>
    public abstract Rank CreateRank(int index);

    /// <summary>What a router may know of the ranks' caches; null: nothing.</summary>
    public abstract IPrefixCaches? Caches { get; }
}

/// <summary>An engine whose workers can be split into those that prefill and those that decode (behaviour 04#7).</summary>
internal abstract class SplitEngine : SimulatedEngine
{
    /// <summary>Makes the rank of a prefill worker; in turn, from 0.</summary>
    /// <param name="index">The worker; seeds the rank's draws.</param>
    public abstract PrefillRank CreatePrefillRank(int index);

    /// <summary>Makes the rank of a decode worker; in turn, from 0.</summary>
    /// <param name="index">The worker; seeds the rank's draws.</param>
    public abstract DecodeRank CreateDecodeRank(int index);
}
