using AgentSim.Lowering;

namespace AgentSim.Tests.Lowering;

public sealed class TraceConverterTests : IDisposable
{
    private const string Input = """
        {"schema":"dynamo.request.trace.v1","event_type":"request_end","event_time_unix_ms":1512,"agent_context":{"session_id":"root"},"request":{"request_id":"r2","request_received_ms":1300,"total_time_ms":200.0,"output_tokens":2,"replay":{"trace_block_size":16,"input_length":64,"input_sequence_hashes":[111,222,555,666]}}}
        {"timestamp":5,"event":{"schema":"dynamo.request.trace.v1","event_type":"request_end","event_time_unix_ms":1101,"agent_context":{"session_id":"root"},"request":{"request_id":"r1","request_received_ms":1000,"total_time_ms":100.4,"output_tokens":3,"replay":{"trace_block_size":16,"input_length":40,"input_sequence_hashes":[111,222,333]}}}}
        {"schema":"dynamo.request.trace.v1","event_type":"tool_start","event_time_unix_ms":1110,"agent_context":{"session_id":"root"},"tool":{"tool_call_id":"t1","tool_class":"bash","started_at_unix_ms":1110}}
        {"schema":"dynamo.request.trace.v1","event_type":"tool_end","event_time_unix_ms":1270,"agent_context":{"session_id":"root"},"tool":{"tool_call_id":"t1","tool_class":"bash","started_at_unix_ms":1110,"ended_at_unix_ms":1270,"duration_ms":159.75,"output_bytes":7}}
        {"schema":"dynamo.request.trace.v1","event_type":"tool_error","event_time_unix_ms":1275,"agent_context":{"session_id":"root"},"tool":{"tool_call_id":"t2","tool_class":"read","duration_ms":14.5}}
        {"event":{"event_type":"request_payload","anything":{"goes":["here"]}}}
        {"schema":"dynamo.request.trace.v1","event_type":"request_end","event_time_unix_ms":1250,"agent_context":{"session_id":"c","parent_session_id":"root"},"request":{"request_id":"k1","request_received_ms":1150,"output_tokens":4,"replay":{"trace_block_size":16,"input_length":30,"input_sequence_hashes":[111,444]}}}
        """;

    private const string Output = """
        {"request_id":"r1","session_id":"root","input_length":40,"output_length":3,"hash_ids":[0,1,2],"timestamp":0.0,"request_kind":"foreground","branches":["k1"],"prefix_reset":true}
        {"request_id":"k1","session_id":"c","input_length":30,"output_length":4,"hash_ids":[0,3],"timestamp":150.0,"delay":50.0,"request_kind":"agent","wait_for":["r1"],"prefix_reset":true}
        {"request_id":"r2","session_id":"root","input_length":64,"output_length":2,"hash_ids":[0,1,4,5],"timestamp":300.0,"delay":25.0,"request_kind":"foreground","wait_for":["r1","k1"],"prefix_reset":false,"tool_wait_ms":25.0,"tool_events":[{"tool_call_id":"t1","tool_class":"bash","started_at_unix_ms":1110,"ended_at_unix_ms":1270,"duration_ms":159.75,"status":"succeeded","output_bytes":7},{"tool_call_id":"t2","tool_class":"read","started_at_unix_ms":1260,"ended_at_unix_ms":1275,"duration_ms":14.5,"status":"error"}]}

        """;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_worked_example_is_converted_to_these_bytes()
    {
        ConvertResult result = Convert(_folder.Write("in.jsonl", Input));

        Assert.Equal(new ConvertResult(3, 16, true), result);
        Assert.Equal(Output, File.ReadAllText(_folder.File("out/rows.jsonl")));
    }

    [Fact]
    public void Shards_and_compression_make_no_difference()
    {
        string[] lines = Input.Split('\n');
        _folder.Write("shards/1.jsonl", string.Join('\n', lines[..3]));
        _folder.Write("shards/2.jsonl.gz", TempFolder.Gzip(string.Join('\n', lines[3..])));

        Convert(_folder.File("shards"));

        Assert.Equal(Output, File.ReadAllText(_folder.File("out/rows.jsonl")));
    }

    [Fact]
    public void Input_and_output_may_be_the_same_file()
    {
        string path = _folder.Write("same.jsonl", Input);

        TraceConverter.Convert(new ConvertOptions([path], path, IsAgentic: true));

        Assert.Equal(Output, File.ReadAllText(path));
    }

    [Fact]
    public void A_failure_touches_nothing()
    {
        string input = _folder.Write("in.jsonl", Input + "\n{broken");
        _folder.Write("out/rows.jsonl", "old");

        AgentSimException error = Assert.Throws<AgentSimException>(() => Convert(input));

        Assert.StartsWith($"{input}:8: not valid JSON at byte 2", error.Message);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal("old", File.ReadAllText(_folder.File("out/rows.jsonl")));
        Assert.Equal(["in.jsonl", "out", "out/rows.jsonl"], _folder.Everything.Select(name => name.Replace('\\', '/')));
    }

    [Fact]
    public void Cancelling_while_rows_are_written_leaves_nothing()
    {
        string input = _folder.Write("in.jsonl", Input);
        using var cancel = new CancellationTokenSource();
        var atEnd = new Callback(bytes =>
        {
            if (bytes == new FileInfo(input).Length) cancel.Cancel();
        });

        Assert.ThrowsAny<OperationCanceledException>(
            () => TraceConverter.Convert(new ConvertOptions([input], _folder.File("rows.jsonl"), IsAgentic: true), atEnd, cancel.Token));

        Assert.Equal(["in.jsonl"], _folder.Everything);
    }

    [Fact]
    public void Progress_counts_the_bytes_of_all_files()
    {
        string first = _folder.Write("1.jsonl", Input), second = _folder.Write("2.jsonl.gz", TempFolder.Gzip("\n"));
        long last = 0;

        TraceConverter.Convert(new ConvertOptions([first, second], _folder.File("rows.jsonl"), IsAgentic: true),
            new Callback(bytes => last = bytes));

        Assert.Equal(new FileInfo(first).Length + new FileInfo(second).Length, last);
    }

    private ConvertResult Convert(params string[] inputs) =>
        TraceConverter.Convert(new ConvertOptions(inputs, _folder.File("out/rows.jsonl"), IsAgentic: true));

    private sealed class Callback(Action<long> action) : IProgress<long>
    {
        public void Report(long value) => action(value);
    }
}
