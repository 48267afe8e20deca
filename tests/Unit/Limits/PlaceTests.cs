using AgentSim.Simulation;
using AgentSim.Workload;
using AgentSim.Engines;
using AgentSim.Files;
using AgentSim.Rows;

namespace AgentSim.Tests.Limits;

/// <summary>An error about a row, record or request says where it stands, also where rows were made of records.</summary>
public sealed class PlaceTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static string Record(string id, string session, long output, long start) =>
        """{"schema":"dynamo.request.trace.v1","event_type":"request_end",""" + session + $"\"event_time_unix_ms\":{start + 10},"
        + $"\"request\":{{\"request_id\":\"{id}\",\"output_tokens\":{output},\"request_received_ms\":{start},\"total_time_ms\":5.0,"
        + """ "replay":{"trace_block_size":4,"input_length":1,"input_sequence_hashes":[1]}}}""";

    private string Message(string path, TraceFormat format, ReplaySettings? settings = null)
    {
        var options = new WorkloadOptions { Format = format, TraceBlockSize = format == TraceFormat.Dynamo ? null : 16 };
        return Assert.Throws<AgentSimException>(() => Replay.Run(WorkloadLoader.Load([path], options), settings ?? new ReplaySettings()))
            .Message;
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"event_source\":\"dynamo\",\"agent_context\":{\"session_id\":\"s\"},")]
    public void A_row_made_of_a_trace_is_where_its_record_is(string session)
    {
        // Rows are in the order of their times, records in that of the file.
        string path = _folder.Write("t.jsonl", string.Join('\n',
            Record("a", session, 1, 300), "", Record("b", session, 4294967296, 200), Record("c", session, 1, 100)) + "\n");
        string message = Message(path, TraceFormat.Dynamo);
        Assert.StartsWith($"{path}:3: output_length 4294967296 is out of range", message);
    }

    [Fact]
    public void A_request_that_never_fits_is_where_its_row_is()
    {
        string path = _folder.Write("rows.jsonl", """
            {"session_id":"b","timestamp":0,"input_length":16,"output_length":1,"hash_ids":[1]}
            {"session_id":"a","timestamp":5,"input_length":16,"output_length":1,"hash_ids":[1]}
            {"session_id":"b","delay":5,"input_length":16,"output_length":100000,"hash_ids":[1]}
            """);
        EngineConfig small = EngineArguments.Parse("""{"num_gpu_blocks":8}""", "engine").Resolve("engine", new LoadedFiles());
        Assert.StartsWith($"{path}:3: turn 2 of session 'b' can never ", Message(path, TraceFormat.Mooncake,
            new ReplaySettings { Engine = small }));
    }

    [Theory]
    [InlineData(5e-324)]
    [InlineData(1e-300)]
    public void Times_that_a_ratio_makes_infinite_are_refused_with_their_place_and_cure(double ratio)
    {
        string path = _folder.Write("rows.jsonl", """
            {"timestamp":0,"input_length":16,"output_length":1,"hash_ids":[0]}
            {"timestamp":1e308,"input_length":16,"output_length":1,"hash_ids":[1]}
            """);
        string message = Message(path, TraceFormat.Mooncake, new ReplaySettings { ArrivalSpeedupRatio = ratio });
        Assert.StartsWith($"{path}:2: session 'request_2' starts at 1E+308 ms", message);
        Assert.Contains("give a larger arrival speedup ratio", message);
    }

    [Fact]
    public void A_wait_that_a_ratio_makes_infinite_is_a_dead_end_with_a_cause_and_a_cure()
    {
        string path = _folder.Write("rows.jsonl", """
            {"session_id":"a","timestamp":0,"input_length":16,"output_length":1,"hash_ids":[0]}
            {"session_id":"a","delay":1e300,"input_length":16,"output_length":1,"hash_ids":[1]}
            """);
        string message = Message(path, TraceFormat.Mooncake, new ReplaySettings { ArrivalSpeedupRatio = 1e-300 });
        Assert.Contains("no finite time", message);
        Assert.Contains("a larger arrival speedup ratio", message);
    }
}
