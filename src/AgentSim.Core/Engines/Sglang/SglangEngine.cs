using AgentSim.Routing;

namespace AgentSim.Engines.Sglang;

/// <summary>SGLang workers; ranks share the timing tables.</summary>
internal sealed class SglangEngine : SplitEngine
{
    private readonly EngineServices _services;
    private readonly SglangLimits _limits;
    private readonly DecodeTimes _steps;
    private readonly PassTimes _times;
    private readonly SeparateCaches _caches = new();

    public SglangEngine(EngineServices services)
    {
        _services = services;
        _limits = new SglangLimits(services.Config);
        // SGLang counts tokens, not pages.
        _steps = new DecodeTimes(services.Config.Timing, 1, _limits.TotalTokens);
        _times = SglangRules.Times(services.Config.WorkerType, services.Config.Timing, _steps, services.Observer);
    }

    public override IPrefixCaches Caches => _caches;

    public override Rank CreateRank(int index)
    {
        SglangState state = NewState();
        SglangAdmission admission = new(state);
        SglangScheduler scheduler = NewScheduler(state, admission, index);
        return new Rank(scheduler, PlannerOf(scheduler, state, admission));
    }

    public override PrefillRank CreatePrefillRank(int index)
    {
        SglangState state = NewState();
        state.Source = new SglangSource(state);
        SglangAdmission admission = new(state);
        SglangScheduler scheduler = NewScheduler(state, admission, index);
        return new PrefillRank(scheduler, state.Source, _services.IsWatched ? null : PlannerOf(scheduler, state, admission));
    }

    public override DecodeRank CreateDecodeRank(int index)
    {
        SglangState state = NewState();
        state.Destination = new SglangDestination(state);
        SglangAdmission admission = new(state);
        SglangScheduler scheduler = NewScheduler(state, admission, index);
        return new DecodeRank(scheduler, state.Destination, PlannerOf(scheduler, state, admission));
    }

    private SglangState NewState()
    {
        PublishedPages published = new(_services.CachesAreAsked);
        _caches.Add(published);
        return new SglangState(_limits, new PagePool(_limits, _services.Prompts, published), published, _services.Prompts,
            _services.Recorder);
    }

    private SglangScheduler NewScheduler(SglangState state, SglangAdmission admission, int index) =>
        new(state, admission, _times, SpeculativeSampler.Create(_services.Config, index));

    private SglangStretches? PlannerOf(SglangScheduler scheduler, SglangState state, SglangAdmission admission) =>
        _services.Config.Speculates || _services.Prompts.HasGeneratedIdentities ? null
            : new SglangStretches(scheduler, state, admission, _times, _steps);
}
