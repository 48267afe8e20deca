using AgentSim.Rows;
using AgentSim.Simulation;

namespace AgentSim.Tests.Simulation;

/// <summary>The worked replays of behaviour 01#13.</summary>
public sealed class WorkloadExamplesTests
{
    private const string AgenticRows =
        """
        {"request_id":"r1","session_id":"root","input_length":40,"output_length":3,"hash_ids":[0,1,2],"timestamp":0.0,"request_kind":"foreground","branches":["k1"],"prefix_reset":true}
        {"request_id":"k1","session_id":"c","input_length":30,"output_length":4,"hash_ids":[0,3],"timestamp":150.0,"delay":50.0,"request_kind":"agent","wait_for":["r1"],"prefix_reset":true}
        {"request_id":"r2","session_id":"root","input_length":64,"output_length":2,"hash_ids":[0,1,4,5],"timestamp":300.0,"delay":25.0,"request_kind":"foreground","wait_for":["r1","k1"],"prefix_reset":false,"tool_wait_ms":25.0}
        """;

    // The trace of 13.1: the last line comes first, one row is wrapped, one is a tool start, one a payload.
    private const string RequestTrace =
        """
        {"schema":"dynamo.request.trace.v1","event_type":"request_end","event_time_unix_ms":1512,"agent_context":{"session_id":"root"},"request":{"request_id":"r2","request_received_ms":1300,"total_time_ms":200.0,"output_tokens":2,"replay":{"trace_block_size":16,"input_length":64,"input_sequence_hashes":[111,222,555,666]}}}
        {"timestamp":5,"event":{"schema":"dynamo.request.trace.v1","event_type":"request_end","event_time_unix_ms":1101,"agent_context":{"session_id":"root"},"request":{"request_id":"r1","request_received_ms":1000,"total_time_ms":100.4,"output_tokens":3,"replay":{"trace_block_size":16,"input_length":40,"input_sequence_hashes":[111,222,333]}}}}
        {"schema":"dynamo.request.trace.v1","event_type":"tool_start","event_time_unix_ms":1110,"agent_context":{"session_id":"root"},"tool":{"tool_call_id":"t1","tool_class":"bash","started_at_unix_ms":1110}}
        {"schema":"dynamo.request.trace.v1","event_type":"tool_end","event_time_unix_ms":1270,"agent_context":{"session_id":"root"},"tool":{"tool_call_id":"t1","tool_class":"bash","started_at_unix_ms":1110,"ended_at_unix_ms":1270,"duration_ms":159.75,"output_bytes":7}}
        {"schema":"dynamo.request.trace.v1","event_type":"tool_error","event_time_unix_ms":1275,"agent_context":{"session_id":"root"},"tool":{"tool_call_id":"t2","tool_class":"read","duration_ms":14.5}}
        {"event":{"event_type":"request_payload","anything":{"goes":["here"]}}}
        {"schema":"dynamo.request.trace.v1","event_type":"request_end","event_time_unix_ms":1250,"agent_context":{"session_id":"c","parent_session_id":"root"},"request":{"request_id":"k1","request_received_ms":1150,"output_tokens":4,"replay":{"trace_block_size":16,"input_length":30,"input_sequence_hashes":[111,444]}}}
        """;

    public static TheoryData<TraceFormat> BothForms => new(TraceFormat.AgenticMooncake, TraceFormat.Dynamo);

