using AgentSim.Metrics;
using AgentSim.Recording;
using AgentSim.Rows;
using AgentSim.Simulation;

namespace AgentSim.Tests.Simulation;

/// <summary>The worked examples of behaviour 06#14, as whole replays.</summary>
public sealed class ReportExamplesTests
{
    private const string Sessions =
        """
        {"session_id":"A","timestamp":0,"input_length":32,"output_length":3,"hash_ids":[1,2]}
        {"session_id":"A","delay":10,"input_length":64,"output_length":2,"hash_ids":[1,2,3,4]}
        {"session_id":"B","timestamp":5,"input_length":16,"output_length":1,"hash_ids":[9]}
        """;

    private const string Agentic =
        """
        {"request_id":"a","session_id":"S","input_length":32,"output_length":3,"hash_ids":[1,2],"timestamp":1000,"prefix_reset":true}
        {"request_id":"b","session_id":"S","input_length":64,"output_length":2,"hash_ids":[1,2,3,4],"wait_for":["a"],"delay":10,"tool_wait_ms":5}
        {"request_id":"c","session_id":"T","input_length":16,"output_length":1,"hash_ids":[9],"timestamp":1005,"prefix_reset":true}
        """;

    [Fact]
    public void Example_1_records()
    {
        ReplayResult result = Sim.Run(Sessions, Sim.Settings(workers: 2));
        Assert.Equal([("A", 0), ("B", 0), ("A", 1)], result.Requests.Select(request => (request.SessionId, request.TurnIndex!.Value)));
        RequestResult first = result.Request(1), second = result.Request(2), other = result.Request(3);
        first.Shows(arrival: 0, admit: 0, first: 22.734314, end: 34.234092000000004, reused: 0, worker: 0);
        other.Shows(arrival: 5, admit: 5, first: 27.487759, end: 27.487759, reused: 0, worker: 1);
        second.Shows(arrival: 44.234092000000004, admit: 44.234092000000004, first: 66.974998, end: 72.731478, reused: 32, worker: 0);
        Sim.Same(5.749889, first.TtstMs);
        Sim.Same(5.749889000000001, first.ItlMs);
        Sim.Same(34.234092000000004, first.E2eLatencyMs);
        Sim.Same(5.756479999999996, second.TtstMs);
        Sim.Same(5.756479999999996, second.ItlMs);
        Sim.Same(28.49738599999999, second.E2eLatencyMs);
        Assert.Null(other.TtstMs);
        Assert.Null(other.ItlMs);
    }

    [Fact]
    public void Example_1_report() => Sim.Run(Sessions, Sim.Settings(workers: 2)).Summary.Shows(
        ("num_requests", 3),
        ("completed_requests", 3),
        ("total_input_tokens", 112),
        ("total_output_tokens", 6),
        ("duration_ms", 72.731478),
        ("request_throughput_rps", 41.24761495978399),
        ("input_throughput_tok_s", 1539.9109584986022),
        ("output_throughput_tok_s", 82.49522991956798),
        ("total_throughput_tok_s", 1622.4061884181701),
        ("prefix_cache_reused_ratio", 0.2857142857142857),
        ("mean_ttft_ms", 22.65432633333333),
        ("median_ttft_ms", 22.734314),
        ("p75_ttft_ms", 22.740905999999995),
        ("std_ttft_ms", 0.11781163218271487),
        ("median_tpot_ms", 5.756479999999996),
        ("mean_itl_ms", 5.752085999999999),
        ("std_itl_ms", 0.0031070271965313936),
        ("median_itl_ms", 5.748851426827424),
        ("p75_itl_ms", 5.760360638893143),
        ("p99_itl_ms", 5.760360638893143),
        ("max_itl_ms", 5.756479999999996),
        ("median_output_token_throughput_per_user", 173.99059041324327),
        ("mean_output_token_throughput_per_user", 173.85002443597605),
        ("std_output_token_throughput_per_user", 0.09387038385846781),
        ("decode_worker_seconds", 0.14546295599999998),
        ("gpu_hours", 4.040637666666666e-05));

    [Fact]
    public void Example_1_one_worker()
    {
        ReplayResult result = Sim.Run(Sessions, Sim.Settings());
        result.Request(1).Shows(end: 50.981851000000006);
        Sim.Same(22.497648, result.Request(1).TtstMs);
        result.Request(3).Shows(arrival: 5, admit: 22.734314, end: 45.231962);
        result.Request(2).Shows(arrival: 60.981851000000006, end: 89.479237);
        Assert.All(result.Requests, request => Assert.Null(request.SessionId ?? request.TurnIndex?.ToString()
            ?? request.DecodeWorkerIdx?.ToString()));
        result.Summary.Shows(("decode_worker_seconds", 89.479237 / 1000));
    }

