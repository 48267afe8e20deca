namespace AgentSim.Tests;

/// <summary>Suggestions for misspelt names.</summary>
public class NearestNameTests
{
    [Theory]
    [InlineData("p99_tftt_ms", "p99_ttft_ms")]   // two letters swapped, the commonest slip
    [InlineData("p99_tft_ms", "p99_ttft_ms")]
    [InlineData("P99_TTFT_M", "p99_ttft_ms")]
    public void The_name_that_was_meant_is_suggested(string given, string meant) =>
        Assert.Equal($"did you mean '{meant}'?", NearestName.Suggest(given, ["p99_tpot_ms", "p99_ttft_ms", "e2e_latency_ms"]));
}
