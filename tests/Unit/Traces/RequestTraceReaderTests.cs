using AgentSim.Traces;

namespace AgentSim.Tests.Traces;

public sealed class RequestTraceReaderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{"input_length":1,"output_length":1,"hash_ids":[1]}""")]
    [InlineData("""{"schema":"dynamo.agentic_mooncake","version":2,"hash_id_scope":"local"}""")]
    public void A_file_of_rows_is_one_fault_and_not_one_in_every_line(string row)
    {
        string file = _folder.Write("rows.jsonl", $"{row}\n{row}\n");
        AgentSimException error = Assert.Throws<AgentSimException>(
            () => RequestTraceReader.Read([file], readsDependencies: false, onBadRow: _ => Assert.Fail("told of a line")).Count());
        Assert.StartsWith($"{file}:1: ", error.Message);
        Assert.Equal("TraceRowInvalid", error.ErrorId);
    }

    [Fact]
    public void A_full_record_is_decoded()
    {
        string extra = "\"x_request_id\":\"x\",\"model\":\"m\",\"input_tokens\":20,\"cached_tokens\":16,\"queue_depth\":3,\"total_time_ms\":99.5,"
            + "\"prefill_wait_time_ms\":1,\"prefill_time_ms\":2.5,\"ttft_ms\":3.5,\"avg_itl_ms\":4.5,\"kv_hit_rate\":0.5,\"kv_transfer_estimated_latency_ms\":6,"
            + "\"worker\":{\"prefill_worker_id\":18446744073709551615,\"prefill_dp_rank\":1,\"decode_worker_id\":null,\"new\":0},"
            + "\"finish_reason_metadata\":{\"finish_reason\":\"stop\",\"stop_reason\":{\"id\":[1]},\"tool_calls\":[{\"choice_index\":0,\"tool_call_index\":1,\"name\":\"bash\"}]},";
        RequestRecord request = (RequestRecord)One(TraceText.Request("r", extra: extra,
            context: "\"session_id\":\"s\",\"parent_session_id\":\"p\""))!;

        Assert.Equal(("r", "x", "m", "s", "p", "request_end"),
            (request.RequestId, request.XRequestId, request.Model, request.SessionId, request.ParentSessionId, request.EventType));
        Assert.Equal((1000L, 1100L, 1100L, 5L, 20L, 16L), (request.StartUnixMs, request.EndUnixMs, request.EventUnixMs,
            request.OutputTokens, request.InputLength, request.TraceBlockSize));
        Assert.Equal((20ul, 16ul, 3ul, 99.5), (request.InputTokens, request.CachedTokens, request.QueueDepth, request.TotalTimeMs));
        Assert.Equal((1.0, 2.5, 3.5, 4.5, 0.5, 6.0), (request.PrefillWaitTimeMs, request.PrefillTimeMs, request.TtftMs,
            request.AverageItlMs, request.KvHitRate,
            request.KvTransferEstimatedLatencyMs));
        Assert.Equal(new WorkerPlacement(ulong.MaxValue, 1, null, null), request.Worker);
        Assert.Equal(("stop", null, "{\"id\":[1]}"), (request.Finish!.Reason, request.Finish.BackendReason, request.Finish.StopReasonJson));
        Assert.Equal(new FinishToolCall(0, 1, null, "bash"), Assert.Single(request.Finish.ToolCalls));
        Assert.Equal([1ul, 2], request.InputSequenceHashes);
        Assert.Equal((_folder.File("t.jsonl"), 1L), (request.Path, request.Line));
    }

    [Fact]
    public void A_wrapped_record_is_the_event_whatever_surrounds_it() =>
        Assert.Equal("r", ((RequestRecord)One(
            $"{{\"event_type\":\"other\",\"input_sequence_hashes\":[9,9,9,9],\"event\":{TraceText.Request("r")},\"request\":5}}")!).RequestId);

    [Fact]
    public void A_longer_list_elsewhere_in_the_line_is_not_taken_for_the_hashes()
    {
        string row = TraceText.Request("r", outer: "\"debug\":[7,7,7,7,7,7],");

        Assert.Equal([1ul, 2], ((RequestRecord)One(row)!).InputSequenceHashes);
        Assert.Equal([1ul, 2], ((RequestRecord)One($"{{\"x\":[5,6],\"event\":{row},\"y\":[1,2,3,4,5,6,7,8]}}")!).InputSequenceHashes);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("[1,2]")]
    [InlineData("[\"a\",{\"b\":[]}]")]
    [InlineData("{\"event_type\":5}")]
    [InlineData("{\"event_type\":\"request_end\",\"event_type\":\"request_end\"}")]
    [InlineData("{\"event\":null,\"event\":null}")]
    [InlineData("{\"event\":{},\"event\":{}}")]
    [InlineData("{\"event\":5,\"schema\":\"dynamo.request.trace.v1\"}")]
    [InlineData("{\"event\":[{}]}")]
    [InlineData("{\"event\":{\"event_type\":true}}")]
    [InlineData("{\"event\":{\"event_type\":null,\"event_type\":\"request_end\"}}")]
    [InlineData("{\"event\":{\"event_type\":\"request_payload\",\"schema\":7}}")]
    [InlineData("{\"event_type\":\"request_payload\"}")]
    [InlineData("{\"event\":null,\"schema\":[],\"event_type\":\"request\\u005fpayload\"}")]
    public void Foreign_rows_are_passed_over(string line) =>
        Assert.Equal("r", ((RequestRecord)One(line + "\n" + TraceText.Request("r"))!).RequestId);

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"event\":{}}")]
    [InlineData("{\"event\":null}")]
    [InlineData("{\"event_type\":null}")]
    [InlineData("{\"event\":{\"event_type\":null}}")]
    [InlineData("{\"schema\":\"dynamo.request.trace.v2\",\"event_type\":\"request_end\",\"event_time_unix_ms\":1}")]
    [InlineData("{\"schema\":\"dynamo.request.trace.v1\",\"event_type\":\"other\",\"event_time_unix_ms\":1}")]
    [InlineData("{\"schema\":\"dynamo.request.trace.v1\",\"event_type\":\"request_end\",\"event_time_unix_ms\":1}")]
    [InlineData("{\"schema\":\"dynamo.request.trace.v1\",\"event_type\":\"request_end\",\"event_time_unix_ms\":1,\"request\":null}")]
    [InlineData("{\"schema\":\"dynamo.request.trace.v1\",\"event_type\":\"tool_start\",\"event_time_unix_ms\":1,\"tool\":{}}")]
    [InlineData("{\"schema\":\"dynamo.request.trace.v1\",\"event_type\":\"tool_end\",\"event_time_unix_ms\":1,\"request\":{}}")]
    [InlineData("{\"schema\":\"dynamo.request.trace.v1\",\"event_type\":\"tool_end\",\"event_time_unix_ms\":1,\"agent_context\":{}}")]
    [InlineData("{\"event_type\":\"request_payload\"")]
    [InlineData("{\"event_type\":\"request_payload\"} x")]
    [InlineData("{\"event_type\":\"request_payload\",\"x\":\"\\ud800\"}")]
    [InlineData("{\"event_type\":\"request_payload\",\"\\udc00\":1}")]
    [InlineData("{\"event_type\":\"request_payload\",\"x\":1e999}")]
    [InlineData("[1e999]")]
    [InlineData("[\"\\ud800\"]")]
    [InlineData("[1,]")]
    [InlineData("{\"event\":5,\"x\":[1,2")]
    public void Malformed_lines_are_refused_at_their_place(string line)
    {
        AgentSimException error = Assert.Throws<AgentSimException>(() => One(line));

        Assert.Equal("TraceRowInvalid", error.ErrorId);
        Assert.StartsWith(_folder.File("t.jsonl") + ":1: ", error.Message);
    }

    [Theory]
    [InlineData("\"cached_tokens\":\"1\",")]
    [InlineData("\"cached_tokens\":-1,")]
    [InlineData("\"ttft_ms\":\"1\",")]
    [InlineData("\"model\":5,")]
    [InlineData("\"worker\":[],")]
    [InlineData("\"worker\":{\"prefill_dp_rank\":4294967296},")]
    [InlineData("\"finish_reason_metadata\":{\"tool_calls\":null},")]
    [InlineData("\"finish_reason_metadata\":{\"tool_calls\":[{\"choice_index\":0}]},")]
    [InlineData("\"request_id\":\"again\",")]
    [InlineData("\"replay\":null,")]
    public void Informative_fields_have_to_be_of_their_type(string extra) =>
        Assert.Throws<AgentSimException>(() => One(TraceText.Request("r", extra: extra)));

    [Fact]
    public void Depth_127_is_read_and_128_refused()
    {
        string Nested(int levels) =>
            $"{{\"event_type\":\"request_payload\",\"x\":{new string('[', levels - 1)}{new string(']', levels - 1)}}}";

        Assert.Null(One(Nested(127)));
        Assert.Throws<AgentSimException>(() => One(Nested(128)));
        Assert.Throws<AgentSimException>(() => One(Nested(1_000_000)));
        Assert.Throws<AgentSimException>(() =>
            One($"{{\"event_type\":\"request_payload\",\"x\":{new string('[', 127)}1,2{new string(']', 127)}}}"));
    }

    [Theory]
    [InlineData("tool_end", true)]
    [InlineData("tool_error", true)]
    [InlineData("tool_start", false)]
    public void Only_finished_tools_are_records(string type, bool kept) =>
        Assert.Equal(kept, One(TraceText.Tool("t", 5, type: type)) is ToolRecord);

    [Fact]
    public void A_tool_is_decoded()
    {
        ToolRecord tool = (ToolRecord)One(TraceText.Tool("t", 500,
            ",\"duration_ms\":99.5,\"status\":\"odd\",\"output_bytes\":18446744073709551615,\"output_tokens\":2,\"error_type\":\"e\","
            + "\"claude\":{\"source_request_id\":\"a\",\"consumer_request_id\":null,\"child_session_id\":\"c\",\"execution_mode\":\"blocking\"}"))!;

        Assert.Equal((400L, 500L, 99.5, "odd", ulong.MaxValue, 2ul, "e"),
            (tool.StartUnixMs, tool.EndUnixMs, tool.DurationMs, tool.Status, tool.OutputBytes, tool.OutputTokens, tool.ErrorType));
        Assert.Equal(new ToolCausality("a", null, "c", "blocking"), tool.Causality);
    }

    [Theory]
    [InlineData(null, 1000, 1250, 1250)]
    [InlineData(null, 1000, 900, 1000)]
    [InlineData(100.4, 1000, 0, 1100)]
    [InlineData(0.5, 1000, 0, 1001)]
    [InlineData(0.49999999999999994, 1000, 0, 1000)]
    [InlineData(2.5, 1000, 0, 1003)]
    [InlineData(-7.0, 1000, 0, 1000)]
    [InlineData(1e300, 1000, 0, long.MaxValue)]
    public void The_end_of_a_request_follows_from_total_time_or_event(double? total, long received, long eventTime, long end) =>
        Assert.Equal(end, new RequestRecord { TotalTimeMs = total, ReceivedUnixMs = received, EventUnixMs = eventTime }.EndUnixMs);

    [Fact]
    public void Random_damage_never_does_anything_but_give_records_or_an_error()
    {
        var random = new Random(3);
        byte[] clean = System.Text.Encoding.UTF8.GetBytes(TraceText.Request("r") + "\n" + TraceText.Tool("t", 5) + "\n");
        for (int round = 0; round < 3000; round++)
        {
            byte[] bytes = (byte[])clean.Clone();
            for (int i = random.Next(1, 4); i > 0; i--) bytes[random.Next(bytes.Length)] = (byte)random.Next(round % 2 == 0 ? 128 : 256);
            try
            {
                Assert.InRange(RequestTraceReader.Read([_folder.Write("t.jsonl", bytes)]).Count(), 0, 2);
            }
            catch (AgentSimException error)
            {
                Assert.StartsWith(_folder.File("t.jsonl") + ":", error.Message);
                Assert.DoesNotContain('\n', error.Message);
            }
        }
    }

    [Fact]
    public void One_pass_never_gives_another_record_than_two()
    {
        var random = new Random(17);
        string[] lines =
        [
            TraceText.Request("r", extra: "\"worker\":{\"prefill_dp_rank\":1},\"cached_tokens\":3,"),
            TraceText.Tool("t", 5, ",\"duration_ms\":1.5"),
            $"{{\"timestamp\":1,\"event\":{TraceText.Request("w")},\"event_type\":\"x\"}}",
            $"{{\"event_type\":\"tool_end\",\"event\":{TraceText.Tool("t", 5)}}}",
            "{\"schema\":\"dynamo.request.trace.v1\",\"event_type\":\"request_payload\",\"event\":null}",
        ];
        int direct = 0;
        for (int round = 0; round < 20_000; round++)
        {
            byte[] line = System.Text.Encoding.UTF8.GetBytes(lines[round % lines.Length]);
            if (round >= lines.Length) line[random.Next(line.Length)] = (byte)"{}[]\":,0159.e-nu _tk"[random.Next(20)];
            var parser = new TraceRecordParser("t");
            if (!parser.TryParseInOnePass(line, out TraceRecord? record)) continue;
            direct++;
            string once = Shown(record);
            Assert.Equal(Shown(parser.ParseInTwoPasses(line)), once);
        }

        Assert.InRange(direct, 1000, 20_000);

        static string Shown(TraceRecord? record) => record is null ? "none"
            : System.Text.Json.JsonSerializer.Serialize(record, record.GetType());
    }

    [Fact]
    public void Bad_records_are_told_of_and_passed_over_on_request()
    {
        string path = _folder.Write("t.jsonl", string.Join('\n', TraceText.Request("a"), "{", TraceText.Request("b")
            .Replace("[1,2]", "[1]", StringComparison.Ordinal), TraceText.Request("c")));
        var faults = new List<AgentSimException>();
        IEnumerable<TraceRecord> records = RequestTraceReader.Read([path], readsDependencies: false, faults.Add);
        Assert.Equal(["a", "c"], records.Select(record => ((RequestRecord)record).RequestId));
        Assert.Equal(["TraceRowInvalid", "TraceHashCount"], faults.Select(fault => fault.ErrorId));
        Assert.StartsWith($"{path}:3: ", faults[1].Message, StringComparison.Ordinal);
    }

    private TraceRecord? One(string line) => RequestTraceReader.Read([_folder.Write("t.jsonl", line)]).SingleOrDefault();
}