    [Theory]
    [MemberData(nameof(BothForms))]
    public void Example_1_one_worker(TraceFormat format)
    {
        ReplayResult result = Sim.Run(RowsOf(format), Sim.Settings(), format);
        result.Request(1).Shows(arrival: 0, reused: 0, first: 22.85932, end: 34.359098);
        result.Request(2).Shows(arrival: 84.359098, reused: 16, first: 106.81976200000001, end: 124.06283700000002);
        result.Request(3).Shows(arrival: 174.062837, reused: 32, first: 196.803743, end: 202.560223);
        result.Summary.Shows(
            ("duration_ms", 202.560223),
            ("prefix_cache_reused_ratio", 0.3582089552238806),
            ("mean_ttft_ms", 22.686963333333335),
            ("mean_e2e_latency_ms", 34.186741000000005),
            ("max_e2e_latency_ms", 39.70373900000001),
            ("min_e2e_latency_ms", 28.497386000000006));
        Assert.Equal(["r1", "k1", "r2"], result.Requests.Select(request => request.RequestId));
        Assert.Equal([("root", 0), ("c", 0), ("root", 0)], result.Requests.Select(request => (request.SessionId, request.TurnIndex)));
    }

    [Theory]
    [MemberData(nameof(BothForms))]
    public void Example_1_two_workers(TraceFormat format)
    {
        ReplayResult result = Sim.Run(RowsOf(format), Sim.Settings(workers: 2), format);
        result.Request(1).Shows(worker: 0);
        result.Request(2).Shows(worker: 1, first: 107.062993, end: 124.30606800000001);
        result.Request(3).Shows(worker: 0, arrival: 174.306068);
        result.Summary.Shows(("duration_ms", 202.80345400000002), ("prefix_cache_reused_ratio", 0.23880597014925373),
            ("mean_e2e_latency_ms", 34.267818000000005));
    }

    [Theory]
    [MemberData(nameof(BothForms))]
    public void Example_1_twice_as_fast_halves_the_delays(TraceFormat format)
    {
        ReplayResult result = Sim.Run(RowsOf(format), Sim.Settings() with { ArrivalSpeedupRatio = 2 }, format);
        result.Request(2).Shows(arrival: 34.359098 + 25);
        result.Summary.Shows(("duration_ms", 152.56022300000004));
    }

    private const string Sessions =
        """
        {"session_id":"s","timestamp":1000,"input_length":16,"output_length":2,"hash_ids":[1]}
        {"session_id":"t","timestamp":1010,"input_length":16,"output_length":2,"hash_ids":[9]}
        {"session_id":"s","timestamp":1030,"input_length":32,"output_length":1,"hash_ids":[1,2]}
        {"session_id":"s","delay":7,"timestamp":5000,"input_length":32,"output_length":1,"hash_ids":[1,2]}
        {"session_id":"s","timestamp":5001,"input_length":32,"output_length":1,"hash_ids":[1,2]}
        {"session_id":"s","input_length":32,"output_length":1,"hash_ids":[1,2]}
        """;

    [Fact]
    public void Example_2_sessions_on_two_workers()
    {
        ReplayResult result = Sim.Run(Sessions, Sim.Settings(workers: 2));
        result.Request(1).Shows(arrival: 0, worker: 0, reused: 0, end: 28.234352);
        result.Request(6).Shows(arrival: 10, worker: 1, reused: 0, end: 38.234352);
        result.Request(2).Shows(arrival: 58.234352, worker: 0, reused: 16, end: 80.725408);
        result.Request(3).Shows(arrival: 87.725408, worker: 1, reused: 0, end: 110.45972200000001);
        result.Request(4).Shows(arrival: 111.45972200000001, worker: 0, reused: 16, end: 133.950778);
        result.Request(5).Shows(arrival: 133.950778, worker: 1, reused: 16, end: 156.441834);
        Assert.Equal(("t", 0), (result.Request(6).SessionId, result.Request(6).TurnIndex));
        Assert.Equal(("s", 4), (result.Request(5).SessionId, result.Request(5).TurnIndex));
    }

