using AgentSim.Capture;

namespace AgentSim.Tests.Capture;

public sealed class DynamoEnvironmentTests
{
    private static string[] Lines(TraceSinkOptions options, bool hasOwnIngress = false) =>
        DynamoEnvironment.ToEnvFile(DynamoEnvironment.For(options, hasOwnIngress)).Split('\n');

    [Fact]
    public void Defaults_are_left_out()
    {
        string path = Path.GetFullPath("/traces/run");
        Assert.Equal(
            [
                "DYN_REQUEST_TRACE=1", "DYN_REQUEST_TRACE_RECORDS=request_end,tool", "DYN_REQUEST_TRACE_SINKS=file",
                $"DYN_REQUEST_TRACE_FILE_PATH={path}", "DYN_REQUEST_TRACE_FILE_FORMAT=jsonl_gz", "",
            ],
            Lines(new TraceSinkOptions { Path = path }));
    }

    [Fact]
    public void Everything_else_is_passed_on()
    {
        string[] lines = Lines(new TraceSinkOptions
        {
            Path = "relative dir/run", Format = TraceFileFormat.Jsonl, Capacity = 7, BufferBytes = 8, FlushIntervalMs = 9, RollBytes = 10,
                RollLines = 11,
        });
        Assert.Equal(
            [
                $"DYN_REQUEST_TRACE_FILE_PATH='{Path.GetFullPath("relative dir/run")}'", "DYN_REQUEST_TRACE_FILE_FORMAT=jsonl",
                    "DYN_REQUEST_TRACE_CAPACITY=7",
                "DYN_REQUEST_TRACE_FILE_BUFFER_BYTES=8", "DYN_REQUEST_TRACE_FILE_FLUSH_INTERVAL_MS=9",
                    "DYN_REQUEST_TRACE_FILE_ROLL_BYTES=10",
                "DYN_REQUEST_TRACE_FILE_ROLL_LINES=11", "",
            ],
            lines[3..]);
    }

    [Fact]
    public void When_agentsim_receives_the_tool_events_the_frontend_does_not_and_gets_a_plain_file_of_its_own()
    {
        string[] lines = Lines(new TraceSinkOptions { Path = "/traces/run.jsonl", Format = TraceFileFormat.Jsonl }, hasOwnIngress: true);
        Assert.Equal("DYN_REQUEST_TRACE_RECORDS=request_end", lines[1]);
        Assert.Equal($"DYN_REQUEST_TRACE_FILE_PATH={Path.GetFullPath("/traces/run.dynamo.jsonl")}", lines[3]);
    }

    [Theory]
    [InlineData("it's")]
    [InlineData("two\nlines")]
    public void What_env_files_cannot_hold_is_refused(string path) => Assert.Equal(
        "EnvironmentValueInvalid", Assert.Throws<AgentSimException>(() => Lines(new TraceSinkOptions { Path = path })).ErrorId);
}
