using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using AgentSim.Rows;
using AgentSim.Workload;

namespace AgentSim.Tests.Workload;

public sealed class WorkloadLoaderTests
{
    private const string Row = """{"session_id":"s","timestamp":3,"input_length":20,"output_length":2,"hash_ids":[1,2]}""";

    [Theory]
    // Sessions
    [InlineData(TraceFormat.Mooncake, 2, """{"session_id":"new","delay":1,"input_length":1,"output_length":1,"hash_ids":[1]}""",
        "first turn")]
    [InlineData(TraceFormat.Mooncake, 2, """{"session_id":"s","timestamp":2,"input_length":1,"output_length":1,"hash_ids":[1]}""",
        "time order")]
    [InlineData(TraceFormat.Mooncake, 2, """{"timestamp":1,"input_length":0,"output_length":1,"hash_ids":[1]}""", "prompt is empty")]
    [InlineData(TraceFormat.Mooncake, 2, """{"timestamp":1,"output_length":1,"hash_ids":[]}""", "prompt is empty")]
    [InlineData(TraceFormat.Mooncake, 2, """{"timestamp":1,"input_length":1,"hash_ids":[1]}""", "'output_length' is missing")]
    [InlineData(TraceFormat.Mooncake, 2, """{"timestamp":1,"output_length":1}""", "'hash_ids' is missing")]
    [InlineData(TraceFormat.Mooncake, 2, """{"timestamp":1,"input_length":1,"output_length":3,"output_token_ids":[1],"hash_ids":[1]}""",
        "holds 1 tokens, but 'output_length' is 3")]
    [InlineData(TraceFormat.Mooncake, 2, """{"timestamp":1,"input_length":1,"output_length":3000000000,"hash_ids":[1]}""",
        "output_length 3000000000 is out of range")]
    [InlineData(TraceFormat.Mooncake, 2, """{"session_id":"s","delay":-1,"input_length":1,"output_length":1,"hash_ids":[1]}""",
        "'delay' is -1")]
    [InlineData(TraceFormat.Mooncake, 2, """{"timestamp":1,""", "")]
    [InlineData(TraceFormat.Mooncake, 2, """[]""", "")]
    [InlineData(TraceFormat.MooncakeDelta, 2, """{"session_id":"s","timestamp":2,"input_length":1,"output_length":1,"hash_ids":[1]}""",
        "time order")]
    public void A_row_that_breaks_a_rule_is_refused_with_its_line(TraceFormat format, int line, string row, string part) =>
        AssertRefused(format, $"{Row}\n{row}\n", line, part);

    [Fact]
    public void A_turn_without_delay_counts_from_the_last_turn_with_a_timestamp() => AssertRefused(
        TraceFormat.Mooncake,
        """
        {"session_id":"s","input_length":1,"output_length":1,"hash_ids":[1]}

        {"session_id":"s","timestamp":5,"input_length":1,"output_length":1,"hash_ids":[1]}
        """,
        3,
        "no earlier turn");

    private const string Root = """{"request_id":"root","timestamp":3,"input_length":20,"output_length":2,"hash_ids":[1,2]}""";

    [Theory]
    [InlineData("""{"request_id":"root","input_length":1,"output_length":1,"hash_ids":[1]}""", "'root' appears twice")]
    [InlineData("""{"request_id":"x","wait_for":["gone"],"input_length":1,"output_length":1,"hash_ids":[1]}""",
        "waits for 'gone', which is no request")]
    [InlineData("""{"request_id":"x","wait_for":["x"],"input_length":1,"output_length":1,"hash_ids":[1]}""", "waits for itself")]
    [InlineData("""{"request_id":" ","input_length":1,"output_length":1,"hash_ids":[1]}""", "'request_id' is blank")]
    [InlineData("""{"input_length":1,"output_length":1,"hash_ids":[1]}""", "request_id")]
    [InlineData("""{"request_id":"x","input_length":17,"output_length":1,"hash_ids":[1]}""", "1 hash ids of 16 tokens hold only 16")]
    [InlineData("""{"request_id":"x","delay":5,"tool_wait_ms":-6,"input_length":1,"output_length":1,"hash_ids":[1]}""", "add up to -1 ms")]
    [InlineData("""{"request_id":"x","timestamp":-6,"input_length":1,"output_length":1,"hash_ids":[1]}""", "'timestamp' is -6")]
    public void An_agentic_row_that_breaks_a_rule_is_refused_with_its_line(string row, string part) =>
        AssertRefused(TraceFormat.AgenticMooncake, $"{Root}\n\n{row}\n", 3, part);

    [Fact]
    public void Rows_that_wait_for_each_other_are_refused() => AssertRefused(
        TraceFormat.AgenticMooncake,
        """
        {"request_id":"a","input_length":1,"output_length":1,"hash_ids":[1]}
        {"request_id":"b","wait_for":["a","d"],"input_length":1,"output_length":1,"hash_ids":[1]}
        {"request_id":"c","wait_for":["b"],"input_length":1,"output_length":1,"hash_ids":[1]}
        {"request_id":"d","wait_for":["c"],"input_length":1,"output_length":1,"hash_ids":[1]}
        """,
        null,
        "waits, through others, for itself");

