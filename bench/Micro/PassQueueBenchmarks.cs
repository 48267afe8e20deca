using AgentSim.Simulation;
using BenchmarkDotNet.Attributes;

namespace AgentSim.Micro;

/// <summary>The worker whose pass ends first starts the next one.</summary>
public class PassQueueBenchmarks
{
    private PassQueue _queue = new(1);
    private int _step;

    [Params(8, 128)]
    public int Workers { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        _queue = new PassQueue(Workers);
        for (int worker = 0; worker < Workers; worker++) _queue.Set(worker, new PassEnd(worker * 0.7, 0, 0));
    }

    [Benchmark]
    public double NextPass()
    {
        double now = _queue.NextTime;
        _queue.Set(_queue.First, new PassEnd(now + 5.8 + (_step++ % 13 * 0.1), now, 0));
        return now;
    }
}
