using AgentSim.Cli;
using AgentSim.Tests.Timelines;

namespace AgentSim.Tests.Cli;

/// <summary><c>agentsim timeline</c> and <c>agentsim replay --timeline</c> (behaviour 07#B).</summary>
public sealed class TimelineCommandTests
{
    private const string Rows = """{"timestamp":0,"input_length":32,"output_length":3,"hash_ids":[1,2]}""";

    private static int Run(params string[] arguments) => CommandLine.Run(arguments, CancellationToken.None);

    [Fact]
    public void A_trace_becomes_a_timeline_and_folders_are_made()
    {
        using var folder = new TempFolder();
        string target = folder.File("out/timeline.json");
        Assert.Equal(0, Run("timeline", TestData.PathOf("traces", "agent-small.trace.jsonl"), "-o", target, "--no-stages",
            "--include-markers", "--pretty"));
        Assert.Equal(67, new TraceEvents(File.ReadAllBytes(target)).Lines("dynamo.llm").Count());
        Assert.StartsWith("{\n  \"displayTimeUnit\"", File.ReadAllText(target), StringComparison.Ordinal);
    }

    [Fact]
    public void A_replay_writes_its_timeline_with_kv_blocks()
    {
        using var folder = new TempFolder();
        string trace = folder.Write("rows.jsonl", Rows), target = folder.File("timeline.json"), records = folder.File("requests.jsonl");
        Assert.Equal(0, Run("replay", trace, "--timeline", target, "--report-json", folder.File("report.json"), "--report-jsonl", records));
        Assert.NotEmpty(new TraceEvents(File.ReadAllBytes(target)).Named("KV blocks in use"));
        Assert.Equal(0, Run("timeline", records, "--output", target));
        Assert.Empty(new TraceEvents(File.ReadAllBytes(target)).Named("KV blocks in use"));
    }

    [Fact]
    public void A_replay_too_long_for_a_timeline_leaves_its_other_files_alone_too()
    {
        using var folder = new TempFolder();
        string trace = folder.Write("rows.jsonl", Rows + "\n" + Rows.Replace(":0,", ":1e300,", StringComparison.Ordinal));
        string old = folder.Write("requests.jsonl", "old");
        Assert.Equal(1, Run("replay", trace, "--timeline", folder.File("t.json"), "--report-json", folder.File("r.json"), "--report-html",
            folder.File("p.html"), "--report-jsonl", old));
        Assert.Equal("old", File.ReadAllText(old));
        Assert.Equal(["requests.jsonl", "rows.jsonl"], folder.Everything);
    }

    [Theory]
    [InlineData(2, "trace.jsonl")]
    [InlineData(2, "-o", "out.json")]
    [InlineData(2, "none.jsonl", "-o", "out.json")]
    [InlineData(2, "empty", "-o", "out.json")]
    [InlineData(1, "bad.jsonl", "-o", "out.json")]
    public void The_exit_code_tells_the_call_from_the_input(int code, params string[] arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        using var folder = new TempFolder();
        folder.Write("trace.jsonl", "{}");
        folder.Write("bad.jsonl", "{");
        Directory.CreateDirectory(folder.File("empty"));
        Assert.Equal(code, Run(["timeline", .. arguments.Select(argument => argument[0] == '-' ? argument : folder.File(argument))]));
        Assert.False(File.Exists(folder.File("out.json")));
    }
}