    [Theory]
    [InlineData("""{"num_turns":1,"input_prompt_length":4,"assistant_response_length":[],"tool_call_output_length":[1],"tool_call_latency":[0],"final_assistant_response_length":1}""", "'assistant_response_length' holds 0 values")]
    [InlineData("""{"num_turns":0,"input_prompt_length":0,"assistant_response_length":[],"tool_call_output_length":[],"tool_call_latency":[],"final_assistant_response_length":1}""", "'input_prompt_length' is 0")]
    [InlineData("""{"num_turns":1,"input_prompt_length":4,"assistant_response_length":[1],"tool_call_output_length":[1],"tool_call_latency":[-1],"final_assistant_response_length":1}""", "'tool_call_latency' holds -1")]
    [InlineData("""{"num_turns":0}""", "input_prompt_length")]
    public void An_applied_compute_line_that_breaks_a_rule_is_refused_with_its_line(string row, string part)
    {
        const string good = """{"num_turns":0,"input_prompt_length":4,"assistant_response_length":[],"tool_call_output_length":[],"tool_call_latency":[],"final_assistant_response_length":1}""";
        AssertRefused(TraceFormat.AppliedComputeAgentic, $"{good}\n{row}\n", 2, part);
    }

    private const string Record = """{"schema":"dynamo.request.trace.v1","event_type":"request_end","event_time_unix_ms":1}""";
    private const string AgenticRow =
        """{"request_id":"r","input_length":1,"output_length":1,"hash_ids":[1],"session_id":"s","delay":1,"wait_for":[]}""";

    [Theory]
    [InlineData(TraceFormat.Mooncake, Record, "which is another format; try trace format dynamo")]
    [InlineData(TraceFormat.AgenticMooncake, Record, "; try trace format dynamo")]
    [InlineData(TraceFormat.Mooncake, AgenticRow, "; try trace format agentic_mooncake")]
    [InlineData(TraceFormat.Dynamo, AgenticRow, "; try trace format agentic_mooncake")]
    [InlineData(TraceFormat.Dynamo, Row, "; try trace format mooncake")]
    public void The_format_to_try_is_named_for_a_file_of_another(TraceFormat format, string row, string part) =>
        AssertRefused(format, row, 1, part);

