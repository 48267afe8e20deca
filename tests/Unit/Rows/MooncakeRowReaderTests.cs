using System.Text;
using AgentSim.Rows;

namespace AgentSim.Tests.Rows;

public sealed class MooncakeRowReaderTests : IDisposable
{
    private const string Agentic =
        "{\"request_id\":\"r1\",\"session_id\":\"root\",\"input_length\":16,\"output_length\":2,\"hash_ids\":[1]";
    private const string Plain = "{\"session_id\":\"s\",\"input_length\":16,\"output_length\":2,\"hash_ids\":[1]";
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_request_trace_is_one_fault_and_not_one_in_every_line()
    {
        using TempFolder folder = new();
        const string record = """{"schema":"dynamo.request.trace.v1","event_type":"request_end","event_time_unix_ms":1}""";
        string file = folder.Write("trace.jsonl", $"{record}\n{record}\n");
        AgentSimException error = Assert.Throws<AgentSimException>(
            () => MooncakeRowReader.Read(file, TraceFormat.Mooncake, 16, onBadRow: _ => Assert.Fail("told of a line")).Count());
        Assert.StartsWith($"{file}:1: ", error.Message);
        Assert.Equal("RowInvalid", error.ErrorId);
    }

    [Fact]
    public void A_row_with_aliases_is_read()
    {
        MooncakeRow row = One(TraceFormat.Mooncake,
            """{"input_tokens":3,"output_tokens":2,"created_time":1,"delay_ms":2.5,"hash_ids":[18446744073709551615,7],"output_token_ids":[1,2],"priority":-1,"strict_priority":2,"policy_class":"p","wait_for":null}""");

        Assert.Equal((3L, 2L, 1.0, 2.5), (row.InputLength!.Value, row.OutputLength!.Value, row.Timestamp!.Value, row.Delay!.Value));
        Assert.Equal([ulong.MaxValue, 7], row.HashIds!);
        Assert.Equal([1u, 2u], row.OutputTokenIds!);
        Assert.Equal((-1, 2u, "p", 16, false), (row.Priority!.Value, row.StrictPriority!.Value, row.PolicyClass, row.TraceBlockSize,
            row.IsAgentic));
    }

    [Fact]
    public void What_the_writer_writes_the_reader_reads()
    {
        string text = Agentic + ",\"timestamp\":0.5,\"delay\":-1.0,\"request_kind\":\"agent\",\"wait_for\":[\"a\"],\"branches\":[\"b\"],\"prefix_reset\":true,\"tool_wait_ms\":4.0,"
            + "\"tool_events\":[{\"tool_call_id\":\"t\",\"tool_class\":\"c\",\"started_at_unix_ms\":1,\"ended_at_unix_ms\":2,\"duration_ms\":1.5,\"status\":\"ok\",\"output_bytes\":9}]}\n";
        var stream = new MemoryStream();
        var writer = new MooncakeRowWriter(stream);

        writer.Write(One(TraceFormat.AgenticMooncake, text));
        writer.Flush();

        Assert.Equal(text, Encoding.UTF8.GetString(stream.ToArray()));
    }

    [Fact]
    public void Rows_carry_their_physical_line()
    {
        string path = _folder.Write("rows.jsonl", $"\n{Plain}}}\n\n \n{Plain}}}\n");

        Assert.Equal([2L, 5L], MooncakeRowReader.Read(path, TraceFormat.Mooncake, 16).Select(row => row.Line));
    }

    [Theory]
    [InlineData(",\"request_kind\":null,\"prefix_reset\":null,\"tool_wait_ms\":null,\"delay\":null,\"priority\":null,\"policy_class\":null,\"output_token_ids\":null")]
    [InlineData(",\"delay\":-1,\"tool_wait_ms\":4")]
    [InlineData(",\"x\":\"\\ud800\",\"x\":1e999")]
    [InlineData(",\"wait_for\":[\"r1\",\"unknown\",\"unknown\"]")]
    [InlineData(",\"tool_events\":[{\"tool_call_id\":\"a\",\"tool_class\":\"b\",\"started_at_unix_ms\":1,\"ended_at_unix_ms\":0,\"duration_ms\":1,\"status\":\"x\"}]")]
    public void These_agentic_rows_are_fine(string extra) => One(TraceFormat.AgenticMooncake, Agentic + extra + "}");

