using AgentSim.Reports;
using AgentSim.Routing;
using AgentSim.Workload;

namespace AgentSim.Engines;

/// <summary>What an engine may use of the run it works in.</summary>
/// <param name="Arguments">Its arguments, checked.</param>
/// <param name="Prompts">The blocks of prompts and outputs.</param>
/// <param name="Recorder">Where admissions and tokens are written down.</param>
internal sealed record EngineServices(EngineArguments Arguments, PromptCatalog Prompts, IPassRecorder Recorder);

/// <summary>The engine of one run: makes the ranks of workers with the same arguments, and holds what they share.</summary>
internal abstract class SimulatedEngine
{
    /// <summary>Makes the scheduler of one rank.</summary>
    /// <param name="index">Worker times ranks plus rank; seeds the rank's draws.</param>
    /// <param name="cache">What a router may know of the rank's cache.</param>
    public abstract Scheduler CreateRank(int index, out IPrefixCache cache);
}
