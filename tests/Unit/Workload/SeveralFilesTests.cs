using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Tests.Workload;

/// <summary>Files of rows know nothing of each other, and are one workload.</summary>
public sealed class SeveralFilesTests : IDisposable
{
    private const string Agentic =
        """
        {"request_id":"a","session_id":"s","input_length":32,"output_length":4,"hash_ids":[1,2],"timestamp":0.0}
        {"request_id":"b","session_id":"s","input_length":48,"output_length":4,"hash_ids":[1,2,3],"timestamp":50.0,"delay":10.0,"wait_for":["a"]}
        """;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Agentic_rows_of_two_files_with_the_same_names_wait_only_for_their_own()
    {
        string[] files = [_folder.Write("one.jsonl", Agentic),
            _folder.Write("two.jsonl", Agentic.Replace("\"delay\":10.0", "\"delay\":90.0", StringComparison.Ordinal))];
        ReplayWorkload workload = Load(TraceFormat.AgenticMooncake, files);
        Assert.Equal((4, 2), (workload.RequestCount, workload.SessionCount));
        Assert.Equal(files, workload.Inputs.Select(input => input.Path));
        ReplayResult result = Replay.Run(workload, new ReplaySettings());
        Assert.Equal(["a", "a~2", "b", "b~2"], result.Requests.Select(request => request.RequestId).Order());
    }

    [Theory]
    [InlineData(TraceFormat.Mooncake)]
    [InlineData(TraceFormat.AgenticMooncake)]
    public void Equal_hash_ids_of_different_files_are_different_blocks(TraceFormat format)
    {
        string row = """{"request_id":"x","session_id":"y","input_length":64,"output_length":1,"hash_ids":[0,1,2,18446744073709551615],"timestamp":0.0}""" + "\n";
        string[] files = [_folder.Write("one.jsonl", row), _folder.Write("two.jsonl", row), _folder.Write("three.jsonl", row)];
        ReplayWorkload workload = Load(format, files);
        Assert.Equal(3, workload.RequestCount);
        Assert.Equal(12, workload.Columns.Trie.Nodes.Count);
        Assert.Equal(4, Load(format, files[..1]).Columns.Trie.Nodes.Count);
    }

    [Fact]
    public void One_file_is_as_it_was()
    {
        string file = _folder.Write("one.jsonl", Agentic);
        Assert.Equal(["a", "b"], Replay.Run(Load(TraceFormat.AgenticMooncake, [file]), new ReplaySettings()).Requests.Select(request =>
            request.RequestId));
    }

    [Fact]
    public void Applied_compute_sessions_of_several_files_are_all_there()
    {
        string line = """{"num_turns":1,"input_prompt_length":40,"assistant_response_length":[5],"tool_call_output_length":[6],"tool_call_latency":[0.1],"final_assistant_response_length":7}""";
        ReplayWorkload workload = Load(TraceFormat.AppliedComputeAgentic,
            [_folder.Write("one.jsonl", line), _folder.Write("two.jsonl", line)]);
        Assert.Equal((4, 2), (workload.RequestCount, workload.SessionCount));
        Assert.Equal([0, 0, 1, 1], workload.Columns.SessionOf);
    }

    [Theory]
    [InlineData(TraceFormat.Mooncake)]
    [InlineData(TraceFormat.AgenticMooncake)]
    public void Rows_without_a_session_are_sessions_of_their_own_whatever_their_lines(TraceFormat format)
    {
        string row = """{"request_id":"x","input_length":16,"output_length":1,"hash_ids":[7],"timestamp":0.0}""" + "\n";
        ReplayWorkload workload = Load(format, [_folder.Write("one.jsonl", row), _folder.Write("two.jsonl", row),
            _folder.Write("three.jsonl", row)]);
        Assert.Equal(["request_1", "request_1~2", "request_1~3"], workload.Columns.SessionNames);
    }

    [Fact]
    public void An_error_names_the_file_it_is_in()
    {
        string[] files = [_folder.Write("one.jsonl", Agentic),
            _folder.Write("two.jsonl", Agentic.Replace("[\"a\"]", "[\"nobody\"]", StringComparison.Ordinal))];
        AgentSimException error = Assert.Throws<AgentSimException>(() => Load(TraceFormat.AgenticMooncake, files));
        Assert.Equal("DependencyUnknown", error.ErrorId);
        Assert.Contains("two.jsonl:2: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Versions_and_block_sizes_cannot_be_mixed()
    {
        const string Header = """{"schema":"dynamo.agentic_mooncake","version":2,"block_size":16,"hash_id_scope":"local","source":{"format":"x","digest":"y"}}""";
        const string Second = """{"request_id":"a","play_id":"P","session_id":"s","model":"m","input_length":20,"output_length":3,"hash_ids":[4,5],"not_before_ms":1.5}""";
        string two = _folder.Write("two.jsonl", $"{Header}\n{Second}"), four = _folder.Write("four.jsonl",
            $"{Header.Replace("16", "8", StringComparison.Ordinal)}\n{Second.Replace("[4,5]", "[4,5,6]", StringComparison.Ordinal)}");
        AssertRefused("RowsMixed", _folder.Write("one.jsonl", Agentic), two);
        AssertRefused("TraceBlockSizeMismatch", two, four);
        Assert.Equal(2, Load(TraceFormat.AgenticMooncake, [two, _folder.Write("three.jsonl", $"{Header}\n{Second}")]).RequestCount);

        void AssertRefused(string errorId, params string[] files) =>
            Assert.Equal(errorId, Assert.Throws<AgentSimException>(() => Load(TraceFormat.AgenticMooncake, files)).ErrorId);
    }

    private static ReplayWorkload Load(TraceFormat format, string[] files) =>
        WorkloadLoader.Load(files, new WorkloadOptions { Format = format, TraceBlockSize = 16 });
}