    [Theory]
    [InlineData(TraceFormat.Mooncake, """{"timestamp":1,"input_length":1,"hash_ids":[1]}""")]
    [InlineData(TraceFormat.Mooncake, "[]")]
    [InlineData(TraceFormat.Dynamo, """{"schema":"x"}""")]
    public void No_format_is_named_for_a_bad_row_of_the_right_one_or_of_none(TraceFormat format, string row)
    {
        using TempFolder folder = new();
        string file = folder.Write("rows.jsonl", row);
        AgentSimException error = Assert.Throws<AgentSimException>(() =>
            WorkloadLoader.Load([file], new WorkloadOptions { Format = format }));
        Assert.DoesNotContain("try ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(16, 0)]
    [InlineData(32, 1)]
    public void Rows_that_have_more_ids_than_their_prompts_have_blocks_are_warned_of(int blockSize, int count)
    {
        using TempFolder folder = new();
        List<RunWarning> warnings = [];
        WorkloadLoader.Load([folder.Write("rows.jsonl", Row)],
            new WorkloadOptions { TraceBlockSize = blockSize, OnWarning = warnings.Add });
        Assert.Equal(count, warnings.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n  \n")]
    public void A_file_without_rows_is_refused(string content) => AssertRefused(TraceFormat.Mooncake, content, null, "no rows");

    [Fact]
    public void No_file_at_all_is_refused() =>
        Assert.Equal("TraceFileCount", Assert.Throws<AgentSimException>(() => WorkloadLoader.Load([], new WorkloadOptions())).ErrorId);

    [Fact]
    public void A_missing_file_is_named()
    {
        using TempFolder folder = new();
        AgentSimException error = Assert.Throws<AgentSimException>(() =>
            WorkloadLoader.Load([folder.File("nowhere.jsonl")], new WorkloadOptions()));
        Assert.Contains("nowhere.jsonl", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-16)]
    public void A_trace_block_holds_at_least_one_token(int blockSize)
    {
        using TempFolder folder = new();
        string file = folder.Write("a.jsonl", Row);
        Assert.Equal("TraceBlockSizeInvalid", Assert.Throws<AgentSimException>(() =>
            WorkloadLoader.Load([file], new WorkloadOptions { TraceBlockSize = blockSize })).ErrorId);
    }

    [Fact]
    public void A_request_trace_must_agree_with_the_block_size_given()
    {
        string[] files = [TestData.PathOf("traces", "plain.trace.jsonl")];
        WorkloadOptions options = new() { Format = TraceFormat.Dynamo };
        int own = WorkloadLoader.Load(files, options).TraceBlockSize;
        Assert.Equal(own, WorkloadLoader.Load(files, options with { TraceBlockSize = own }).TraceBlockSize);
        AgentSimException error = Assert.Throws<AgentSimException>(() =>
            WorkloadLoader.Load(files, options with { TraceBlockSize = own + 1 }));
        Assert.Equal("TraceBlockSizeMismatch", error.ErrorId);
    }

    [Fact]
    public void Prompts_are_cut_to_what_the_ids_hold_and_default_to_it()
    {
        ReplayWorkload workload = LoadText(
            """
            {"timestamp":0,"input_length":100,"output_length":1,"hash_ids":[1,2]}
            {"timestamp":0,"output_length":1,"hash_ids":[1,2,3]}
            """);
        Assert.Equal([32, 48], workload.Columns.InputLength);
        Assert.Equal(2, workload.SessionCount);
    }

    [Fact]
    public void Requests_are_numbered_by_session_and_turn()
    {
        ReplayWorkload workload = LoadText(
            """
            {"session_id":"b","timestamp":0,"input_length":1,"output_length":1,"hash_ids":[1]}
            {"session_id":"a","timestamp":0,"input_length":2,"output_length":1,"hash_ids":[1]}
            {"session_id":"b","delay":4,"input_length":3,"output_length":1,"hash_ids":[1]}
            {"timestamp":9,"input_length":4,"output_length":1,"hash_ids":[1]}
            """);
        Assert.Equal([1, 3, 2, 4], workload.Columns.InputLength);
        Assert.Equal(["b", "a", "request_4"], workload.Columns.SessionNames);
        Assert.Equal("turn 2 of session 'b'", workload.Columns.Describe(1));
        Assert.False(workload.Columns.IsSingleTurn);
    }

    [Fact]
    public void A_gzipped_file_gives_the_same_workload_and_its_own_provenance()
    {
        using TempFolder folder = new();
        string plain = folder.Write("a.jsonl", Row), zipped = folder.File("a.jsonl.gz");
        using (GZipStream stream = new(File.Create(zipped), CompressionLevel.Fastest)) stream.Write(Encoding.UTF8.GetBytes(Row));
        WorkloadOptions options = new() { TraceBlockSize = 16 };
        WorkloadInput input = Assert.Single(WorkloadLoader.Load([zipped], options).Inputs);
        Assert.Equal(WorkloadLoader.Load([plain], options).Columns.InputLength, WorkloadLoader.Load([zipped], options).Columns.InputLength);
        byte[] onDisk = File.ReadAllBytes(zipped);
        Assert.Equal((zipped, (long)onDisk.Length, Convert.ToHexStringLower(SHA256.HashData(onDisk))),
            (input.Path, input.Bytes, input.Sha256));
    }

    [Fact]
    public void Rows_of_both_dialects_are_not_mixed()
    {
        MooncakeRow plain = new() { Timestamp = 0, OutputLength = 1, HashIds = [1] };
        MooncakeRow agentic = new() { RequestId = "a", OutputLength = 1, HashIds = [1], IsAgentic = true };
        Assert.Equal("RowsMixed", Assert.Throws<AgentSimException>(() => WorkloadLoader.FromRows([plain, agentic])).ErrorId);
    }

    [Fact]
    public void Rows_of_different_block_sizes_are_not_mixed()
    {
        MooncakeRow small = new() { Timestamp = 0, OutputLength = 1, HashIds = [1], TraceBlockSize = 16 };
        MooncakeRow large = new() { Timestamp = 0, OutputLength = 1, HashIds = [1], TraceBlockSize = 32 };
        Assert.Equal(16, WorkloadLoader.FromRows([small]).TraceBlockSize);
        Assert.Equal("TraceBlockSizeMismatch", Assert.Throws<AgentSimException>(() => WorkloadLoader.FromRows([small, large])).ErrorId);
    }

    [Fact]
    public void Loading_can_be_cancelled()
    {
        using TempFolder folder = new();
        string file = folder.Write("a.jsonl", Row);
        Assert.Throws<OperationCanceledException>(() => WorkloadLoader.Load([file], new WorkloadOptions(),
            cancellation: new CancellationToken(canceled: true)));
    }

    private static ReplayWorkload LoadText(string rows) => Simulation.Sim.Load(rows);

    private static void AssertRefused(TraceFormat format, string content, int? line, string part)
    {
        using TempFolder folder = new();
        string file = folder.Write("rows.jsonl", content);
        AgentSimException error = Assert.Throws<AgentSimException>(() =>
            WorkloadLoader.Load([file], new WorkloadOptions { Format = format, TraceBlockSize = 16 }));
        Assert.StartsWith(line is null ? file + ":" : $"{file}:{line}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.Equal(FaultKind.Input, error.Kind);
    }
}
