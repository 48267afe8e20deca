using AgentSim.Rows;
using AgentSim.Traces;

namespace AgentSim.Tests.Inputs;

/// <summary>Files of another kind, given to every command: refused with what they look like, never an empty result.</summary>
public sealed class B4OtherFilesTests : IDisposable
{
    private const string Trace =
        """{"schema":"dynamo.request.trace.v1","event_type":"request_end","event_time_unix_ms":9,"request":{"request_id":"r","output_tokens":1,"request_received_ms":1,"total_time_ms":1,"replay":{"trace_block_size":16,"input_length":1,"input_sequence_hashes":[1]}}}""";
    private const string Log =
        """{"uuid":"00000000-0000-0000-0000-000000000001","arrival_time_ms":0,"terminal_time_ms":5,"terminal_status":"completed","input_length":4,"output_length":1,"first_token_ms":1,"last_token_ms":5}""";

    private static readonly Dictionary<string, byte[]> Files = new()
    {
        ["rows.jsonl"] = Text(InputBench.Rows(3)),
        ["lengths.jsonl"] = Text(InputBench.Rows(3, hashes: "")),
        ["trace.jsonl"] = Text(Trace),
        ["log.jsonl"] = Text(Log),
        ["report.json"] = Text("{\n  \"completed_requests\": 3,\n  \"duration_ms\": 4.5\n}\n"),
        ["table.csv"] = Text("a,b\n1,2\n"),
        ["azure.csv"] = Text("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.6805900,374,44\n"),
        ["burst.csv"] = Text("Timestamp,Model,Request tokens,Response tokens,Total tokens,Log " +
            "Type\n5,ChatGPT,472,18,490,Conversation log\n"),
        ["claude.jsonl"] = Text("""{"parentUuid":null,"sessionId":"s","uuid":"u","type":"user","message":{"role":"user"}}"""),
        ["codex.jsonl"] = Text("""{"timestamp":"2026-03-01T00:00:00Z","type":"session_meta","payload":{"id":"x"}}"""),
        ["spans.jsonl"] = Text("""{"resourceSpans":[]}"""),
        ["weka.jsonl"] = Text("""{"id":"a","hash_id_scope":"local","block_size":64,"requests":[]}"""),
        ["array.json"] = Text("[{\"timestamp\":0}]"),
        ["empty.jsonl"] = [],
        ["blank.jsonl"] = Text("\n \n"),
        ["binary.bin"] = [0x7f, (byte)'E', (byte)'L', (byte)'F', 0, 0, 0xff, 0xfe, 0],
    };

    private readonly InputBench _bench = new();

