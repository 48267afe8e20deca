using AgentSim.Engines;
using AgentSim.Metrics;
using AgentSim.Rows;
using AgentSim.Simulation;

namespace AgentSim.Tests.Simulation;

public class ReplayChecksTests
{
    private static readonly ReplaySettings Good = new() { Workers = 2 };

    private static string Fault(ReplaySettings settings, TraceFormat format = TraceFormat.Mooncake)
    {
        var error = Assert.Throws<AgentSimException>(() => ReplayChecks.CheckSettings(settings, format));
        Assert.Equal(FaultKind.Input, error.Kind);
        return error.Message;
    }

    [Theory]
    [InlineData(-1.0)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Bounds_must_be_finite_and_not_negative(double bound)
    {
        Assert.StartsWith("longest simulated time in seconds must be finite", Fault(Good with { MaxSimTimeMs = bound }));
        Assert.StartsWith("SLA of TTFT in milliseconds must be finite",
            Fault(Good with { ServiceLevel = new ServiceLevel(TtftMs: bound) }));
        Assert.StartsWith("SLA of ITL in milliseconds must be finite",
            Fault(Good with { ServiceLevel = new ServiceLevel(ItlMs: bound, E2eMs: bound) }));
        Assert.StartsWith("SLA of the end-to-end latency in milliseconds must be finite",
            Fault(Good with { ServiceLevel = new ServiceLevel(E2eMs: bound) }));
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(-2.0)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void An_invalid_speed_up_is_refused_even_where_it_has_no_effect(double ratio)
    {
        Assert.StartsWith("arrival speedup ratio must be", Fault(Good with { ArrivalSpeedupRatio = ratio }));
        Assert.StartsWith("arrival speedup ratio must be", Fault(Good with { ArrivalSpeedupRatio = ratio, Concurrency = 2 }));
    }

    [Fact]
    public void The_kv_router_needs_a_choice()
    {
        ReplaySettings single = new() { RouterMode = RouterMode.KvRouter };
        Assert.StartsWith("router mode kv_router needs more than one target", Fault(single));
        Assert.StartsWith("router mode kv_router needs more than one target", Fault(single with { Workers = 0 }));
        ReplayChecks.CheckSettings(single with { Engine = EngineConfig.Parse("""{"dp_size":2}""", "engine") }, TraceFormat.Mooncake);
        ReplayChecks.CheckSettings(single with { Workers = 2 }, TraceFormat.Mooncake);
    }

    [Fact]
    public void Counts_start_at_one()
    {
        Assert.StartsWith("number of workers must be at least 1", Fault(Good with { Workers = 0 }));
        Assert.StartsWith("concurrency must be at least 1", Fault(Good with { Concurrency = 0 }));
    }

    [Fact]
    public void Formats_limit_the_load()
    {
        Assert.Contains("needs concurrency", Fault(Good, TraceFormat.AppliedComputeAgentic));
        Assert.Contains("cannot be replayed with concurrency", Fault(Good with { Concurrency = 2 }, TraceFormat.AgenticMooncake));
        ReplayChecks.CheckSettings(Good with { Concurrency = 2 }, TraceFormat.Dynamo);   // decided when it has been read
    }

    [Fact]
    public void Workers_must_be_of_the_aggregated_type() =>
        Assert.Contains("worker_type must be aggregated",
            Fault(Good with { Engine = EngineConfig.Parse("""{"worker_type":"prefill"}""", "engine") }));

    [Fact]
    public void The_first_rule_broken_is_reported() => Assert.StartsWith(
        "longest simulated time in seconds", Fault(Good with { MaxSimTimeMs = -1, Workers = 0, Concurrency = 0, ArrivalSpeedupRatio = 0 }));

    [Theory]
    [InlineData(int.MaxValue, """{"block_size":16}""")]
    [InlineData(int.MaxValue, """{"block_size":16,"dp_size":2}""")]
    [InlineData(65536, """{"block_size":16,"dp_size":65536}""")]
    [InlineData(1, """{"block_size":16,"dp_size":4294967295}""")]
    public void More_workers_than_memory_holds_are_refused_in_one_line(int workers, string engine)
    {
        const string row = """{"timestamp":0,"input_length":16,"output_length":1,"hash_ids":[1]}""";
        AgentSimException error = Assert.Throws<AgentSimException>(() => Sim.Run(row, Sim.Settings(engine, workers)));
        Assert.Equal("TooManyWorkers", error.ErrorId);
    }

    [Theory]
    [InlineData("vllm")]
    [InlineData("sglang")]
    public void Blocks_of_more_tokens_than_a_prompt_can_have_are_refused(string engine)
    {
        string arguments = $$"""{"engine_type":"{{engine}}","block_size":2147483648}""";
        Assert.EndsWith("block_size must be at most 2147483647 (is 2147483648)",
            Fault(Good with { Engine = EngineConfig.Parse(arguments, "engine") }));
    }
}
