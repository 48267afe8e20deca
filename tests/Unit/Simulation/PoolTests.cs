using AgentSim.Recording;
using AgentSim.Routing;
using AgentSim.Simulation;

namespace AgentSim.Tests.Simulation;

/// <summary>
/// Corners of disaggregated replay that random comparison with the reference found, each as the smallest case with the
/// reference's numbers.
/// </summary>
public sealed class PoolTests
{
    private const string Vllm = """{"block_size":16}""";
    private const string Sglang = """{"engine_type":"sglang","block_size":16}""";

    [Fact]
    public void A_request_that_is_refused_room_has_no_decode_worker()
    {
        ReplayResult result = Sim.Run(
            """
            {"timestamp":0,"input_length":16,"output_length":3,"hash_ids":[1]}
            {"timestamp":1,"input_length":48,"output_length":3,"hash_ids":[2,3,4]}
            """,
            Sim.PoolSettings(Vllm, """{"block_size":16,"num_gpu_blocks":2}"""));
        result.Request(1).Shows(admit: 0, first: 60.285658, end: 128.305658, worker: 0);
        RequestResult refused = result.Request(2);
        refused.Shows(admit: 16.744463, end: 33.975657999999996);
        Assert.Equal((TerminalStatus.Failed, 0, null), (refused.TerminalStatus, refused.PrefillWorkerIdx, refused.DecodeWorkerIdx));
    }

    // The decode worker is in the middle of a pass when the second request is refused.
    [Theory]
    [InlineData(Vllm, """{"block_size":16,"num_gpu_blocks":4}""", 30, 47.71879, 118.766963, 152.776963)]
    [InlineData(Sglang, """{"engine_type":"sglang","block_size":16,"num_gpu_blocks":4}""", 110, 110, 187.957842, 216.691924)]
    public void A_refusal_does_not_wait_for_the_decode_worker(string prefill, string decode, double arrival, double refused, double first,
        double end)
    {
        ReplayResult result = Sim.Run(
            $$"""
            {"timestamp":0,"session_id":"a","input_length":16,"output_length":12,"hash_ids":[1]}
            {"timestamp":{{arrival}},"session_id":"b","input_length":80,"output_length":3,"hash_ids":[2,3,4,6,7]}
            {"delay":1,"session_id":"b","input_length":16,"output_length":2,"hash_ids":[5]}
            """,
            Sim.PoolSettings(prefill, decode));
        result.Request(2).Shows(end: refused);
        Assert.Equal(TerminalStatus.Failed, result.Request(2).TerminalStatus);
        result.Request(3).Shows(arrival: refused + 1, first: first, end: end);
    }

    [Fact]
    public void Sglang_keeps_no_room_for_output_on_decode_workers()
    {
        // An aggregated worker of this size would never admit it, because it reserves room for the output.
        const string row = """{"timestamp":0,"input_length":48,"output_length":16,"hash_ids":[1,2,3]}""";
        const string small = """{"engine_type":"sglang","block_size":16,"num_gpu_blocks":4}""";
        Sim.Run(row, Sim.PoolSettings(Sglang, small)).Request(1).Shows(first: 141.02288900000002, end: 638.636756);
        Assert.Equal("RequestNeverFits", Assert.Throws<AgentSimException>(() => Sim.Run(row, Sim.Settings(small))).ErrorId);
    }

    [Fact]
    public void A_decode_worker_need_not_chunk_prompts()
    {
        const string row = """{"timestamp":0,"input_length":48,"output_length":3,"hash_ids":[1,2,3]}""";
        const string unchunked =
            """{"block_size":16,"max_num_batched_tokens":32,"enable_chunked_prefill":false,"enable_prefix_caching":false}""";
        Sim.Run(row, Sim.PoolSettings(Vllm, unchunked)).Request(1).Shows(first: 22.981084, end: 34.487454);
        Assert.Equal("RequestNeverFits", Assert.Throws<AgentSimException>(() => Sim.Run(row, Sim.PoolSettings(unchunked, Vllm))).ErrorId);
    }

