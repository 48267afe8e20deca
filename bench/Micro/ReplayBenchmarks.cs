using AgentSim.Engines;
using AgentSim.Simulation;
using AgentSim.Workload;
using BenchmarkDotNet.Attributes;

namespace AgentSim.Micro;

/// <summary>A whole replay of 1,000 requests. Longer outputs mean more engine steps; what is allocated must not follow them.</summary>
public class ReplayBenchmarks
{
    private ReplayWorkload _workload = Load.Workload(1, 1);
    private ReplaySettings _settings = new();

    [Params(50, 200, 800)]
    public int OutputTokens { get; set; }

    [Params(RouterMode.RoundRobin, RouterMode.KvRouter)]
    public RouterMode Router { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _workload = Load.Workload(1000, OutputTokens);
        _settings = new ReplaySettings { Engine = EngineConfig.Parse("""{"block_size":16}""", "engine"), Workers = 4, RouterMode = Router };
    }

    [Benchmark]
    public double? Run() => Replay.Run(_workload, _settings).Summary["duration_ms"];
}
