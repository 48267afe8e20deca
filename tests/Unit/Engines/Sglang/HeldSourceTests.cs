using AgentSim.Recording;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Tests.Engines.Sglang;

/// <summary>What a router sees of prompts that a prefill worker holds until they are transferred (behaviour 03#A.6 and 03#A.10).</summary>
public sealed class HeldSourceTests
{
    // The first prompt is in no tree: it asks for no output, and its transfer lasts until 81.5 ms.
    [Theory]
    [InlineData(0, 30.0)]
    [InlineData(1, 40.0)]
    public void A_router_sees_the_pages_of_a_held_prompt_before_they_enter_the_tree(int output, double next)
    {
        const string Engine = """ "block_size":16,"num_gpu_blocks":40,"sglang":{"page_size":16},"kv_bytes_per_token":1000000,"kv_transfer_bandwidth":1.0 """;
        PoolSettings pools = new(
            SglangReplay.Arguments($"{Engine},\"worker_type\":\"prefill\""),
            SglangReplay.Arguments($"{Engine},\"worker_type\":\"decode\""),
            PrefillWorkers: 2,
            DecodeWorkers: 1);
        ReplaySettings settings = new() { Pools = pools, RouterMode = RouterMode.KvRouter };
        ReplayWorkload workload = WorkloadLoader.FromRows(
        [
            SglangReplay.Row(0.0, 64, output, 1, 2, 3, 4),
            SglangReplay.Row(next, 64, output, 1, 2, 3, 4),
        ], 16);

        RequestResult second = Replay.Run(workload, settings).Requests.Single(request => request.ArrivalTimeMs > 0);

        Assert.Equal(64, second.PrefillRouteOverlapTokens);
        Assert.True(second.PrefillAdmitMs < 81.0);
    }
}
