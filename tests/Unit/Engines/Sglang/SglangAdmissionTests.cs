using AgentSim.Recording;
using AgentSim.Simulation;
using AgentSim.Workload;
using static AgentSim.Tests.Engines.Sglang.SglangReplay;

namespace AgentSim.Tests.Engines.Sglang;

public sealed class SglangAdmissionTests
{
    // A pool of 1024 tokens: equality is refused, and prompts count in whole pages.
    [Theory]
    [InlineData(1008, 15, true)]
    [InlineData(1008, 16, false)]
    [InlineData(1000, 16, false)]
    public void Prompt_pages_and_reserved_output_must_stay_below_the_pool(int prompt, int output, bool runs) =>
        AssertRuns("\"block_size\":16,\"num_gpu_blocks\":64", prompt, output, runs);

    // Pages of 48 tokens with the default chunk of 8192.
    [Theory]
    [InlineData(8160, true)]
    [InlineData(8161, false)]
    [InlineData(8192, false)]
    public void A_prompt_that_rounds_up_beyond_the_chunk_never_starts(int prompt, bool runs) =>
        AssertRuns("\"block_size\":48", prompt, 1, runs);

    [Theory]
    [InlineData("\"block_size\":16,\"sglang\":{\"max_prefill_tokens\":64}", 64, true)]
    [InlineData("\"block_size\":16,\"sglang\":{\"max_prefill_tokens\":64}", 65, false)]
    [InlineData("\"block_size\":16,\"sglang\":{\"chunked_prefill_size\":0}", 1, false)]
    [InlineData("\"block_size\":16,\"sglang\":{\"chunked_prefill_size\":32,\"max_prefill_tokens\":16}", 100, false)]
    [InlineData("\"block_size\":16,\"sglang\":{\"chunked_prefill_size\":32}", 100, true)]
    public void Prefill_budgets_bound_what_can_start(string engine, int prompt, bool runs) => AssertRuns(engine, prompt, 1, runs);

    [Fact]
    public void A_request_that_outgrows_the_pool_after_a_clipped_reservation_is_refused() =>
        AssertRuns("\"block_size\":16,\"num_gpu_blocks\":8,\"sglang\":{\"clip_max_new_tokens\":1}", 64, 65, false);

    [Fact]
    public void A_time_cap_may_end_the_run_before_a_request_that_never_fits_matters()
    {
        ReplaySettings settings = new() { Engine = Arguments("\"block_size\":16,\"num_gpu_blocks\":64"), MaxSimTimeMs = 100 };
        ReplayResult result = Replay.Run(WorkloadLoader.FromRows([Row(0, 32, 2, 1, 2), Row(500, 2000, 1, 10UL, 16)], 16), settings);
        Assert.Single(result.Requests);
    }

    [Fact]
    public void Later_requests_wait_behind_a_head_that_does_not_fit_yet()
    {
        // 256 tokens: the first leaves no room for the second, and the third, which would fit, queues behind it.
        RequestResult[] requests = Run("\"block_size\":16,\"num_gpu_blocks\":16", Row(0, 128, 20, 1UL, 16), Row(0, 128, 20, 101UL, 16),
            Row(0, 16, 2, 201UL));

        Assert.Equal(0.0, requests[0].FirstAdmitMs);
        Assert.True(requests[1].FirstAdmitMs > 0);
        Assert.Equal(requests[1].FirstAdmitMs, requests[2].FirstAdmitMs);
    }

    [Fact]
    public void The_longest_cached_prefix_goes_first_when_asked_for()
    {
        var rows = new[] { Row(0, 64, 2, 1UL, 16), Row(50, 64, 2, 101UL, 16), Row(51, 80, 2, 1UL, 16), Row(40, 64, 30, 301UL, 16) };
        const string OneAtATime = "\"block_size\":16,\"max_num_seqs\":1";
        RequestResult[] fifo = Run(OneAtATime, rows), lpm = Run(OneAtATime + ",\"sglang\":{\"schedule_policy\":\"lpm\"}", rows);

        Assert.Equal([1, 4, 2, 3], Order(fifo));
        Assert.Equal([1, 4, 3, 2], Order(lpm));

        static IEnumerable<int> Order(RequestResult[] requests) =>
            requests.OrderBy(request => request.FirstAdmitMs).Select(request => request.InputLength switch { 80 => 3,
                _ when request.ArrivalTimeMs == 0 => 1, _ when request.ArrivalTimeMs == 50 => 2, _ => 4 });
    }

    private static void AssertRuns(string engine, int prompt, int output, bool runs)
    {
        if (runs) Assert.Equal(output, Run(engine, Row(0, prompt, output, 1UL, 16))[0].OutputLength);
        else Assert.Equal("RequestNeverFits", Assert.Throws<AgentSimException>(() => Run(engine, Row(0, prompt, output, 1UL, 16))).ErrorId);
    }
}