    [Theory]
    [InlineData(",\"prefix_reset\":1")]
    [InlineData(",\"wait_for\":null")]
    [InlineData(",\"branches\":null")]
    [InlineData(",\"tool_events\":null")]
    [InlineData(",\"tool_events\":[{}]")]
    [InlineData(",\"tool_events\":[1]")]
    [InlineData(",\"tool_events\":[{\"tool_call_id\":\"a\",\"tool_class\":\"b\",\"started_at_unix_ms\":-1,\"ended_at_unix_ms\":0,\"duration_ms\":1,\"status\":\"x\"}]")]
    [InlineData(",\"tool_events\":[{\"tool_call_id\":\"a\",\"tool_class\":\"b\",\"started_at_unix_ms\":1,\"ended_at_unix_ms\":0,\"duration_ms\":1,\"status\":null}]")]
    [InlineData(",\"priority\":-0")]
    [InlineData(",\"priority\":2147483648")]
    [InlineData(",\"x\\ud800\":1")]
    [InlineData(",\"timestamp\":-1")]
    [InlineData(",\"delay\":-1")]
    [InlineData(",\"timestamp\":1,\"created_time\":2")]
    [InlineData(",\"delay\":1,\"delay_ms\":null")]
    [InlineData(",\"input_tokens\":4")]
    [InlineData(",\"output_token_ids\":[1]")]
    [InlineData(",\"output_token_ids\":[1,4294967296]")]
    [InlineData(",\"session_id\":4")]
    public void These_agentic_rows_are_refused_at_their_line(string extra)
    {
        AgentSimException error = Assert.Throws<AgentSimException>(() => One(TraceFormat.AgenticMooncake, Agentic + extra + "}"));

        Assert.Equal("RowInvalid", error.ErrorId);
        Assert.Contains("row.jsonl:1: ", error.Message);
    }

    [Theory]
    [InlineData(TraceFormat.AgenticMooncake, "{\"request_id\":\" \\u2003\",\"input_length\":3,\"output_length\":1,\"hash_ids\":[1]}")]
    [InlineData(TraceFormat.AgenticMooncake, "{\"request_id\":null,\"input_length\":3,\"output_length\":1,\"hash_ids\":[1]}")]
    [InlineData(TraceFormat.AgenticMooncake, "{\"input_length\":3,\"output_length\":1,\"hash_ids\":[1]}")]
    [InlineData(TraceFormat.AgenticMooncake, "{\"request_id\":\"a\",\"input_length\":17,\"output_length\":1,\"hash_ids\":[1]}")]
    [InlineData(TraceFormat.Mooncake, "{\"output_length\":1}")]
    [InlineData(TraceFormat.Mooncake, "{\"output_length\":1,\"hash_ids\":null}")]
    [InlineData(TraceFormat.Mooncake, "{\"input_length\":3,\"hash_ids\":[1]}")]
    [InlineData(TraceFormat.MooncakeDelta, "{\"input_length\":3,\"output_length\":1,\"hash_ids\":[1],\"delay\":-1}")]
    [InlineData(TraceFormat.Mooncake, "{\"input_length\":3.0,\"output_length\":1,\"hash_ids\":[1]}")]
    [InlineData(TraceFormat.Mooncake, "{\"output_length\":1,\"hash_ids\":[1,-1]}")]
    [InlineData(TraceFormat.Mooncake, "{\"output_length\":1,\"hash_ids\":[1,\"2\"]}")]
    [InlineData(TraceFormat.Mooncake, "[]")]
    [InlineData(TraceFormat.Mooncake, "null")]
    [InlineData(TraceFormat.Mooncake, "{")]
    public void Incomplete_rows_are_refused(TraceFormat format, string row) => Assert.Throws<AgentSimException>(() => One(format, row));

    [Theory]
    [InlineData(null, 2, 32)]
    [InlineData(20L, 2, 20)]
    [InlineData(99L, 2, 32)]
    [InlineData(0L, 2, 0)]
    public void A_plain_prompt_is_as_long_as_given_but_at_most_what_its_ids_hold(long? given, int ids, long tokens) =>
        Assert.Equal(tokens, MooncakeRowRules.Check(new MooncakeRow { InputLength = given, OutputLength = 1, HashIds = new ulong[ids] }, 16,
            "memory", 1));

    [Fact]
    public void The_largest_integer_is_a_legal_length_of_a_plain_row() =>
        Assert.Equal(long.MaxValue, One(TraceFormat.Mooncake,
            "{\"input_length\":18446744073709551615,\"output_length\":1,\"hash_ids\":[1]}").InputLength);

    [Fact]
    public void Bad_rows_are_told_of_and_passed_over_on_request()
    {
        const string row = """{"output_length":1,"hash_ids":[1]}""";
        string path = _folder.Write("rows.jsonl", string.Join('\n', "{", row, """{"output_length":1,"hash_ids":[1],"delay":-1}""", row));
        var faults = new List<string>();
        Assert.Equal([2L, 4L], MooncakeRowReader.Read(path, TraceFormat.Mooncake, 16, error => faults.Add(error.Message))
            .Select(found => found.Line));
        Assert.Equal([$"{path}:1", $"{path}:3"], faults.Select(fault => fault[..fault.IndexOf(": ", StringComparison.Ordinal)]));
    }

    [Fact]
    public void A_bad_header_ends_the_reading_even_so()
    {
        string path = _folder.Write("rows.jsonl", """{"schema":"dynamo.agentic_mooncake","version":3}""");
        Assert.Equal("HeaderInvalid", Assert.Throws<AgentSimException>(() =>
            MooncakeRowReader.Read(path, TraceFormat.AgenticMooncake, 16, _ => { }).Count()).ErrorId);
    }

    private MooncakeRow One(TraceFormat format, string row) =>
        Assert.Single(MooncakeRowReader.Read(_folder.Write("row.jsonl", row), format, 16)).Value;
}
