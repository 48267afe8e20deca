using AgentSim.Routing;

namespace AgentSim.Engines.Vllm;

/// <summary>vLLM and TensorRT-LLM workers; ranks share the timing tables.</summary>
internal sealed class VllmEngine : SplitEngine
{
    private readonly EngineServices _services;
    private readonly VllmState.MakeAdmission _admission;
    private readonly VllmLimits _limits;
    private readonly PassTimes _times;
    private readonly PrefixReaches? _reaches;              // of the native backend
    private readonly SeparateCaches? _separate;            // of kvbm

    public VllmEngine(EngineServices services, VllmState.MakeAdmission admission)
    {
        (_services, _admission) = (services, admission);
        EngineConfig config = services.Config;
        if (services.CachesAreAsked)
        {
            if (config.Backend == KvBackend.Kvbm) _separate = new SeparateCaches();
            else _reaches = new PrefixReaches();
        }

        _limits = new VllmLimits(config);
        DecodeTimes steps = new(config.Timing, _limits.BlockSize, _limits.TotalBlocks);
        _times = VllmRules.Times(config.WorkerType, config.Timing, steps, services.Observer);
    }

    public override IPrefixCaches? Caches => (IPrefixCaches?)_separate ?? _reaches;

    public override Rank CreateRank(int index)
    {
        VllmState state = NewState(index);
        VllmScheduler scheduler = NewScheduler(state, index);
        return new Rank(scheduler, PlannerOf(scheduler, state));
    }

    public override PrefillRank CreatePrefillRank(int index)
    {
        VllmState state = NewState(index);
        state.Source = new VllmSource(state);
        VllmScheduler scheduler = NewScheduler(state, index);
        return new PrefillRank(scheduler, state.Source, PlannerOf(scheduler, state));
    }

    public override DecodeRank CreateDecodeRank(int index)
    {
        VllmState state = NewState(index);
        state.Destination = new VllmDestination(state);
        VllmScheduler scheduler = NewScheduler(state, index);
        return new DecodeRank(scheduler, state.Destination, PlannerOf(scheduler, state));
    }

    private VllmState NewState(int index)
    {
        EngineConfig config = _services.Config;
        BlockManager blocks = config.Backend == KvBackend.Kvbm
            ? new LineageBlockManager(_limits.TotalBlocks, _limits.BlockSize, config.EnablePrefixCaching, _services.Prompts)
            : new NativeBlockManager(_limits.TotalBlocks, _limits.BlockSize, config.EnablePrefixCaching, _services.Prompts,
                _reaches, index);
        if (blocks is LineageBlockManager lineage) _separate?.Add(lineage);
        return new VllmState(_limits, blocks, _services.Prompts, _services.Recorder, _admission);
    }

    private VllmScheduler NewScheduler(VllmState state, int index) =>
        new(state, _times, SpeculativeSampler.Create(_services.Config, index));

    private VllmStretches? PlannerOf(VllmScheduler scheduler, VllmState state)
    {
        StretchBlocks blocks = state.Blocks.InStretches;
        bool mayPlan = blocks == StretchBlocks.Counted || (blocks != StretchBlocks.None && !_services.IsWatched);
        return mayPlan && !_limits.Speculates ? new VllmStretches(scheduler, state, _times) : null;
    }
}
