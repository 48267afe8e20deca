using AgentSim.Engines;

namespace AgentSim.Tests.Engines;

public sealed class EngineTypeTests
{
    [Fact]
    public void Every_engine_folder_is_known_by_name() =>
        Assert.Equal([EngineType.Sglang, EngineType.Trtllm, EngineType.Vllm], EngineType.All);

    [Theory]
    [InlineData("vllm")]
    [InlineData("VLLM")]
    public void A_name_is_found_in_any_case(string name) => Assert.Same(EngineType.Vllm, EngineType.Parse(name));

    [Fact]
    public void An_unknown_name_is_refused_with_the_known_ones() => Assert.Equal(
        "the engine type must be one of sglang, trtllm, vllm (is 'fourth')",
        Assert.Throws<AgentSimException>(() => EngineType.Parse("fourth")).Message);
}
