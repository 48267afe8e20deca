using AgentSim.Engines;
using AgentSim.Recording;
using AgentSim.Simulation;
using AgentSim.Tests.Simulation;

namespace AgentSim.Tests.Engines.StaticBatch;

/// <summary>An engine that Core has never heard of runs wherever the others do. Passes last 10 ms, batches hold 2.</summary>
public sealed class StaticBatchTests
{
    private const string Rows =
        """
        {"timestamp":0,"input_length":64,"output_length":3,"hash_ids":[1,2,3,4]}
        {"timestamp":0,"input_length":16,"output_length":1,"hash_ids":[9]}
        {"timestamp":5,"input_length":64,"output_length":2,"hash_ids":[1,2,3,4]}
        {"timestamp":12,"input_length":16,"output_length":2,"hash_ids":[8]}
        """;

    private static readonly EngineArguments Arguments = new() { EngineType = new StaticBatchType(passMs: 10), MaxNumSeqs = 2 };

    private static readonly EngineConfig Engine = Arguments.Resolve("engine");

    [Fact]
    public void One_worker_fills_the_next_batch_when_the_last_request_of_the_first_has_ended()
    {
        ReplayResult result = Sim.Run(Rows, new ReplaySettings { Engine = Engine });
        Shows(result.Request(1), admit: 0, ttft: 10, itl: 10, end: 30);
        Shows(result.Request(2), admit: 0, ttft: 10, itl: null, end: 10);
        Shows(result.Request(3), admit: 30, ttft: 35, itl: 10, end: 50);
        Shows(result.Request(4), admit: 30, ttft: 28, itl: 10, end: 50);
        result.Summary.Shows(("duration_ms", 50), ("completed_requests", 4), ("mean_ttft_ms", 20.75), ("mean_itl_ms", 10),
            ("prefix_cache_reused_ratio", 0));
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(1, 2)]   // ranks of one worker wait for each other, so that the second starts its next pass at 20
    public void Round_robin_spreads_the_requests(int workers, int ranks)
    {
        ReplayResult result = Sim.Run(Rows, new ReplaySettings { Engine = (Arguments with { DpSize = ranks }).Resolve("engine"),
            Workers = workers });
        Shows(result.Request(1), admit: 0, ttft: 10, itl: 10, end: 30, worker: 0);
        Shows(result.Request(2), admit: 0, ttft: 10, itl: null, end: 10, worker: 1);
        Shows(result.Request(3), admit: 30, ttft: 35, itl: 10, end: 50, worker: 0);
        if (ranks == 1) Shows(result.Request(4), admit: 12, ttft: 10, itl: 10, end: 32, worker: 1);
        else Shows(result.Request(4), admit: 20, ttft: 18, itl: 10, end: 40, worker: 1);
    }

    [Fact]
    public void The_router_goes_by_load_alone_where_nothing_is_cached()
    {
        ReplayResult result = Sim.Run(Rows, new ReplaySettings { Engine = Engine, Workers = 2, RouterMode = RouterMode.KvRouter });
        // Worker 1 by the first draw; then what has fewer prompt tokens to compute and blocks in use.
        Shows(result.Request(1), admit: 0, ttft: 10, itl: 10, end: 30, worker: 1);
        Shows(result.Request(2), admit: 0, ttft: 10, itl: null, end: 10, worker: 0);
        Shows(result.Request(3), admit: 10, ttft: 15, itl: 10, end: 30, worker: 0);
        // The first request has its first token by now: worker 1 has no prompt left to compute.
        Shows(result.Request(4), admit: 30, ttft: 28, itl: 10, end: 50, worker: 1);
    }

    [Fact]
    public void It_is_named_in_the_report_and_in_refusals_and_nobody_else_hears_of_it()
    {
        ReplayResult result = Sim.Run(Rows, new ReplaySettings { Engine = Engine });
        Assert.Contains("\"engine_type\":\"static-batch\"", result.Run.Settings["engine_args"]!.ToString(), StringComparison.Ordinal);

        PoolSettings pools = new(Of(WorkerType.Prefill), Of(WorkerType.Decode));
        Assert.Equal(
            "disaggregated replay does not support engine_type static-batch; use sglang or vllm",
            Assert.Throws<AgentSimException>(() => Sim.Run(Rows, new ReplaySettings { Pools = pools })).Message);
        Assert.DoesNotContain(Engine.EngineType, EngineType.All);
    }

    private static EngineConfig Of(WorkerType role) => (Arguments with { WorkerType = role }).Resolve("engine");

    private static void Shows(RequestResult request, double admit, double ttft, double? itl, double end, int? worker = null)
    {
        request.Shows(admit: admit, end: end, worker: worker);
        Sim.Same(ttft, request.TtftMs);
        Assert.Equal(itl is null, request.ItlMs is null);
        if (itl is not null) Sim.Same(itl, request.ItlMs);
    }
}
