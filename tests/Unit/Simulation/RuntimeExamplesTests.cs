using AgentSim.Recording;
using AgentSim.Rows;
using AgentSim.Simulation;

namespace AgentSim.Tests.Simulation;

/// <summary>The worked examples of aggregated replay in behaviour 04#14.</summary>
public sealed class RuntimeExamplesTests
{
    private const string Agentic =
        """
        {"request_id":"r1","session_id":"a","timestamp":0,"input_length":32,"output_length":4,"hash_ids":[1,2]}
        {"request_id":"r2","session_id":"a","wait_for":["r1"],"delay":10,"input_length":48,"output_length":3,"hash_ids":[1,2,3]}
        """;

    private const string Flat =
        """
        {"timestamp":0,"input_length":32,"output_length":4,"hash_ids":[1,2]}
        {"timestamp":5,"input_length":48,"output_length":3,"hash_ids":[1,2,3]}
        """;

    [Fact]
    public void Example_1_agentic_rows_on_two_workers()
    {
        ReplayResult result = Sim.Run(Agentic, Sim.Settings(workers: 2), TraceFormat.AgenticMooncake);
        result.Request(1).Shows(arrival: 0, worker: 0, first: 22.734314, end: 39.98398100000001);
        result.Request(2).Shows(arrival: 49.98398100000001, worker: 1, reused: 0, first: 72.96506500000001, end: 84.47143500000001);
        result.Summary.Shows(
            ("duration_ms", 84.47143500000001),
            ("prefix_cache_reused_ratio", 0.0),
            ("decode_worker_seconds", 0.16894287000000005),
            ("gpu_hours", 4.6928575000000015e-05),
            ("decode_gpus_per_worker", 1));
        Sim.Same(22.734314, result.Request(1).TtftMs);
        Sim.Same(22.981084000000003, result.Request(2).TtftMs);
        Sim.Same(39.98398100000001, result.Request(1).E2eLatencyMs);
        Sim.Same(34.48745400000001, result.Request(2).E2eLatencyMs);
    }

    [Theory]
    [InlineData(1.0, 83.98470300000001)]
    [InlineData(2.0, 78.98470300000001)]
    public void Example_1_one_worker_reuses_the_prefix(double speedup, double duration)
    {
        ReplayResult result = Sim.Run(Agentic, Sim.Settings() with { ArrivalSpeedupRatio = speedup }, TraceFormat.AgenticMooncake);
        result.Request(2).Shows(reused: 32);
        result.Summary.Shows(("duration_ms", duration));
    }

    [Fact]
    public void Example_2_one_worker()
    {
        ReplayResult result = Sim.Run(Flat, Sim.Settings());
        result.Request(1).Shows(arrival: 0, admit: 0, first: 22.734314, end: 56.744922, reused: 0);
        result.Request(2).Shows(arrival: 5, admit: 22.734314, first: 45.231962, end: 56.744922, reused: 32);
        Sim.Same(22.497648, result.Request(1).TtstMs);
        Assert.All(result.Requests, request => Assert.Null(request.DecodeWorkerIdx));
        result.Summary.Shows(("decode_worker_seconds", 0.056744922));
    }

    [Fact]
    public void Example_2_an_empty_rank_takes_part_in_the_barrier()
    {
        ReplayResult result = Sim.Run(Flat, Sim.Settings("""{"block_size":16,"dp_size":2}"""));
        result.Request(1).Shows(admit: 0, first: 22.734314, end: 57.221768000000004, worker: 0);
        result.Request(2).Shows(admit: 22.734314, first: 45.715398, end: 57.221768000000004, worker: 1);
        Sim.Same(45.715398 - 22.734314, result.Request(1).TtstMs);
        result.Summary.Shows(
            ("decode_worker_seconds", 0.057221768000000006),
            ("decode_gpus_per_worker", 2),
            ("gpu_hours", 3.178987111111111e-05));
    }

    [Theory]
    [InlineData("vllm", 46.735581999999994, 112, 58.28808199999999)]
    [InlineData("trtllm", 29.987825, 128, 41.53373499999999)]
    public void Example_3_the_router_sees_blocks_when_the_pass_that_stores_them_starts(string engine, double first, int reused, double end)
    {
        ReplayResult result = Sim.Run(
            """
            {"timestamp":0,"input_length":128,"output_length":4,"hash_ids":[1,2,3,4,5,6,7,8]}
            {"timestamp":0.5,"input_length":16,"output_length":4,"hash_ids":[50]}
            {"timestamp":1,"input_length":128,"output_length":4,"hash_ids":[1,2,3,4,5,6,7,8]}
            """,
            Sim.Settings($$"""{"block_size":16,"engine_type":"{{engine}}"}""", workers: 2, router: "{}"));
        result.Request(1).Shows(worker: 1, end: end);
        result.Request(2).Shows(worker: 0, end: 40.22753800000001);
        result.Request(3).Shows(worker: 1, admit: 24.218164, first: first, reused: reused);
    }