    [Fact]
    public void The_prompt_outlives_the_request_while_a_busy_prefill_worker_holds_its_kv()
    {
        // While the second prompt is prefilled, the first request is decoded to its end; its output becomes a cached page
        // when the prefill worker releases it, and a page is named by its tokens.
        ReplayResult result = Sim.Run(
            $$"""
            {"timestamp":0,"input_length":31,"output_length":17,"hash_ids":[1,2],"output_token_ids":[{{string.Join(',', Enumerable.Range(0, 17))}}]}
            {"timestamp":114,"input_length":8000,"output_length":2,"hash_ids":[{{string.Join(',', Enumerable.Range(100, 500))}}]}
            {"timestamp":400,"input_length":32,"output_length":2,"hash_ids":[1,2]}
            """,
            Sim.PoolSettings("""{"engine_type":"sglang","block_size":16,"kv_bytes_per_token":1000000,"kv_transfer_bandwidth":1.6}""",
                Sglang));
        result.Request(1).Shows(first: 139.81049299999998, end: 231.780701);
        Sim.Same(286.966258, result.Request(1).SourceReleasedMs);
        result.Request(2).Shows(admit: 114.689106, end: 5309.059504);
        result.Request(3).Shows(first: 453.98444800000004, end: 459.73124700000005, reused: 16);
    }

    [Fact]
    public void A_refusal_frees_the_decode_router_before_the_prefill_worker_is_idle_again()
    {
        // The first request is refused while the prefill worker is at the second already. Counted as a load until then, it
        // would leave two decode workers to choose from instead of three, and all later draws would be others.
        string small = """{"timestamp":0,"input_length":78,"output_length":1,"hash_ids":[1,2,3,4,5]}""" + "\n";
        ReplayResult result = Sim.Run(
            """{"timestamp":0,"input_length":521,"output_length":17,"hash_ids":[""" + string.Join(',', Enumerable.Range(10, 33)) + "]}\n"
                + string.Concat(Enumerable.Repeat(small, 6)),
            Sim.PoolSettings(Vllm, """{"block_size":16,"num_gpu_blocks":8}""") with
            {
                Pools = Sim.PoolSettings(Vllm, """{"block_size":16,"num_gpu_blocks":8}""").Pools! with { DecodeWorkers = 3 },
                RouterMode = RouterMode.KvRouter,
                Router = RouterConfig.Parse("""{"router_queue_threshold":0.0}""", "router"),
            });
        Assert.Equal([null, 2, 1, 0, 1, 2, 0], result.Requests.OrderBy(request => request.Ordinal)
            .Select(request => request.DecodeWorkerIdx));
    }

    [Fact]
    public void A_refused_request_counts_as_load_for_those_whose_prefill_ended_with_its_own()
    {
        // Requests 3 and 4 are prefilled in one pass. Request 3 is refused, but its place is given back behind request 4.
        ReplayResult result = Sim.Run(
            $$"""
            {"timestamp":0,"input_length":96,"output_length":0,"hash_ids":[{{string.Join(',', Enumerable.Range(1, 24))}}]}
            {"timestamp":0,"input_length":200,"output_length":0,"hash_ids":[{{string.Join(',', Enumerable.Range(101, 50))}}]}
            {"timestamp":0,"input_length":212,"output_length":2,"hash_ids":[{{string.Join(',', Enumerable.Range(101, 8).Concat(Enumerable.Range(201, 45)))}}]}
            {"timestamp":43,"input_length":26,"output_length":2,"hash_ids":[{{string.Join(',', Enumerable.Range(301, 7))}}]}
            """,
            Sim.PoolSettings("""{"block_size":4,"max_num_batched_tokens":64}""", """{"block_size":4,"num_gpu_blocks":8}""") with
            {
                Pools = Sim.PoolSettings("""{"block_size":4,"max_num_batched_tokens":64}""",
                    """{"block_size":4,"num_gpu_blocks":8}""").Pools! with { DecodeWorkers = 2 },
                RouterMode = RouterMode.KvRouter,
            },
            traceBlockSize: 4);
        result.Request(3).Shows(end: 139.646748);
        result.Request(4).Shows(end: 206.229872);
        Assert.Equal(0, result.Request(4).DecodeWorkerIdx);
    }
}
