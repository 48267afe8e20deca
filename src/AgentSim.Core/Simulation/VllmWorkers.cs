using AgentSim.Engines;
using AgentSim.Routing;

namespace AgentSim.Simulation;

/// <summary>Makes the ranks of vLLM workers; what they can share (timing tables) they share.</summary>
internal sealed class VllmWorkers
{
    private readonly RuntimeParts _parts;
    private readonly EngineArguments _arguments;
    private readonly EngineLimits _limits;
    private readonly PerformanceModel _model;
    private readonly DecodeTimes _decodeTimes;

    public VllmWorkers(RuntimeParts parts)
    {
        _parts = parts;
        _arguments = parts.Settings.Engine;
        _limits = new EngineLimits(_arguments);
        _model = CreateModel(_arguments);
        _decodeTimes = new DecodeTimes(_model, _limits.BlockSize, _limits.TotalBlocks);
    }

    public Scheduler CreateRank(int index, out IPrefixCache cache)
    {
        BlockManager blocks = _arguments.Backend == KvBackend.Kvbm
            ? new LineageBlockManager(_limits.TotalBlocks, _limits.BlockSize, _arguments.EnablePrefixCaching, _parts.Prompts)
            : new NativeBlockManager(_limits.TotalBlocks, _limits.BlockSize, _arguments.EnablePrefixCaching, _parts.Prompts);
        cache = blocks;
        SpeculativeSampler? sampler = _limits.Speculates
            ? new SpeculativeSampler(_arguments.AcceptRates, unchecked(_arguments.AicMtpSeed + (ulong)index))
            : null;
        return new VllmScheduler(_limits, blocks, _model, _decodeTimes, sampler, _parts.Prompts, _parts.Recorder);
    }

    private static PerformanceModel CreateModel(EngineArguments arguments)
    {
        if (arguments.PlannerProfileData is string path
            && ProfileModel.TryLoad(path, arguments.SpeedupRatio, arguments.DecodeSpeedupRatio, out _) is ProfileModel profile)
        {
            return profile;
        }

        return new PolynomialModel(arguments.SpeedupRatio, arguments.DecodeSpeedupRatio);
    }
}
