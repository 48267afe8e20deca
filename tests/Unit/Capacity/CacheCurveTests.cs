using AgentSim.Capacity;
using AgentSim.Engines;
using AgentSim.Metrics;
using AgentSim.Simulation;
using AgentSim.Sweeps;
using AgentSim.Workload;

namespace AgentSim.Tests.Capacity;

/// <summary>Reuse over the size of the cache lies below its bounds, and the cliff is where most is lost.</summary>
public sealed class CacheCurveTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Prompts of a few families, far enough apart that each is alone on the worker: then all sizes have the same order of accesses.
    private ReplayWorkload Rows(int seed)
    {
        var random = new Random(seed);
        string[] rows = [.. Enumerable.Range(0, 80).Select(i =>
        {
            int family = random.Next(6), length = random.Next(1, 9);
            string ids = string.Join(',', Enumerable.Range(0, length).Select(block => 100 * family + block).Append(10_000 + i));
            return $$"""{"timestamp":{{i * 5000}},"input_length":{{(length + 1) * 64}},"output_length":3,"hash_ids":[{{ids}}]}""";
        })];
        return WorkloadLoader.Load([_folder.Write($"rows{seed}.jsonl", string.Join('\n', rows))],
            new WorkloadOptions { TraceBlockSize = 64 });
    }

    private static CapacityAnswer Curve(ReplayWorkload load, CapacityQuestion? question = null) => Assert.Single(CapacityFinder.Find(
        question ?? new CapacityQuestion { Target = CapacityTarget.KvBlocks }, [new SweepPoint(load, new ReplaySettings())], 2));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Reuse_lies_below_ideal_eviction_and_that_below_infinite_memory(int seed)
    {
        ReplayWorkload load = Rows(seed);
        CacheCurve curve = Curve(load).Cache!;
        Assert.InRange(curve.Sizes.Count, 8, 16);
        Assert.All(curve.Sizes, size => Assert.InRange(size.Reuse!.Value, 0, size.IdealReuse));
        Assert.All(curve.Sizes, size => Assert.InRange(size.IdealReuse, 0, curve.InfiniteReuse));
        Assert.Equal(curve.Sizes.Select(size => size.IdealReuse).Order(), curve.Sizes.Select(size => size.IdealReuse));
        ReplayReport endless = Replay.Run(load, new ReplaySettings { Engine = EngineConfig.Parse("""{"num_gpu_blocks":100000}""", "e") })
            .Summary;
        Assert.Equal(endless.PrefixCacheReusedRatio, curve.InfiniteReuse, 12);
        Assert.Equal(curve.InfiniteReuse, curve.Sizes[^1].IdealReuse, 12);
        Assert.Null(curve.Sizes[0].GigaBytes);
    }

    [Fact]
    public void Blocks_are_GB_where_the_bytes_of_a_token_are_given()
    {
        CapacityQuestion question = new() { Target = CapacityTarget.KvBlocks, KvBytesPerToken = 131072, Minimum = 100, Maximum = 200 };
        CacheSize size = Curve(Rows(1), question).Cache!.Sizes[0];
        Assert.Equal((100, 100 * 64 * 131072 / 1e9), (size.Blocks, size.GigaBytes));
    }

    [Fact]
    public void With_limits_the_least_size_that_keeps_them_is_found()
    {
        ReplayWorkload load = Rows(4);
        CapacityAnswer answer = Curve(load, new CapacityQuestion { Target = CapacityTarget.KvBlocks, Maximum = 150,
            Limits = [LimitRule.Parse("prefix_cache_reused_ratio=0.3")] });
        double Reuse(double blocks) => Replay.Run(load, new ReplaySettings { Engine = EngineConfig.Default.WithBlocks((long)blocks) })
            .Summary.PrefixCacheReusedRatio;
        double found = answer.Answer!.Value;
        Assert.True(Reuse(found) >= 0.3 && Reuse(found - 1) < 0.3);
        Assert.NotNull(answer.FailsBelow);
        Assert.False(answer.Exhaustive);
    }

    [Fact]
    public void The_cliff_is_where_halving_loses_most()
    {
        CacheSize[] sizes = [new(100, null, 0.1, 1), new(200, null, 0.2, 1), new(400, null, 0.6, 1), new(800, null, 0.65, 1)];
        Assert.Equal(400, CacheCurve.CliffOf(sizes));
        Assert.Null(CacheCurve.CliffOf([new(100, null, 0.5, 1), new(200, null, 0.51, 1)]));
        Assert.Null(CacheCurve.CliffOf([new(100, null, null, 1), new(200, null, 0.5, 1)]));
    }
}
