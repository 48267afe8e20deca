using AgentSim.Engines;
using AgentSim.Routing;

namespace AgentSim.Tests.Json;

public class JsonOptionsTextTests
{
    [Theory]
    [InlineData("{}", "vllm")]
    [InlineData("""{"max_num_seqs":64,"block_size":16}""", "vllm block_size=16 max_num_seqs=64")]
    [InlineData("""{"max_num_seqs":null}""", "vllm max_num_seqs=")]
    [InlineData("""{"engine_type":"trtllm"}""", "trtllm")]
    [InlineData("""{"engine_type":"sglang","sglang":{"schedule_policy":"lpm"},"enable_chunked_prefill":false}""",
        "sglang enable_chunked_prefill=False sglang.schedule_policy=lpm")]
    [InlineData("""{"reasoning":{"start_thinking_token_id":1,"end_thinking_token_id":2,"thinking_ratio":0.5}}""",
        "vllm reasoning.start_thinking_token_id=1 reasoning.end_thinking_token_id=2 reasoning.thinking_ratio=0.5")]
    public void Engine_arguments_show_their_engine_and_what_is_not_default(string json, string expected) =>
        Assert.Equal(expected, EngineArguments.Parse(json, "engine").ToString());

    [Fact]
    public void Router_settings_show_what_is_not_default()
    {
        Assert.Equal("defaults", RouterSettings.Default.ToString());
        Assert.Equal("router_temperature=0.5 router_queue_policy=wspt",
            RouterSettings.Parse("""{"router_queue_policy":"wspt","router_temperature":0.5}""", "router").ToString());
    }
}