    public B4OtherFilesTests()
    {
        foreach ((string name, byte[] content) in Files) _bench.Folder.Write(name, content);
        Directory.CreateDirectory(_bench.Folder.File("folder"));
    }

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("timeline", "rows.jsonl", "a plain Mooncake row")]
    [InlineData("timeline", "lengths.jsonl", "a plain Mooncake row")]
    [InlineData("timeline", "report.json", "the beginning of a JSON document")]
    [InlineData("timeline", "table.csv", "a line of a table (CSV)")]
    [InlineData("timeline", "claude.jsonl", "a row of Claude Code's session files; agentsim import --format claude-code")]
    [InlineData("timeline", "array.json", "a JSON array")]
    [InlineData("timeline", "empty.jsonl", "the file is empty")]
    [InlineData("timeline", "blank.jsonl", "the file is empty")]
    [InlineData("timeline", "binary.bin", "the file is binary, not text")]
    [InlineData("convert", "rows.jsonl", "a plain Mooncake row")]
    [InlineData("convert", "report.json", "the beginning of a JSON document")]
    [InlineData("convert", "array.json", "a JSON array")]
    [InlineData("convert", "codex.jsonl", "a line of a Codex rollout; agentsim import --format codex")]
    [InlineData("convert", "empty.jsonl", "empty.jsonl is empty")]
    [InlineData("convert", "binary.bin", "the file is binary, not text")]
    [InlineData("mooncake", "trace.jsonl", "a record of a Dynamo request trace")]
    [InlineData("mooncake", "log.jsonl", "a request record that a replay wrote; agentsim timeline")]
    [InlineData("mooncake", "report.json", "the beginning of a JSON document")]
    [InlineData("mooncake", "azure.csv", "a row of the Azure traces; agentsim import --format table --preset azure")]
    [InlineData("mooncake", "burst.csv", "a row of BurstGPT, whose times are seconds; agentsim import --format table --preset burstgpt")]
    [InlineData("mooncake", "spans.jsonl", "OpenTelemetry spans; agentsim import --format otel")]
    [InlineData("mooncake", "weka.jsonl", "a Weka trace; agentsim import --format weka")]
    [InlineData("mooncake", "empty.jsonl", "the file is empty")]
    [InlineData("mooncake", "binary.bin", "the file is binary, not text")]
    [InlineData("agentic_mooncake", "rows.jsonl", "a plain Mooncake row")]
    [InlineData("agentic_mooncake", "log.jsonl", "a request record that a replay wrote")]
    [InlineData("applied_compute_agentic", "rows.jsonl", "a plain Mooncake row")]
    [InlineData("applied_compute_agentic", "empty.jsonl", "the file is empty")]
    [InlineData("dynamo", "rows.jsonl", "a plain Mooncake row")]
    [InlineData("dynamo", "array.json", "a JSON array")]
    [InlineData("dynamo", "empty.jsonl", "is empty")]
    [InlineData("compare", "rows.jsonl", "a plain Mooncake row")]
    [InlineData("compare", "table.csv", "a line of a table (CSV)")]
    [InlineData("compare", "empty.jsonl", "the file is empty")]
    public void The_command_line_says_what_the_file_looks_like_and_writes_nothing(string command, string file, string looks)
    {
        string[] before = _bench.Folder.Everything;
        (int code, string output, string error) = command switch
        {
            "timeline" => _bench.Run("timeline", file, "-o", "out.json"),
            "convert" => _bench.Run("convert", "--input-path", file, "--output-file", "out.jsonl"),
            "compare" => _bench.Run("compare", file, file),
            "applied_compute_agentic" => _bench.Run("replay", file, "--trace-format", command, "--replay-concurrency", "1", "--report-json",
                "out.json"),
            _ => _bench.Run("replay", file, "--trace-format", command, "--report-json", "out.json"),
        };
        Assert.Equal((1, ""), (code, output));
        Assert.Contains(looks, error);
        Assert.Single(error.TrimEnd().Split('\n'));
        Assert.Equal(before, _bench.Folder.Everything);
    }

    [Theory]
    [InlineData("timeline")]
    [InlineData("replay")]
    [InlineData("convert")]
    public void A_folder_without_traces_is_refused(string command)
    {
        (int code, _, string error) = command switch
        {
            "timeline" => _bench.Run("timeline", "folder", "-o", "out.json"),
            "convert" => _bench.Run("convert", "--input-path", "folder", "--output-file", "out.jsonl"),
            _ => _bench.Run("replay", "folder"),
        };
        Assert.NotEqual(0, code);
        Assert.Contains("folder: the folder holds no *.jsonl or *.jsonl.gz file", error);
    }

    [Fact]
    public void One_shard_of_a_trace_may_be_empty_and_a_timeline_may_hold_it()
    {
        Assert.Equal(0, _bench.Run("timeline", "trace.jsonl", "empty.jsonl", "-o", "out.json").Code);
        Assert.Equal(0, _bench.Run("convert", "--input-path", "trace.jsonl", "empty.jsonl", "--output-file", "out.jsonl").Code);
        (int code, _, string error) = _bench.Run("timeline", "trace.jsonl", "rows.jsonl", "-o", "other.json");
        Assert.Equal(1, code);
        Assert.Contains("rows.jsonl: there is nothing to show", error);
    }

    [Theory]
    [InlineData("rows.jsonl")]
    [InlineData("empty.jsonl")]
    [InlineData("array.json")]
    [InlineData("report.json")]
    public void Readers_of_records_tell_of_one_fault_for_a_file_of_another_kind(string name)
    {
        var faults = new List<AgentSimException>();
        AgentSimException? thrown = Record.Exception(() => RequestTraceReader.Read([_bench.Folder.File(name)], true, faults.Add)
            .Count()) as AgentSimException;
        AgentSimException fault = thrown ?? Assert.Single(faults);
        Assert.Contains(name, fault.Message);
        Assert.Contains(fault.ErrorId, (string[])["TraceEmpty", "TraceRowInvalid"]);
    }

    [Theory]
    [InlineData("trace.jsonl")]
    [InlineData("empty.jsonl")]
    [InlineData("report.json")]
    [InlineData("log.jsonl")]
    public void Readers_of_rows_do_too(string name)
    {
        var faults = new List<AgentSimException>();
        AgentSimException? thrown = Record.Exception(() => MooncakeRowReader.Read(_bench.Folder.File(name), TraceFormat.Mooncake, 16,
            faults.Add).Count()) as AgentSimException;
        Assert.Contains(name, (thrown ?? Assert.Single(faults)).Message);
    }

    private static byte[] Text(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
