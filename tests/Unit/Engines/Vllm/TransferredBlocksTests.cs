using AgentSim.Engines;
using AgentSim.Recording;
using AgentSim.Simulation;
using AgentSim.Tests.Simulation;

namespace AgentSim.Tests.Engines.Vllm;

/// <summary>Room for prompts that are transferred to a decode worker with the <c>kvbm</c> backend (behaviour 02#11, and 04#7.4).</summary>
public sealed class TransferredBlocksTests
{
    // The prompts share 4 blocks of 16. The short one arrives after 0.064 ms, the long one after 0.128 ms, during the
    // first decode step of the short one: 8 + 4 of 20 blocks are in use then. Once both have arrived they share.
    [Fact]
    public void Prompts_on_their_way_share_no_blocks_and_those_that_have_arrived_do()
    {
        const string Rows = """
            {"input_length":128,"output_length":3,"hash_ids":[1,2,3,4,5,6,7,8],"timestamp":0.0}
            {"input_length":64,"output_length":3,"hash_ids":[1,2,3,4],"timestamp":0.0}
            """;
        PoolSettings pools = new(
            EngineConfig.Parse("""{"block_size":16,"kv_bytes_per_token":1000,"kv_transfer_bandwidth":1.0,"worker_type":"prefill"}""",
                "prefill"),
            EngineConfig.Parse("""{"block_size":16,"g1_backend":"kvbm","num_gpu_blocks":20,"worker_type":"decode"}""", "decode"));

        RequestResult shorter = Sim.Run(Rows, new ReplaySettings { Pools = pools }).Requests.Single(request => request.InputLength == 64);

        Assert.Equal(18.760565, shorter.DestinationActivatedMs!.Value, 1e-9);
        Assert.Equal(StepMs(12 / 20.0), shorter.FirstTokenMs!.Value - shorter.DestinationActivatedMs.Value, 1e-9);
        // 8 shared blocks and one for the first token.
        Assert.Equal(StepMs(9 / 20.0), shorter.TtstMs!.Value, 1e-9);
    }

    // The decode step of behaviour 02#8, with a share of the KV in use.
    private static double StepMs(double used) => Math.Round(((-25.74 * used * used) + (54.01 * used) + 5.74) * 1e6) / 1e6;
}