    [Fact]
    public void Example_2_agentic_rows_with_a_service_level()
    {
        ReplayResult result = Sim.Run(Agentic,
            Sim.Settings(workers: 2) with { ServiceLevel = new ServiceLevel(TtftMs: 22.6, ItlMs: 5.7565) }, TraceFormat.AgenticMooncake);
        result.Request(2).Shows(arrival: 34.234092000000004 + 15);
        result.Summary.Shows(
            ("duration_ms", 77.731478),
            ("decode_worker_seconds", 0.15546295599999999),
            ("output_throughput_tok_s", 77.1888063160204),
            ("goodput_completed_requests", 1),
            ("goodput_request_throughput_rps", 12.864801052670066),
            ("goodput_output_throughput_tok_s", 12.864801052670066));
    }

    [Fact]
    public void Example_2_a_time_cap_holds_for_agentic_rows_too()
    {
        ReplayResult result = Sim.Run(Agentic, Sim.Settings(workers: 2) with { MaxSimTimeMs = 1.0 }, TraceFormat.AgenticMooncake);
        Assert.Empty(result.Requests);
        result.Summary.Shows(("num_requests", 1), ("completed_requests", 0));
    }

    [Fact]
    public void Example_3_rejection_and_zero_output()
    {
        ReplayResult result = Sim.Run(
            """
            {"timestamp":0,"input_length":32,"output_length":3,"hash_ids":[1,2]}
            {"timestamp":1,"input_length":160,"output_length":2,"hash_ids":[11,12,13,14,15,16,17,18,19,20]}
            {"timestamp":2,"input_length":16,"output_length":0,"hash_ids":[9]}
            {"timestamp":2,"input_length":16,"output_length":1,"hash_ids":[9]}
            """,
            Sim.Settings("""{"block_size":16,"num_gpu_blocks":6}""", workers: 2));
        result.Request(1).Shows(end: 107.235517);
        RequestResult rejected = result.Request(2), silent = result.Request(3);
        rejected.Shows(end: 1, worker: 1);
        Assert.Equal((TerminalStatus.Rejected, 0), (rejected.TerminalStatus, rejected.OutputLength));
        Assert.Null(rejected.FirstAdmitMs ?? rejected.FirstTokenMs ?? rejected.E2eLatencyMs);
        silent.Shows(admit: 37.871054, end: 80.925517);
        Assert.Equal((TerminalStatus.Completed, 0), (silent.TerminalStatus, silent.OutputLength));
        Assert.Null(silent.FirstTokenMs ?? silent.LastTokenMs ?? silent.TtftMs ?? silent.E2eLatencyMs);
        result.Request(4).Shows(first: 32.77113, end: 32.77113);
        Sim.Same(30.77113, result.Request(4).TtftMs);
        result.Summary.Shows(
            ("num_requests", 4),
            ("completed_requests", 3),
            ("total_input_tokens", 64),
            ("total_output_tokens", 4),
            ("duration_ms", 107.235517),
            ("mean_ttft_ms", 34.321092),
            ("mean_ttst_ms", 43.054463),
            ("mean_itl_ms", 34.6822315),
            ("decode_worker_seconds", 0.214471034));
    }

    [Fact]
    public void Example_3_time_cap_on_two_workers()
    {
        ReplayResult result = Sim.Run(Sessions, Sim.Settings(workers: 2) with { MaxSimTimeMs = 30,
            ServiceLevel = new ServiceLevel(E2eMs: 30) });
        Assert.Equal(3, Assert.Single(result.Requests).Ordinal);
        result.Summary.Shows(
            ("num_requests", 2),
            ("completed_requests", 1),
            ("duration_ms", 27.487759),
            ("decode_worker_seconds", 0.056968406),
            ("goodput_completed_requests", 1));
    }

    [Fact]
    public void Example_3_nothing_completes_under_a_cap_of_0()
    {
        ReplayResult result = Sim.Run(Sessions, Sim.Settings() with { MaxSimTimeMs = 0 });
        Assert.Empty(result.Requests);
        result.Summary.Shows(
            ("num_requests", 2),
            ("decode_worker_seconds", 1e-09),
            ("gpu_hours", 2.777777777777778e-13),
            ("mean_ttft_ms", 0),
            ("max_e2e_latency_ms", 0));
    }
}
