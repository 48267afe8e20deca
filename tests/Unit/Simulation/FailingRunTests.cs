using AgentSim.Engines;
using AgentSim.Recording;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Tests.Simulation;

/// <summary>Runs that cannot end say so, name the request and leave the normal outcomes alone.</summary>
public sealed class FailingRunTests
{
    private const string Outgrows =
        """{"request_id":"big","session_id":"x","timestamp":0,"input_length":48,"output_length":32,"hash_ids":[1,2,3]}""";
    private const string SmallPool = """{"block_size":16,"num_gpu_blocks":4}""";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_prompt_over_the_budget_without_chunking_is_a_dead_end(int workers)
    {
        AgentSimException error = Refusal(
            """
            {"timestamp":0,"input_length":16,"output_length":2,"hash_ids":[1]}
            {"session_id":"long","timestamp":0,"input_length":40,"output_length":2,"hash_ids":[2,3,4]}
            {"session_id":"long","delay":1,"input_length":16,"output_length":2,"hash_ids":[1]}
            """,
            Sim.Settings("""{"block_size":16,"max_num_batched_tokens":32,"enable_chunked_prefill":false}""", workers));
        Assert.Equal("ReplayDeadEnd", error.ErrorId);
        Assert.Contains("turn 1 of session 'long'", error.Message, StringComparison.Ordinal);
        Assert.Contains("40 prompt tokens exceed max_num_batched_tokens 32", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Transferred_prompts_that_keep_a_preempted_request_out_for_ever_are_counted()
    {
        PoolSettings pools = new(
            EngineConfig.Parse("""{"block_size":16,"worker_type":"prefill"}""", "prefill"),
            EngineConfig.Parse("""{"block_size":16,"worker_type":"decode","num_gpu_blocks":4}""", "decode"));
        AgentSimException error = Refusal(
            """
            {"timestamp":0,"input_length":32,"output_length":10,"hash_ids":[1,2]}
            {"timestamp":0,"input_length":32,"output_length":10,"hash_ids":[11,12]}
            {"timestamp":0,"input_length":32,"output_length":10,"hash_ids":[21,22]}
            """,
            new ReplaySettings { Pools = pools });
        Assert.Equal("ReplayDeadEnd", error.ErrorId);
        Assert.Contains("it needs 3 KV blocks of 16 tokens, and of the 4 of its worker 2 stay in use; raise num_gpu_blocks", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Without_caching_a_prompt_over_the_budget_is_refused_before_the_run()
    {
        AgentSimException error = Refusal(
            """{"timestamp":0,"input_length":40,"output_length":2,"hash_ids":[2,3,4]}""",
            Sim.Settings("""{"block_size":16,"max_num_batched_tokens":32,"enable_chunked_prefill":false,"enable_prefix_caching":false}"""));
        Assert.Equal("RequestNeverFits", error.ErrorId);
        Assert.Contains("turn 1 of session 'request_1'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_agentic_request_that_outgrows_the_pool_is_named_by_its_id()
    {
        AgentSimException error = Refusal(Outgrows, Sim.Settings(SmallPool), TraceFormat.AgenticMooncake);
        Assert.Equal("RequestNeverFits", error.ErrorId);
        Assert.Contains("request 'big'", error.Message, StringComparison.Ordinal);
        Assert.Contains("48 prompt and 32 output tokens need 5 KV blocks", error.Message, StringComparison.Ordinal);
        Assert.Contains("raise num_gpu_blocks or set max_model_len", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_accumulated_prompt_that_outgrows_the_pool_is_refused_when_its_turn_comes()
    {
        AgentSimException error = Refusal(
            """
            {"session_id":"s","timestamp":0,"input_length":20,"output_length":10,"hash_ids":[1,2]}
            {"session_id":"s","delay":1,"input_length":20,"output_length":20,"hash_ids":[3,4]}
            """,
            Sim.Settings(SmallPool),
            TraceFormat.MooncakeDelta);
        Assert.Equal("RequestNeverFits", error.ErrorId);
        Assert.Contains("turn 2 of session 's'", error.Message, StringComparison.Ordinal);
        Assert.Contains("50 prompt and 20 output tokens", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TraceFormat.Mooncake)]
    [InlineData(TraceFormat.MooncakeDelta)]
    [InlineData(TraceFormat.AgenticMooncake)]
    public void A_request_of_a_copy_is_where_the_copied_one_is(TraceFormat format)
    {
        const string Rows = """
            {"request_id":"a","session_id":"s","timestamp":0,"input_length":16,"output_length":4,"hash_ids":[1]}
            {"request_id":"b","session_id":"t","timestamp":9,"input_length":16,"output_length":4000,"hash_ids":[3]}
            """;
        ReplaySettings settings = Sim.Settings(SmallPool) with { Knobs = new WorkloadKnobs { Copies = 3 } };
        AgentSimException error = Refusal(Rows, settings, format);
        Assert.Equal("RequestNeverFits", error.ErrorId);
        Assert.Contains("trace.jsonl:2: ", error.Message, StringComparison.Ordinal);
        ReplayWorkload workload = Sim.Load(Rows, format);
        WorkloadColumns copies = AppliedKnobs.To(workload, settings.Knobs).Columns;
        Assert.Equal([1, 2, 1, 2, 1, 2], Enumerable.Range(0, copies.InputLength.Length).Select(request => copies.Places![request].Line));
    }

    [Theory]
    [InlineData(17, false)]   // 48 + 17 - 1 tokens are held: exactly the pool
    [InlineData(18, true)]
    public void The_last_token_needs_no_room(int output, bool isRefused)
    {
        string row = $$"""{"timestamp":0,"input_length":48,"output_length":{{output}},"hash_ids":[1,2,3]}""";
        if (isRefused) Assert.Equal("RequestNeverFits", Refusal(row, Sim.Settings(SmallPool)).ErrorId);
        else Assert.Equal(output, Sim.Run(row, Sim.Settings(SmallPool)).Request(1).OutputLength);
    }

    [Fact]
    public void A_length_limit_lets_the_request_end_in_time()
    {
        ReplayResult result = Sim.Run(Outgrows, Sim.Settings("""{"block_size":16,"num_gpu_blocks":4,"max_model_len":60}"""));
        Assert.Equal((TerminalStatus.Completed, 12, 32), (result.Request(1).TerminalStatus, result.Request(1).OutputLength,
            result.Request(1).RequestedOutputLength));
    }

    [Fact]
    public void A_prompt_at_the_length_limit_is_rejected_and_the_run_goes_on()
    {
        ReplayResult result = Sim.Run(Outgrows, Sim.Settings("""{"block_size":16,"num_gpu_blocks":4,"max_model_len":48}"""));
        Assert.Equal(TerminalStatus.Rejected, result.Request(1).TerminalStatus);
    }

    [Fact]
    public void A_run_that_its_time_cap_ends_first_is_not_refused()
    {
        ReplayResult result = Sim.Run(Outgrows, Sim.Settings(SmallPool) with { MaxSimTimeMs = 100 });
        result.Summary.Shows(("num_requests", 1), ("completed_requests", 0));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_speculating_run_that_gets_nowhere_ends(int workers)
    {
        // Under a cap nothing is refused beforehand; the request admits, reserves in vain and preempts itself for ever.
        AgentSimException error = Refusal(
            """{"session_id":"spinning","timestamp":0,"input_length":10,"output_length":20,"hash_ids":[1]}""",
            Sim.Settings("""{"block_size":16,"num_gpu_blocks":1,"aic_nextn":5}""", workers) with { MaxSimTimeMs = 1e12 });
        Assert.Equal("ReplayDeadEnd", error.ErrorId);
        Assert.Contains("turn 1 of session 'spinning'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_prompt_cannot_be_routed()
    {
        AgentSimException error = Refusal(
            """{"request_id":"empty","timestamp":0,"input_length":0,"output_length":1,"hash_ids":[]}""",
                Sim.Settings(workers: 2, router: "{}"), TraceFormat.AgenticMooncake);
        Assert.Equal("PromptEmpty", error.ErrorId);
    }

    [Fact]
    public void A_cancelled_run_stops()
    {
        using CancellationTokenSource source = new();
        string rows = string.Join('\n', Enumerable.Range(0, 5000)
            .Select(i => $$"""{"timestamp":{{i * 100}},"input_length":4,"output_length":1,"hash_ids":[{{i}}]}"""));
        StopAfterTheFirstReport progress = new(source);
        Assert.Throws<OperationCanceledException>(() => Replay.Run(Sim.Load(rows), Sim.Settings(), progress, source.Token));
        Assert.Equal(1, progress.Reports);
        Assert.InRange(progress.Ended, 1, 4999);
    }

    [Fact]
    public void A_cancelled_run_stops_also_in_the_midst_of_passes_that_take_no_time()
    {
        using CancellationTokenSource source = new();
        string rows = string.Join('\n', Enumerable.Range(0, 5000)
            .Select(i => $$"""{"timestamp":0,"input_length":4,"output_length":1,"hash_ids":[{{i}}]}"""));
        StopAfterTheFirstReport progress = new(source);
        ReplaySettings settings = Sim.Settings("""{"block_size":16,"max_num_seqs":1,"speedup_ratio":1e15}""", workers: 2);
        Assert.Throws<OperationCanceledException>(() => Replay.Run(Sim.Load(rows), settings, progress, source.Token));
        Assert.InRange(progress.Ended, 1, 4999);
    }

    private static AgentSimException Refusal(string rows, ReplaySettings settings, TraceFormat format = TraceFormat.Mooncake)
    {
        AgentSimException error = Assert.Throws<AgentSimException>(() => Sim.Run(rows, settings, format));
        Assert.Equal(FaultKind.Input, error.Kind);
        Assert.DoesNotContain('\n', error.Message);
        return error;
    }

    private sealed class StopAfterTheFirstReport(CancellationTokenSource source) : IProgress<ReplayProgress>
    {
        public int Reports { get; private set; }

        public int Ended { get; private set; }

        public void Report(ReplayProgress value)
        {
            Reports++;
            Ended = value.Done;
            source.Cancel();
        }
    }
}
