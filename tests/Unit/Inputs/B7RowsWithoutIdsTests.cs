using AgentSim.Engines;
using AgentSim.Measures;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Tests.Inputs;

/// <summary>Rows of lengths alone: prompts that share nothing.</summary>
public sealed class B7RowsWithoutIdsTests : IDisposable
{
    private readonly InputBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(TraceFormat.Mooncake, "")]
    [InlineData(TraceFormat.Mooncake, ",\"hash_ids\":null")]
    [InlineData(TraceFormat.Mooncake, ",\"hash_ids\":[]")]
    [InlineData(TraceFormat.MooncakeDelta, "")]
    public void Plain_rows_replay_like_rows_whose_ids_are_all_different(TraceFormat format, string hashes)
    {
        ReplayWorkload lengths = WorkloadLoader.Load([_bench.Folder.Write("a.jsonl", InputBench.Rows(9, hashes: hashes))],
            new WorkloadOptions { Format = format, TraceBlockSize = 16 });
        ReplayWorkload different = WorkloadLoader.Load([_bench.Folder.Write("b.jsonl", InputBench.Rows(9))],
            new WorkloadOptions { Format = format, TraceBlockSize = 16 });
        RunWarning warning = Assert.Single(lengths.Warnings);
        Assert.Equal(("HashIdsMissing", 9L), (warning.Code, warning.Count));
        Assert.Contains("9 of 9 rows have no hash_ids; their prompts share nothing with any other", warning.Message);
        foreach (int blockSize in (int[])[16, 7, 64])
        {
            var settings = new ReplaySettings { Engine = EngineConfig.Parse($$"""{"block_size":{{blockSize}}}""", "engine"),
                RouterMode = RouterMode.KvRouter, Workers = 2 };
            ReplayResult result = Replay.Run(lengths, settings);
            Assert.Equal(Replay.Run(different, settings).Requests.Select(request => request.TerminalTimeMs),
                result.Requests.Select(request => request.TerminalTimeMs));
            Assert.Equal((0.0, 360L), (result.Summary.PrefixCacheReusedRatio, result.Summary.TotalInputTokens));
        }
    }

    [Fact]
    public void Rows_with_ids_beside_them_share_as_before_whatever_their_ids_are()
    {
        string mixed = string.Concat(Enumerable.Range(0, 6).Select(i => i % 2 == 0
            ? $$"""{"timestamp":{{i * 1000}},"input_length":32,"output_length":1,"hash_ids":[{{(i == 4 ? "0,1" : "0,18446744073709551615")}}]}""" + "\n"
            : $$"""{"timestamp":{{i * 1000}},"input_length":32,"output_length":1}""" + "\n"));
        ReplayWorkload load = WorkloadLoader.Load([_bench.Folder.Write("rows.jsonl", mixed)], new WorkloadOptions { TraceBlockSize = 16 });
        Assert.Equal(3, Assert.Single(load.Warnings).Count);
        ReplayResult result = Replay.Run(load, new ReplaySettings { Engine = EngineConfig.Parse("""{"block_size":16}""", "engine") });
        Assert.Equal([0, 0, 16, 0, 16, 0], result.Requests.Select(request => request.ReusedInputTokens));
    }

    [Fact]
    public void Agentic_rows_of_version_1_do_too_and_those_of_version_2_are_refused()
    {
        const string rows = """
            {"request_id":"a","input_length":33,"output_length":1,"timestamp":0}
            {"request_id":"b","input_length":40,"output_length":1,"hash_ids":null,"wait_for":["a"],"delay":5}
            {"request_id":"c","input_length":16,"output_length":1,"hash_ids":[4],"wait_for":["b"],"delay":5}
            """;
        ReplayWorkload load = WorkloadLoader.Load([_bench.Folder.Write("rows.jsonl", rows)],
            new WorkloadOptions { Format = TraceFormat.AgenticMooncake, TraceBlockSize = 16 });
        Assert.Equal(2, Assert.Single(load.Warnings, warning => warning.Code == "HashIdsMissing").Count);
        Assert.Equal(89, Replay.Run(load, new ReplaySettings()).Summary.TotalInputTokens);
        string play = Rows.PlayRows.Example.Replace(",\"hash_ids\":[7]", "", StringComparison.Ordinal);
        AgentSimException error = Assert.Throws<AgentSimException>(() =>
            WorkloadLoader.Load([_bench.Folder.Write("v2.jsonl", play)], new WorkloadOptions { Format = TraceFormat.AgenticMooncake }));
        Assert.Contains("v2.jsonl:5: 'hash_ids' is missing or empty", error.Message);
    }

    [Theory]
    [InlineData("""{"timestamp":0,"output_length":1}""", "'hash_ids' is missing, and so is 'input_length'; a prompt needs one of them")]
    [InlineData("""{"timestamp":0,"output_length":1,"hash_ids":null}""", "'hash_ids' is missing, and so is 'input_length'")]
    [InlineData("""{"timestamp":0,"output_length":1,"hash_ids":[]}""", "the prompt is empty")]
    [InlineData("""{"timestamp":0,"input_length":0,"output_length":1}""", "the prompt is empty")]
    [InlineData("""{"timestamp":0,"input_length":5}""", "'output_length' is missing")]
    [InlineData("""{"timestamp":0,"input_length":3000000000,"output_length":1}""", "input_length 3000000000 is out of range")]
    public void Rows_that_say_too_little_are_refused_with_what_they_lack(string row, string message)
    {
        AgentSimException error = Assert.Throws<AgentSimException>(() => _bench.Warnings(row));
        Assert.Equal("RowInvalid", error.ErrorId);
        Assert.Contains($"rows.jsonl:1: {message}", error.Message);
    }

    [Fact]
    public void Measures_count_their_tokens_and_no_repetition()
    {
        var measurer = new TraceMeasurer();
        foreach (AtLine<MooncakeRow> row in MooncakeRowReader.Read(_bench.Folder.Write("rows.jsonl", InputBench.Rows(4, hashes: "")),
            TraceFormat.Mooncake, 16)) measurer.Add(row.Value);
        TraceMeasure measure = Assert.Single(measurer.Measures());
        Assert.Equal((4, 160L, 0L), (measure.Requests, measure.InputTokens, measure.RepeatedTokens));
    }

    [Fact]
    public void What_was_written_reads_back_as_it_was()
    {
        var stream = new MemoryStream();
        var writer = new MooncakeRowWriter(stream);
        writer.Write(new MooncakeRow { InputLength = 40, OutputLength = 2, Timestamp = 0 });
        writer.Flush();
        RunWarning warning = Assert.Single(_bench.Warnings(System.Text.Encoding.UTF8.GetString(stream.ToArray())));
        Assert.Equal("HashIdsMissing", warning.Code);
    }
}
