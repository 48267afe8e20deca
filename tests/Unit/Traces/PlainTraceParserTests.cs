using System.Text;
using AgentSim.Traces;

namespace AgentSim.Tests.Traces;

/// <summary>Lines of the usual shape mean the same to the parser for them as to the one that takes every line.</summary>
public sealed class PlainTraceParserTests
{
    private const string Start = "{\"schema\":\"dynamo.request.trace.v1\",\"event_type\":";

    private static readonly string[] Numbers =
    [
        "0", "0.0", "7", "12.5", "1326.372431", "2124.7523410000003", "1e3", "-1", "01", "1.", "999999999999999",
        "0.000000000000001", "9223372036854775807", "18446744073709551615", "99999999999999999999", "123456.123456789",
    ];

    private readonly Random _random = new(20260611);

    [Fact]
    public void The_lines_that_servers_and_harnesses_write_have_the_usual_shape()
    {
        string request = Start + "\"request_end\",\"event_time_unix_ms\":1800000001002,\"event_source\":\"dynamo\","
            + "\"agent_context\":{\"session_id\":\"s\",\"parent_session_id\":\"p\"},\"request\":{\"request_id\":\"r\","
            + "\"x_request_id\":\"x\",\"model\":\"m\",\"input_tokens\":17,\"output_tokens\":3,\"cached_tokens\":0,"
            + "\"request_received_ms\":1800000000214,\"prefill_wait_time_ms\":2.045934,\"prefill_time_ms\":1326.372431,"
            + "\"ttft_ms\":1328.4,\"total_time_ms\":788.0,\"avg_itl_ms\":26.736414,\"kv_hit_rate\":0.0,\"queue_depth\":0,"
            + "\"worker\":{\"prefill_worker_id\":7587894923333011484,\"prefill_dp_rank\":0,\"decode_worker_id\":18446744073709551,"
            + "\"decode_dp_rank\":1},\"replay\":{\"trace_block_size\":16,\"input_length\":17,"
            + "\"input_sequence_hashes\":[8147104208329303767,3980143261097177850]}}}";
        string tool = Start + "\"tool_end\",\"event_time_unix_ms\":5,\"event_source\":\"harness\","
            + "\"agent_context\":{\"session_id\":\"s\"},\"tool\":{\"tool_call_id\":\"t\",\"tool_class\":\"bash\","
            + "\"started_at_unix_ms\":1,\"ended_at_unix_ms\":5,\"status\":\"succeeded\",\"duration_ms\":4.07,"
            + "\"output_bytes\":61,\"error_type\":\"exit_1\"}}";
        string start = tool.Replace("tool_end", "tool_start"), wrapped = $"{{\"timestamp\":49492,\"event\":{request}}}";
        foreach (string line in new[] { request, tool, start, wrapped, request + "\r" })
            Assert.True(IsTaken(line), line);
    }

    [Fact]
    public void Whatever_the_line_both_parsers_agree()
    {
        int taken = 0, left = 0;
        for (int i = 0; i < 20_000; i++)
        {
            string line = Line();
            if (i % 2 == 0) line = Damaged(line);
            if (IsTaken(line)) taken++;
            else left++;
        }

        Assert.InRange(taken, 4000, 16_000);
        Assert.InRange(left, 4000, 16_000);
    }

    // True if it has the usual shape; then it is what the definition says, and the next line is not touched.
    private static bool IsTaken(string line)
    {
        byte[] text = Encoding.UTF8.GetBytes(line + "\n[1,2]}}}\n");
        ulong[] hashes = [5, 6, 7];
        int length = new PlainTraceParser().Parse(text, ref hashes, 3, out TraceRecord? record, out int count);
        if (length < 0) return false;
        Assert.Equal(Encoding.UTF8.GetByteCount(line), length);
        Assert.Equal([5, 6, 7], hashes[..3]);
        TraceRecord? definition = new TraceRecordParser("f").ParseInTwoPasses(Encoding.UTF8.GetBytes(line.TrimEnd('\r')));
        Assert.Equal(Shown(definition), Shown(record));
        Assert.Equal((definition as RequestRecord)?.Hashes.ToArray() ?? [], hashes.AsSpan(3, count).ToArray());
        return true;
    }

