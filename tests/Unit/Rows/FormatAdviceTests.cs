using AgentSim.Rows;
using AgentSim.Workload;

namespace AgentSim.Tests.Rows;

public sealed class FormatAdviceTests
{
    private const string Trace =
        """{"schema":"dynamo.request.trace.v1","event_type":"request_end","event_time_unix_ms":1,"request":{"request_id":"r"}}""";
    private const string Wrapped = """{"timestamp":1,"event":{"schema":"dynamo.request.trace.v1","event_type":"request_end"}}""";
    private const string Agentic = """{"request_id":"r","input_length":1,"output_length":-1,"hash_ids":[1],"wait_for":[]}""";
    private const string Plain = """{"timestamp":1,"input_length":1,"output_length":-1,"hash_ids":[1]}""";
    private const string Either = """{"request_id":"r","input_length":1,"output_length":-1,"hash_ids":[1]}""";
    private const string Session = """{"num_turns":1,"input_prompt_length":0}""";

    [Theory]
    [InlineData(TraceFormat.Mooncake, Trace, "a record of a Dynamo request trace")]
    [InlineData(TraceFormat.Mooncake, Wrapped, "a record of a Dynamo request trace")]
    [InlineData(TraceFormat.Mooncake, PlayRows.Header, "the header of agentic Mooncake rows")]
    [InlineData(TraceFormat.Mooncake, Agentic, "an agentic Mooncake row")]
    [InlineData(TraceFormat.Mooncake, Session, "an applied-compute session")]
    [InlineData(TraceFormat.AgenticMooncake, Plain, "a plain Mooncake row")]
    [InlineData(TraceFormat.AppliedComputeAgentic, Either, "a Mooncake row")]
    [InlineData(TraceFormat.Dynamo, Plain, "a plain Mooncake row")]
    [InlineData(TraceFormat.Dynamo, PlayRows.Header, "the header of agentic Mooncake rows")]
    public void A_line_of_another_format_is_refused_with_the_name_of_that_format(TraceFormat format, string line, string looks) =>
        Assert.Contains($"; the line looks like {looks}, which is another format", Fault(format, line));

    [Theory]
    [InlineData(TraceFormat.Mooncake, Plain)]
    [InlineData(TraceFormat.Mooncake, Either)]
    [InlineData(TraceFormat.MooncakeDelta, Plain)]
    [InlineData(TraceFormat.AgenticMooncake, Agentic)]
    [InlineData(TraceFormat.AgenticMooncake, Either)]
    [InlineData(TraceFormat.AppliedComputeAgentic, Session)]
    [InlineData(TraceFormat.Dynamo, Trace)]
    [InlineData(TraceFormat.Mooncake, """{"hash_ids":[1,""")]
    [InlineData(TraceFormat.Mooncake, "{}")]
    public void A_line_of_the_right_or_of_no_format_is_refused_for_its_fault_alone(TraceFormat format, string line) =>
        Assert.DoesNotContain("looks like", Fault(format, line));

    [Theory]
    [InlineData(TraceFormat.Mooncake, 1)]
    [InlineData(TraceFormat.MooncakeDelta, 1)]
    [InlineData(TraceFormat.AgenticMooncake, 0)]
    public void Rows_that_lose_what_they_wait_for_are_warned_of_once(TraceFormat format, int count)
    {
        using var folder = new TempFolder();
        string path = folder.File("input.jsonl");
        File.WriteAllLines(path,
        [
            """{"request_id":"a","input_length":1,"output_length":1,"hash_ids":[1]}""",
            """{"request_id":"b","input_length":1,"output_length":1,"hash_ids":[1],"wait_for":["a"]}""",
            """{"request_id":"c","input_length":1,"output_length":1,"hash_ids":[1],"wait_for":["a"]}""",
        ]);
        var warnings = new List<RunWarning>();
        WorkloadLoader.Load([path], new WorkloadOptions { Format = format, OnWarning = warnings.Add });
        Assert.Equal(count, warnings.Count);
        Assert.All(warnings, warning => Assert.StartsWith($"{path}:2: ", warning.Message));
    }

    private static string Fault(TraceFormat format, string line)
    {
        using var folder = new TempFolder();
        string path = folder.File("input.jsonl");
        File.WriteAllText(path, line + "\n");
        AgentSimException fault = Assert.Throws<AgentSimException>(() =>
            WorkloadLoader.Load([path], new WorkloadOptions { Format = format }));
        Assert.StartsWith($"{path}:1: ", fault.Message);
        return fault.Message;
    }
}
