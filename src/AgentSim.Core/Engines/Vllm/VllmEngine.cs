using AgentSim.Routing;

namespace AgentSim.Engines.Vllm;

/// <summary>vLLM and TensorRT-LLM workers; ranks share the timing tables.</summary>
internal sealed class VllmEngine : SimulatedEngine
{
    private readonly EngineServices _services;
    private readonly VllmLimits _limits;
    private readonly PerformanceModel _model;
    private readonly DecodeTimes _decodeTimes;
    private readonly PrefixReaches? _reaches;              // of the native backend
    private readonly SeparateCaches? _separate;            // of kvbm

    public VllmEngine(EngineServices services, bool guaranteedNoEvict)
    {
        _services = services;
        if (services.CachesAreAsked)
        {
            if (services.Config.Backend == KvBackend.Kvbm) _separate = new SeparateCaches();
            else _reaches = new PrefixReaches();
        }

        _limits = new VllmLimits(services.Config, guaranteedNoEvict);
        _model = services.Config.Timing;
        _decodeTimes = new DecodeTimes(_model, _limits.BlockSize, _limits.TotalBlocks);
    }

    public override IPrefixCaches? Caches => (IPrefixCaches?)_separate ?? _reaches;

    public override Scheduler CreateRank(int index)
    {
        EngineConfig config = _services.Config;
        BlockManager blocks = config.Backend == KvBackend.Kvbm
            ? new LineageBlockManager(_limits.TotalBlocks, _limits.BlockSize, config.EnablePrefixCaching, _services.Prompts)
            : new NativeBlockManager(_limits.TotalBlocks, _limits.BlockSize, config.EnablePrefixCaching, _services.Prompts,
                _reaches, index);
        if (blocks is LineageBlockManager lineage) _separate?.Add(lineage);
        return new VllmScheduler(_limits, blocks, _model, _decodeTimes, SpeculativeSampler.Create(config, index), _services.Prompts,
            _services.Recorder) { Observer = _services.Observer };
    }
}
