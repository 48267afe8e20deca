using AgentSim.Engines;
using AgentSim.Metrics;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Tests.Simulation;

public class WorkerResultsTests
{
    private static readonly SyntheticOptions Load = new()
    {
        InputTokens = 256, OutputTokens = 8, RequestCount = 10, ArrivalIntervalMs = 5, TurnsPerSession = 2,
    };

    private static EngineConfig Engine(string json) => EngineConfig.Parse(json, "engine");

    private static ReplayResult Run(ReplaySettings settings) =>
        Replay.Run(SyntheticLoad.Create(Load, (settings.Pools?.Prefill ?? settings.Engine).BlockSize), settings);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(2, 2)]
    public void Aggregated_workers_share_all_requests(int workers, int ranks)
    {
        var settings = new ReplaySettings { Workers = workers, Engine = Engine($$"""{"dp_size":{{ranks}}}""") };
        ReplayResult result = Run(settings);
        Assert.Equal(Enumerable.Range(0, workers * ranks), result.Workers.Select(worker => worker.Index));
        Assert.All(result.Workers, worker => Assert.Equal(WorkerType.Aggregated, worker.WorkerType));
        Assert.Equal(result.Summary.CompletedRequests, result.Workers.Sum(worker => worker.CompletedRequests));
        Assert.Equal(result.Summary.TotalInputTokens, result.Workers.Sum(worker => worker.InputTokens));
        Assert.Equal(result.Summary.TotalOutputTokens, result.Workers.Sum(worker => worker.OutputTokens));
        Assert.Equal(result.Summary.Ttft.Mean, result.Workers.Sum(worker => worker.MeanTtftMs * worker.CompletedRequests) / 20, 1e-9);
        Assert.Equal(result.Summary.E2eLatency.Mean, result.Workers.Sum(worker => worker.MeanE2eLatencyMs * worker.CompletedRequests)
            / 20, 1e-9);
        // The same of the records, which are not made for it.
        Assert.Equal(WorkerResults.Of([.. result.Requests], settings), result.Workers);
    }

    [Fact]
    public void Workers_without_requests_are_listed()
    {
        ReplayResult result = Run(new ReplaySettings { Workers = 30 });
        Assert.Equal(30, result.Workers.Count);
        Assert.Equal(new WorkerResult(WorkerType.Aggregated, 29, 0, 0, 0, 0, 0, double.PositiveInfinity, double.PositiveInfinity),
            result.Workers[29]);
        Assert.Equal(double.NegativeInfinity, result.Workers[29].PrefixCacheReusedRatio);
    }

    [Fact]
    public void Pools_are_listed_one_after_the_other()
    {
        ReplayResult result = Run(new ReplaySettings
        {
            Pools = new PoolSettings(Engine("""{"worker_type":"prefill"}"""), Engine("""{"worker_type":"decode"}"""), 2, 3),
        });
        Assert.Equal([WorkerType.Prefill, WorkerType.Prefill, WorkerType.Decode, WorkerType.Decode, WorkerType.Decode],
            result.Workers.Select(worker => worker.WorkerType));
        Assert.Equal([0, 1, 0, 1, 2], result.Workers.Select(worker => worker.Index));
        Assert.Equal(20, result.Workers.Take(2).Sum(worker => worker.CompletedRequests));
        Assert.Equal(20, result.Workers.Skip(2).Sum(worker => worker.CompletedRequests));
        Assert.Equal(0, result.Workers.Take(2).Sum(worker => worker.OutputTokens));
        Assert.Equal(result.Summary.TotalOutputTokens, result.Workers.Skip(2).Sum(worker => worker.OutputTokens));
    }
}