    private static string Shown(TraceRecord? record) => record is null ? "none"
        : $"{record.SessionId} {record.ParentSessionId} {Encoding.UTF8.GetString(TraceRecordWriter.ToBytes(record))}";

    private string Line()
    {
        string type = Pick("request_end", "request_end", "tool_end", "tool_error", "tool_start", "request_payload");
        string line = $"{Start}\"{type}\",\"event_time_unix_ms\":{Number(0.95)}" + Maybe(",\"event_source\":\"dynamo\"")
            + Maybe($",\"agent_context\":{{\"session_id\":\"{Word()}\"{Maybe($",\"parent_session_id\":\"{Word()}\"")}}}");
        line += type == "request_end" ? Request() : Tool();
        return Maybe("{\"timestamp\":1,\"event\":") is { Length: > 0 } wrapped ? $"{wrapped}{line}}}}}" : line + "}";
    }

    private string Request() =>
        $",\"request\":{{\"request_id\":\"{Word()}\"" + Maybe($",\"x_request_id\":\"{Word()}\"") + Maybe($",\"model\":\"{Word()}\"")
        + Field("input_tokens", 0.98) + $",\"output_tokens\":{_random.Next(9)}" + Field("cached_tokens", 0.98)
        + $",\"request_received_ms\":{_random.NextInt64(1L << 50)}" + Field("prefill_wait_time_ms") + Field("prefill_time_ms")
        + Field("ttft_ms") + Field("total_time_ms") + Field("avg_itl_ms") + Field("kv_hit_rate") + Field("queue_depth", 0.98)
        + Maybe($",\"worker\":{{\"prefill_worker_id\":{Number(0.98)},\"prefill_dp_rank\":0,\"decode_worker_id\":1,"
            + $"\"decode_dp_rank\":{Pick("0", "1", "4294967296")}}}")
        + $",\"replay\":{{\"trace_block_size\":16,\"input_length\":{_random.Next(99)},\"input_sequence_hashes\":["
        + string.Join(',', Enumerable.Range(0, _random.Next(9)).Select(_ => (ulong)_random.NextInt64() >> _random.Next(64))) + "]}}";

    private string Tool() =>
        $",\"tool\":{{\"tool_call_id\":\"{Word()}\",\"tool_class\":\"{Word()}\"" + Field("started_at_unix_ms", 0.95)
        + Field("ended_at_unix_ms", 0.95) + Maybe($",\"status\":\"{Word()}\"") + Field("duration_ms") + Field("output_bytes", 0.95)
        + Maybe($",\"error_type\":\"{Word()}\"") + "}";

    private string Field(string name, double whole = 0) => Maybe($",\"{name}\":{(whole > 0 ? Number(whole) : Decimal())}");

    private string Decimal() => _random.Next(20) == 0 ? Number(0)
        : $"{_random.Next(1 << 20)}{Pick("", ".0", ".5", $".{_random.Next(1 << 20)}")}";

    private string Number(double whole) =>
        _random.NextDouble() < whole ? $"{_random.NextInt64(1L << 60)}" : Numbers[_random.Next(Numbers.Length)];

    private string Word() => _random.Next(25) == 0 ? Pick("\\n", "ü", "\\ud800")
        : Pick("a", "agent-12:root/sub3", "", "long text that is longer than sixteen bytes");

    private string Maybe(string text) => _random.Next(2) == 0 ? text : "";

    private string Pick(params string[] choices) => choices[_random.Next(choices.Length)];

    // A character more, less, or another one.
    private string Damaged(string line)
    {
        int at = _random.Next(line.Length);
        string other = Pick("", " ", "\"", ",", "}", "0", "\\", "\t", "n", "é");
        return _random.Next(2) == 0 ? line.Insert(at, other) : line.Remove(at, 1).Insert(at, other);
    }
}
