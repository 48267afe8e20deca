using AgentSim.Recording;
using static AgentSim.Tests.Engines.Sglang.SglangReplay;

namespace AgentSim.Tests.Engines.Sglang;

/// <summary>The worked examples of behaviour 03#examples.</summary>
public sealed class SglangExamplesTests
{
    [Fact]
    public void Requests_of_one_batch_do_not_share_and_a_later_one_does()
    {
        RequestResult[] requests = Run("\"block_size\":16", Row(0, 40, 3, 1, 2, 3), Row(0, 41, 4, 1, 2, 4), Row(100, 64, 2, 1, 2, 3, 5));

        AssertRequest(requests[0], 0, 23.475476, 34.990084, 0);
        AssertRequest(requests[1], 0, 23.475476, 40.739149000000005, 0);
        AssertRequest(requests[2], 100, 122.740906, 128.494296, 32);
    }

    [Fact]
    public void Retraction_takes_the_least_output_first_and_the_request_finds_its_pages_again()
    {
        RequestResult[] requests = Run(
            "\"block_size\":16,\"num_gpu_blocks\":8,\"sglang\":{\"clip_max_new_tokens\":1,\"schedule_conservativeness\":0.0}",
            Row(0, 48, 30, 1, 2, 3),
            Row(0, 40, 30, 4, 5, 6),
            Row(0, 16, 6, 7UL));

        AssertRequest(requests[0], 0, 220.49726900000002, 1332.8477329999994, 48);
        AssertRequest(requests[1], 0, 42.497089, 928.9517519999998, 0);
        AssertRequest(requests[2], 0, 42.497089, 171.744233, 0);
    }

    [Fact]
    public void Chunks_after_the_first_are_computed_even_where_they_are_cached()
    {
        RequestResult[] requests = Run("\"block_size\":16", Row(0, 20000, 2, 1UL, 16), Row(1000, 20000, 3, 1UL, 16));

        AssertRequest(requests[0], 0, 424.894137, 434.605138, 16384);
        AssertRequest(requests[1], 1000, 1255.7572189999998, 1275.1794119999997, 16384);
    }

    [Fact]
    public void A_fully_cached_prompt_costs_no_prefill()
    {
        RequestResult[] requests = Run("\"block_size\":16", Row(0, 64, 3, 1, 2, 3, 4), Row(100, 64, 3, 1, 2, 3, 4),
            Row(200, 70, 3, 1, 2, 3, 4, 5));

        AssertRequest(requests[0], 0, 23.228070000000002, 34.735056, 0);
        AssertRequest(requests[1], 100, 105.753185, 117.260171, 64);
        AssertRequest(requests[2], 200, 222.346956, 233.856414, 64);
    }

    private static void AssertRequest(RequestResult request, double admit, double first, double last, int reused)
    {
        Assert.Equal(admit, request.FirstAdmitMs);
        Assert.Equal(first, request.FirstTokenMs);
        Assert.Equal(last, request.LastTokenMs);
        Assert.Equal(last, request.TerminalTimeMs);
        Assert.Equal(reused, request.ReusedInputTokens);
    }
}