    [Fact]
    public void Example_2_one_worker_knows_no_sessions_and_admits_late()
    {
        ReplayResult result = Sim.Run(Sessions, Sim.Settings());
        result.Request(6).Shows(arrival: 10, admit: 22.487759);
        Assert.All(result.Requests, request => Assert.Null(request.SessionId));
        Assert.All(result.Requests, request => Assert.Null(request.TurnIndex));
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(4.0)]
    public void Example_2_one_session_at_a_time_runs_the_first_to_its_end(double speedup)
    {
        ReplayResult result = Sim.Run(Sessions, Sim.Settings() with { Concurrency = 1, ArrivalSpeedupRatio = speedup });
        result.Request(2).Shows(arrival: 28.234352 + 30);
        result.Request(5).Shows(end: 156.19857599999997);
        result.Request(6).Shows(arrival: 156.19857599999997);
    }

    [Fact]
    public void Example_3_engine_blocks_are_cut_across_trace_blocks()
    {
        ReplayResult result = Sim.Run(
            """
            {"timestamp":0,"hash_ids":[1,2],"input_length":48,"output_length":1}
            {"timestamp":1000,"hash_ids":[1,3],"input_length":48,"output_length":1}
            {"timestamp":2000,"hash_ids":[1,2,9],"input_length":72,"output_length":1}
            {"timestamp":3000,"hash_ids":[1,2],"input_length":40,"output_length":1}
            """,
            Sim.Settings(),
            traceBlockSize: 24);
        result.Request(1).Shows(reused: 0, end: 22.981084);
        result.Request(2).Shows(reused: 16, end: 1022.73761);
        result.Request(3).Shows(reused: 48, end: 2022.622545);
        result.Request(4).Shows(reused: 32, end: 3022.372803);
    }

    private const string Delta =
        """
        {"session_id":"s","timestamp":0,"input_length":20,"output_length":12,"hash_ids":[1,2]}
        {"session_id":"s","delay":10,"input_length":10,"output_length":3,"hash_ids":[3]}
        {"session_id":"s","delay":10,"input_length":20,"output_length":1,"hash_ids":[4,5]}
        """;

    [Fact]
    public void Example_4_delta_turns_continue_the_history()
    {
        ReplayResult result = Sim.Run(Delta, Sim.Settings(), TraceFormat.MooncakeDelta);
        Assert.Equal([20, 42, 65], result.Requests.Select(request => request.InputLength));
        result.Request(1).Shows(arrival: 0, reused: 0, end: 85.76437300000003);
        result.Request(2).Shows(arrival: 95.76437300000003, reused: 16, end: 129.91051400000003);
        result.Request(3).Shows(arrival: 139.91051400000003, reused: 32, end: 162.66992600000003);
    }

    [Fact]
    public void Example_4_as_plain_rows_nothing_is_reused()
    {
        ReplayResult result = Sim.Run(Delta, Sim.Settings());
        Assert.Equal([20, 10, 20], result.Requests.Select(request => request.InputLength));
        Assert.All(result.Requests, request => Assert.Equal(0, request.ReusedInputTokens));
        result.Request(1).Shows(end: 85.76437300000003);
        result.Request(2).Shows(end: 129.64755700000003);
        result.Request(3).Shows(end: 162.19940700000004);
    }

    [Fact]
    public void Example_4_applied_compute_sessions_grow_turn_by_turn()
    {
        ReplayResult result = Sim.Run(
            """{"num_turns":2,"input_prompt_length":40,"assistant_response_length":[5,6],"tool_call_output_length":[7,8],"tool_call_latency":[0.5,0.25],"final_assistant_response_length":9}""",
            Sim.Settings() with { Concurrency = 1 },
            TraceFormat.AppliedComputeAgentic);
        Assert.Equal([40, 52, 66], result.Requests.Select(request => request.InputLength));
        Assert.Equal([5, 6, 9], result.Requests.Select(request => request.OutputLength));
        result.Request(1).Shows(arrival: 0, reused: 0);
        result.Request(2).Shows(arrival: 545.858876, reused: 32);
        result.Request(3).Shows(arrival: 847.1832430000002, reused: 48, end: 915.7664210000003);
    }

    private static string RowsOf(TraceFormat format) => format == TraceFormat.Dynamo ? RequestTrace : AgenticRows;
}