    private const string Sessions =
        """
        {"session_id":"a","timestamp":0,"input_length":16,"output_length":2,"hash_ids":[1]}
        {"session_id":"b","timestamp":0,"input_length":16,"output_length":5,"hash_ids":[2]}
        {"session_id":"c","timestamp":0,"input_length":16,"output_length":2,"hash_ids":[3]}
        {"session_id":"d","timestamp":0,"input_length":16,"output_length":2,"hash_ids":[4]}
        {"session_id":"a","delay":30,"input_length":16,"output_length":2,"hash_ids":[1]}
        """;

    [Fact]
    public void Example_5_a_session_keeps_its_slot_while_it_thinks()
    {
        ReplayResult result = Sim.Run(Sessions, Sim.Settings(workers: 2) with { Concurrency = 2 });
        result.Request(1).Shows(arrival: 0, worker: 0, first: 22.487759, end: 28.234352);
        result.Request(2).Shows(arrival: 58.234352, worker: 1, first: 80.722111, end: 86.468704);
        result.Request(3).Shows(arrival: 0, worker: 1, first: 22.487759, end: 45.474131000000014);
        result.Request(4).Shows(arrival: 45.474131000000014, worker: 0, first: 67.96189000000001, end: 73.70848300000002);
        result.Request(5).Shows(arrival: 73.70848300000002, worker: 0, first: 96.19624200000001, end: 101.94283500000002);
    }

    [Fact]
    public void Example_5_a_single_worker_records_the_arrival_at_the_end_of_its_pass()
    {
        ReplayResult result = Sim.Run(Sessions, Sim.Settings() with { Concurrency = 2 });
        result.Request(1).Shows(end: 28.487499);
        result.Request(2).Shows(arrival: 68.21503700000001, first: 90.709389);
    }

    [Theory]
    [InlineData(0, 1, 1, 0, 1e-09)]
    [InlineData(30, 1, 1, 0, 1e-09)]
    [InlineData(50, 1, 2, 1, 0.03998398100000001)]
    [InlineData(100, 1, 3, 1, 0.03998398100000001)]
    [InlineData(0, 2, 1, 0, 0.0)]
    [InlineData(30, 2, 1, 0, 0.056968406)]
    [InlineData(50, 2, 1, 1, 0.079967962)]
    [InlineData(100, 2, 2, 1, 0.19999999999999998)]
    public void Example_6_the_time_cap_stops_the_run(double cap, int workers, int arrived, int completed, double workerSeconds)
    {
        ReplayResult result = Sim.Run(
            """
            {"timestamp":0,"input_length":32,"output_length":4,"hash_ids":[1,2]}
            {"timestamp":100,"input_length":48,"output_length":3,"hash_ids":[1,2,3]}
            {"timestamp":120,"input_length":48,"output_length":3,"hash_ids":[1,2,3]}
            """,
            Sim.Settings(workers: workers) with { MaxSimTimeMs = cap });
        result.Summary.Shows(("num_requests", arrived), ("completed_requests", completed), ("decode_worker_seconds", workerSeconds));
        Assert.Equal(completed, result.Requests.Count);
    }

    [Theory]
    [InlineData("vllm")]
    [InlineData("trtllm")]
    public void Example_7_a_prompt_larger_than_the_pool_is_rejected(string engine)
    {
        ReplayResult result = Sim.Run(
            """
            {"timestamp":0,"input_length":80,"output_length":2,"hash_ids":[1,2,3,4,5]}
            {"timestamp":1,"input_length":16,"output_length":2,"hash_ids":[6]}
            """,
            Sim.Settings($$"""{"block_size":16,"num_gpu_blocks":4,"engine_type":"{{engine}}"}"""));
        result.Request(1).Shows(end: 0);
        Assert.Equal(TerminalStatus.Rejected, result.Request(1).TerminalStatus);
        Assert.Null(result.Request(1).FirstAdmitMs);
        result.Request(2).Shows(first: 35.378213, end: 61.688213000000005);
        result.Summary.Shows(("num_requests", 2), ("completed_requests", 1));
    }

    [Fact]
    public void Example_7_a_rejected_request_releases_its_dependents()
    {
        ReplayResult result = Sim.Run(
            """
            {"request_id":"a","timestamp":0,"input_length":80,"output_length":2,"hash_ids":[1,2,3,4,5]}
            {"request_id":"b","wait_for":["a"],"delay":7,"input_length":16,"output_length":2,"hash_ids":[6]}
            """,
            Sim.Settings("""{"block_size":16,"num_gpu_blocks":4}""", workers: 2),
            TraceFormat.AgenticMooncake);
        result.Request(2).Shows(arrival: 7);
        result.Summary.Shows(("duration_ms", 67.688213));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Example_7_a_request_that_outgrows_the_pool_is_refused_by_name(int workers)
    {
        AgentSimException error = Assert.Throws<AgentSimException>(() => Sim.Run(
            """{"timestamp":0,"input_length":48,"output_length":32,"hash_ids":[1,2,3]}""",
            Sim.Settings("""{"block_size":16,"num_gpu_blocks":4}""", workers)));
        Assert.Equal("RequestNeverFits", error.ErrorId);
        Assert.Contains("turn 1 of session 'request_1'", error.Message, StringComparison.Ordinal);
        Assert.Contains("5 KV blocks", error.Message, StringComparison.Ordinal);
        Assert.Contains("has 4 of 16 tokens", error.Message, StringComparison.Ordinal);
    }
}
