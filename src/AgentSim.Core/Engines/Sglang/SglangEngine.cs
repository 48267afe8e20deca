using AgentSim.Routing;

namespace AgentSim.Engines.Sglang;

/// <summary>SGLang workers; ranks share the timing tables.</summary>
internal sealed class SglangEngine : SimulatedEngine
{
    private readonly EngineServices _services;
    private readonly SglangLimits _limits;
    private readonly PerformanceModel _model;
    private readonly DecodeTimes _decodeTimes;
    private readonly SeparateCaches _caches = new();

    public SglangEngine(EngineServices services)
    {
        _services = services;
        _limits = new SglangLimits(services.Config);
        _model = services.Config.Timing;
        // SGLang counts tokens, not pages.
        _decodeTimes = new DecodeTimes(_model, 1, _limits.TotalTokens);
    }

    public override IPrefixCaches Caches => _caches;

    public override Scheduler CreateRank(int index)
    {
        PublishedPages published = new(_services.CachesAreAsked);
        _caches.Add(published);
        PagePool pages = new(_limits, _services.Prompts, published);
        return new SglangScheduler(_limits, pages, published, _model, _decodeTimes, SpeculativeSampler.Create(_services.Config, index),
            _services.Prompts, _services.Recorder) { Observer = _services.Observer };
    }
}
