using System.Text;
using System.Text.Json;
using AgentSim.Files;
using AgentSim.Timelines;
using AgentSim.Traces;

namespace AgentSim.Tests.Timelines;

/// <summary>Timelines of recorded traces (behaviour 07#B and 07#C1).</summary>
public sealed class TraceTimelineTests
{
    private const string Example = """
        {"timestamp":1,"event":{"schema":"dynamo.request.trace.v1","event_type":"request_end","event_time_unix_ms":1100,"event_source":"dynamo","agent_context":{"session_id":"root"},"request":{"request_id":"r1","model":"m","output_tokens":3,"request_received_ms":1000,"prefill_wait_time_ms":2.0004,"prefill_time_ms":18.0004,"ttft_ms":20.0,"total_time_ms":100.0,"finish_reason_metadata":{"finish_reason":"tool_calls","tool_calls":[{"choice_index":0,"tool_call_index":0,"id":"c1","name":"bash"},{"choice_index":0,"tool_call_index":1,"id":"c2","name":"read"}]}}}}
        {"timestamp":2,"event":{"schema":"dynamo.request.trace.v1","event_type":"tool_start","event_time_unix_ms":1105,"event_source":"harness","agent_context":{"session_id":"root"},"tool":{"tool_call_id":"c1","tool_class":"bash","started_at_unix_ms":1105,"status":"running"}}}
        {"timestamp":3,"event":{"schema":"dynamo.request.trace.v1","event_type":"tool_end","event_time_unix_ms":1140,"event_source":"harness","agent_context":{"session_id":"root"},"tool":{"tool_call_id":"c1","tool_class":"bash","started_at_unix_ms":1105,"ended_at_unix_ms":1140,"status":"succeeded","duration_ms":35.0}}}
        {"schema":"dynamo.request.trace.v1","event_type":"request_end","event_time_unix_ms":1200,"agent_context":{"session_id":"root"},"request":{"request_id":"r2","output_tokens":1,"request_received_ms":1150}}
        {"schema":"dynamo.request.trace.v1","event_type":"request_end","event_time_unix_ms":1300,"request":{"request_id":"r3","output_tokens":1,"request_received_ms":1290}}
        """;

    private static (TraceEvents Events, int Items) Made(string lines, TimelineOptions? options = null)
    {
        using var folder = new TempFolder();
        string target = folder.File("timeline.json");
        TimelineSummary made = TimelineExport.Run([folder.Write("trace.jsonl", lines)], target, options ?? new TimelineOptions());
        return (new TraceEvents(File.ReadAllBytes(target)), made.Items);
    }

    private static string Request(long received, string fields, string session = "s", long? at = null) =>
        $$$"""{"schema":"dynamo.request.trace.v1","event_type":"request_end","event_time_unix_ms":{{{at ?? received}}},"agent_context":{"session_id":{{{JsonSerializer.Serialize(session)}}}},"request":{"request_received_ms":{{{received}}}{{{fields}}}}}""";

    private static string Tool(string type, string time, string fields = "", string call = "c") =>
        $$$"""{"schema":"dynamo.request.trace.v1","event_type":"{{{type}}}","event_time_unix_ms":{{{time}}},"agent_context":{"session_id":"s"},"tool":{"tool_call_id":"{{{call}}}","tool_class":"k"{{{fields}}}}}""";

    [Fact]
    public void The_worked_example_gives_its_table()
    {
        (TraceEvents events, int items) = Made(Example, new TimelineOptions { FirstTokenMarkers = true });
        Assert.Equal(5, items);
        Assert.Equal(["Dynamo request trace"], events.ProcessNames);
        Assert.Equal(["root [lane 1]", "root [lane 1] tools", "root [lane 2] tools", "request-only"], events.ThreadNames);
        Assert.Equal(
        [
            "LLM request: m|1|1000000|100000", "prefill wait|1|1000000|2000", "prefill|1|1002000|18000", "first token|1|1020000|",
            "decode|1|1020000|80000", "Tool: read|2|1100000|50000", "Tool: bash|3|1105000|35000",
            "LLM request: unknown-model|1|1150000|50000", "LLM request: unknown-model|4|1290000|10000",
        ], events.All.Where(each => each.GetProperty("ph").GetString() != "M").Select(each =>
            $"{TraceEvents.Name(each)}|{each.GetProperty("tid")}|{each.GetProperty("ts")}|{(each.TryGetProperty("dur", out JsonElement dur) ? dur : "")}"));
        Assert.Equal(
            """{"session_id":"root","event_type":"inferred_tool_call","event_source":"dynamo","source":"request.finish_reason_metadata.tool_calls","inferred":true,"host_execution":false,"source_request_id":"r1","tool_call_id":"c2","tool_call_index":1,"choice_index":0,"tool_class":"read","started_at_unix_ms":1100.0,"next_request_id":"r2","ended_at_unix_ms":1150.0,"duration_ms":50.0}""",
            events.Named("Tool: read").Single().GetProperty("args").GetRawText());
        Assert.Equal("""{"request_id":"r1","x_request_id":null,"model":"m","output_tokens":3,"avg_itl_ms":null}""", events.Named("decode")
            .Single().GetProperty("args").GetRawText());
        Assert.Equal("""{"request_id":"r1","x_request_id":null,"model":"m","prefill_wait_time_ms":2.0004}""", events.Named("prefill wait")
            .Single().GetProperty("args").GetRawText());
        Assert.Equal("""{"ttft_ms":20.0}""", events.Named("first token").Single().GetProperty("args").GetRawText());
        Assert.Equal(
            """{"session_id":"root","event_type":"tool_end","event_source":"harness","event_time_unix_ms":1140,"tool_call_id":"c1","tool_class":"bash","started_at_unix_ms":1105,"ended_at_unix_ms":1140,"status":"succeeded","duration_ms":35.0}""",
            events.Named("Tool: bash").Single().GetProperty("args").GetRawText());
        Assert.StartsWith("""{"session_id":"root","event_time_unix_ms":1100,"request_id":"r1","model":"m","output_tokens":3,"request_received_ms":1000,"prefill_wait_time_ms":2.0004,"prefill_time_ms":18.0004,"ttft_ms":20.0,"total_time_ms":100.0,"finish_reason_metadata":{""", events.Named("LLM request: m").Single().GetProperty("args").GetRawText(), StringComparison.Ordinal);
        Assert.EndsWith(""","finish.finish_reason":"tool_calls","finish.tool_call_count":2,"finish.tool_call_names":"bash, read"}""",
            events.Named("LLM request: m").Single().GetProperty("args").GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_stages_and_markers_only_the_items_are_shown()
    {
        (TraceEvents events, _) = Made(Example, new TimelineOptions { Stages = false });
        Assert.Equal(5, events.All.Count(each => each.GetProperty("ph").GetString() != "M"));
    }

    [Fact]
    public void Indented_files_hold_the_same_with_sorted_keys()
    {
        (TraceEvents compact, _) = Made(Example);
        (TraceEvents pretty, _) = Made(Example, new TimelineOptions { Indented = true });
        Assert.StartsWith("{\n  \"displayTimeUnit\": \"ms\",\n  \"traceEvents\": [\n    {\n      \"args\": {\n        \"name\": \"Dynamo " +
            "request trace\"\n      },\n      \"name\": \"process_name\",", pretty.Text, StringComparison.Ordinal);
        Assert.Equal(compact.All.Count, pretty.All.Count);
        Assert.All(compact.All.Zip(pretty.All), pair => Assert.True(JsonElement.DeepEquals(pair.First, pair.Second)));
        foreach (JsonElement each in pretty.All)
        {
            string[] keys = [.. each.EnumerateObject().Select(member => member.Name)];
            Assert.Equal(keys.Order(StringComparer.Ordinal), keys);
        }
    }

    [Theory]
    [InlineData("150000+1000 synthetic", "tool_end|150|")]
    [InlineData("100000+50000", "tool_start|100|", "tool_end|150|")]
    [InlineData("129500+20500", "tool_end|150|,\"duration_ms\":20.5")]
    [InlineData("129500+20500", "tool_end|150|,\"duration_ms\":\"20.5\"")]
    [InlineData("90000+70000", "tool_end|150|,\"started_at_unix_ms\":90,\"ended_at_unix_ms\":160,\"duration_ms\":5")]
    [InlineData("90000+5000", "tool_end|150|,\"started_at_unix_ms\":90,\"ended_at_unix_ms\":90,\"duration_ms\":5")]
    [InlineData("155000+5000", "tool_end|150|,\"ended_at_unix_ms\":160,\"duration_ms\":5")]
    [InlineData("0+150000", "tool_end|150|,\"duration_ms\":500")]
    [InlineData("150000+1000 synthetic", "tool_start|150|", "tool_end|150|")]
    [InlineData("150000+1000 synthetic", "tool_end|150|,\"duration_ms\":true")]
    public void A_tool_slice_follows_the_first_rule_that_fits(string expected, params string[] rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        (TraceEvents events, _) = Made(string.Join('\n', rows.Select(row => row.Split('|')).Select(row => Tool(row[0], row[1], row[2]))));
        JsonElement slice = events.Named("Tool: k").Single();
        string synthetic = slice.GetProperty("args").TryGetProperty("synthetic_duration", out _) ? " synthetic" : "";
        Assert.Equal(expected, $"{slice.GetProperty("ts")}+{slice.GetProperty("dur")}{synthetic}");
        if (synthetic.Length > 0) Assert.EndsWith(""","synthetic_duration":true,"visual_duration_ms":1.0}""", slice.GetProperty("args")
            .GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_latest_start_is_paired_and_the_others_stay_as_instants()
    {
        (TraceEvents events, int items) = Made(string.Join('\n', Tool("tool_start", "100"), Tool("tool_error", "150"),
            Tool("tool_start", "110")));
        Assert.Equal(2, items);
        Assert.Equal(["Tool start: k @Dynamo request trace/s tools 100", "Tool error: k @Dynamo request trace/s tools 110+40"],
            events.Lines("dynamo.agent.tool"));
    }

    [Theory]
    [InlineData(1, ",\"total_time_ms\":0.0005")]
    [InlineData(2, ",\"total_time_ms\":0.0015")]
    [InlineData(2, ",\"total_time_ms\":0.0025")]
    [InlineData(1000000, ",\"total_time_ms\":-5")]
    [InlineData(1000000, ",\"total_time_ms\":\"x\"")]
    [InlineData(2500, ",\"total_time_ms\":\"2.5\"")]
    public void A_request_lasts_as_long_as_it_says_or_until_its_event(long duration, string fields) =>
        Assert.Equal(duration, Made(Request(1000, fields, at: 2000)).Events.Phase("X").Single().GetProperty("dur").GetInt64());

    [Fact]
    public void A_request_that_ends_before_it_starts_is_a_microsecond_long() =>
        Assert.Equal(1, Made(Request(3000, "", at: 2000)).Events.Phase("X").Single().GetProperty("dur").GetInt64());

    [Fact]
    public void Stages_end_with_the_request()
    {
        (TraceEvents events, _) = Made(Request(0, ""","prefill_wait_time_ms":4,"prefill_time_ms":40,"ttft_ms":50,"total_time_ms":10"""));
        Assert.Equal(["prefill wait @Dynamo request trace/s 0+4", "prefill @Dynamo request trace/s 4+6"], events.Lines("dynamo.llm.stage"));
    }

    [Fact]
    public void A_call_without_a_next_request_lasts_a_made_up_millisecond()
    {
        string calls = ""","request_id":7,"total_time_ms":100,"finish_reason_metadata":{"tool_calls":[{"name":"t"},5],"choices":[{"choice_index":0,"finish_reason":"stop"},{"choice_index":1}]}""";
        (TraceEvents events, int items) = Made(Request(0, calls) + "\n" + Request(50, ""","request_id":"next","total_time_ms":1"""));
        Assert.Equal(3, items);
        Assert.EndsWith(""","tool_class":"t","started_at_unix_ms":100.0,"duration_unknown":true,"synthetic_duration":true,"visual_duration_ms":1.0,"overlapping_request_id":"next"}""",
            events.Named("Tool: t").Single().GetProperty("args").GetRawText(), StringComparison.Ordinal);
        Assert.Contains(""","finish.tool_call_count":2,"finish.tool_call_names":"t","finish.choice_count":2,"finish.choice_finish_reasons":"0:stop"}""", events.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_stay_as_they_were_written()
    {
        (TraceEvents events, _) =
            Made(Request(0, ""","input_tokens":1e2,"kv_hit_rate":0.10,"worker":{"decode_worker_id":18446744073709551615,"other":null}"""));
        Assert.Contains("\"input_tokens\":1e2,", events.Text, StringComparison.Ordinal);
        Assert.Contains("\"kv_hit_rate\":0.10,\"worker.decode_worker_id\":18446744073709551615}", events.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_record_is_passed_over()
    {
        (TraceEvents events, int items) = Made("""
            5
            [{}]
            {"schema":"other","event_type":"request_end","event_time_unix_ms":1,"request":{}}
            {"schema":"dynamo.request.trace.v1","event":null,"event_type":"request_end","event_time_unix_ms":1,"request":{}}
            {"schema":"dynamo.request.trace.v1","event_type":"request_end","request":{}}
            {"schema":"dynamo.request.trace.v1","event_type":"tool_end","event_time_unix_ms":1,"tool":{}}
            {"schema":"dynamo.request.trace.v1","event_type":"request_payload","event_time_unix_ms":1,"agent_context":{},"payload":{}}

            """ + Request(0, ""));
        Assert.Equal(1, items);
        Assert.Single(events.Phase("X"));
    }

    [Theory]
    [InlineData("2 of no event_type, 1 of 'nope'", """{"schema":"dynamo.request.trace.v1","event_type":"nope","event_time_unix_ms":1}""",
        """{"schema":"dynamo.request.trace.v1","event_time_unix_ms":1}""", """{"schema":"dynamo.request.trace.v1","event_type":"","event_time_unix_ms":1}""")]
    [InlineData("1 of '\\u001b[2J'", """{"schema":"dynamo.request.trace.v1","event_type":"\u001b[2J"}""")]
    [InlineData("1 of 'request_end'", """{"schema":"dynamo.request.trace.v1","event_type":"request_end","request":{}}""")]
    [InlineData("1 of 'request_payload'", """{"schema":"dynamo.request.trace.v1","event_type":"request_payload","event_time_unix_ms":1}""")]
    public void A_trace_in_which_nothing_can_be_drawn_is_an_error_that_says_what_was_found(string found, params string[] lines)
    {
        using var folder = new TempFolder();
        string trace = folder.Write("trace.jsonl", string.Join('\n', lines));
        AgentSimException error = Assert.Throws<AgentSimException>(
            () => TimelineExport.Run([trace], folder.File("out/timeline.json"), new TimelineOptions()));
        Assert.Equal("TimelineInputInvalid", error.ErrorId);
        Assert.StartsWith($"{trace}: there is nothing to draw: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("(request_end, tool_start, tool_end, tool_error)", error.Message, StringComparison.Ordinal);
        Assert.Contains(found, error.Message, StringComparison.Ordinal);
        Assert.Equal(["trace.jsonl"], folder.Everything);

        string second = folder.Write("second.jsonl", string.Join('\n', lines));
        error = Assert.Throws<AgentSimException>(() => TimelineExport.Run([trace, second], folder.File("t.json"), new TimelineOptions()));
        Assert.StartsWith($"{trace}: there is nothing to draw: ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith(", the 1 other file included", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"schema\":", "TraceRowInvalid")]
    [InlineData("{\"schema\":\"dynamo.request.trace.v1\",\"event_type\":\"request_end\",\"event_time_unix_ms\":1e300,\"request\":{}}",
        "TraceTimeOutOfRange")]
    [InlineData("{\"schema\":\"dynamo.request.trace.v1\",\"event_type\":\"request_end\",\"event_time_unix_ms\":1,\"request\":{\"model\":\"\\ud800\"}}", "TraceRowInvalid")]
    public void A_bad_line_is_named_and_nothing_is_written(string line, string errorId)
    {
        using var folder = new TempFolder();
        string trace = folder.Write("trace.jsonl", Request(0, "") + "\n\n" + line);
        var error = Assert.Throws<AgentSimException>(() => TimelineExport.Run([trace], folder.File("out/timeline.json"),
            new TimelineOptions()));
        Assert.Equal(errorId, error.ErrorId);
        Assert.StartsWith($"{trace}:3: ", error.Message, StringComparison.Ordinal);
        Assert.Equal(["trace.jsonl"], folder.Everything);
    }

    [Fact]
    public void Hostile_text_stays_text()
    {
        const string session = "</script><script>alert(1)</script>\u0000\u001b[2J\r\n\"'&\u2028\ud83d\ude00";
        (TraceEvents events, _) = Made(Request(0, ",\"model\":\"<img src=x onerror=alert(1)>\"", session));
        Assert.Equal([session], events.ThreadNames);
        Assert.Equal("LLM request: <img src=x onerror=alert(1)>", TraceEvents.Name(events.Phase("X").Single()));
        Assert.DoesNotContain('<', events.Text);
        Assert.DoesNotContain('&', events.Text);
    }

    [Fact]
    public void Records_from_memory_give_what_their_file_gives()
    {
        string sample = TestData.PathOf("traces", "agent-small.trace.jsonl");
        var fromRecords = new TraceTimeline(new TimelineOptions { FirstTokenMarkers = true });
        foreach (TraceRecord record in RequestTraceReader.Read([sample])) fromRecords.Add(record);
        using var folder = new TempFolder();
        string target = folder.File("timeline.json");
        int items = TimelineExport.Run([sample], target, new TimelineOptions { FirstTokenMarkers = true }).Items;
        TraceEvents expected = new(File.ReadAllBytes(target)),
            actual = TraceEvents.Of(stream => Assert.Equal(items, fromRecords.Write(stream)));
        Assert.Equal(expected.Lines("dynamo"), actual.Lines("dynamo"));
        Assert.Contains(expected.Lines("dynamo.agent.tool"), line => line.StartsWith("Tool: ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_tool_without_a_session_is_passed_over_from_a_file_and_from_memory()
    {
        const string line = "{\"schema\":\"dynamo.request.trace.v1\",\"event_type\":\"tool_end\",\"event_time_unix_ms\":5,\"tool\":{\"tool_call_id\":\"c\",\"tool_class\":\"Bash\",\"duration_ms\":2}}";
        using var folder = new TempFolder();
        var fromMemory = new TraceTimeline(new TimelineOptions());
        fromMemory.Add(Assert.IsType<ToolRecord>(Assert.Single(RequestTraceReader.Read([folder.Write("t.jsonl", line)]))));

        Assert.Equal("TimelineEmpty", Assert.Throws<AgentSimException>(() => fromMemory.Write(new MemoryStream())).ErrorId);
        Assert.Single(Made(line + "\n" + Request(0, "")).Events.Phase("X"));
    }

    [Fact]
    public void Overlapping_requests_of_a_session_lie_in_lanes_of_their_own()
    {
        (TraceEvents events, _) = Made(string.Join('\n', Request(0, ",\"total_time_ms\":10"), Request(5, ",\"total_time_ms\":10"),
            Request(10, ",\"total_time_ms\":10"), Request(15, ",\"total_time_ms\":1")));
        Assert.Equal(["[lane 1] 0+10", "[lane 2] 5+10", "[lane 1] 10+10", "[lane 2] 15+1"], events.Lines("dynamo")
            .Select(line => line[(line.IndexOf("/s ", StringComparison.Ordinal) + 3)..]));
    }

    [Fact]
    public void A_cancelled_export_leaves_the_old_file()
    {
        using var folder = new TempFolder();
        string trace = folder.Write("trace.jsonl", Example), target = folder.Write("timeline.json", "old");
        using var cancel = new CancellationTokenSource();
        cancel.Cancel();
        Assert.Throws<OperationCanceledException>(() => TimelineExport.Run([trace], target, new TimelineOptions(), null, cancel.Token));
        Assert.Equal("old", File.ReadAllText(target));
        Assert.Equal(["timeline.json", "trace.jsonl"], folder.Everything);
    }

    [Fact]
    public void A_name_with_gz_makes_a_gzip_file()
    {
        using var folder = new TempFolder();
        string trace = folder.Write("trace.jsonl", Example);
        TimelineExport.Run([trace], folder.File("a.json"), new TimelineOptions());
        TimelineExport.Run([trace], folder.File("a.json.gz"), new TimelineOptions());
        using var lines = new LineReader(folder.File("a.json.gz"));
        Assert.True(lines.Read());
        Assert.Equal(File.ReadAllText(folder.File("a.json")).TrimEnd('\n'), Encoding.UTF8.GetString(lines.Line));
        Assert.Equal(0x1f, File.ReadAllBytes(folder.File("a.json.gz"))[0]);
    }

    [Fact]
    public void Inputs_are_expanded_once_each_in_the_order_of_their_components()
    {
        using var folder = new TempFolder();
        foreach (string name in (string[])["b/2.jsonl", "b/10.jsonl.gz", "b-/1.jsonl", "b/note.txt", "a.jsonl"]) folder.Write(name, "{}");
        Directory.CreateDirectory(folder.File("empty"));
        IReadOnlyList<string> files = TimelineSource.Expand([folder.File("b"), folder.File("empty"), folder.File("*.jsonl"),
            folder.File("b-/1.jsonl"), folder.File("b/2.jsonl")]);
        Assert.Equal(["a.jsonl", "b/10.jsonl.gz", "b/2.jsonl", "b-/1.jsonl"],
            files.Select(file => Path.GetRelativePath(folder.Path, file).Replace('\\', '/')));
        foreach (string wrong in (string[])["empty", "none.jsonl", "x*.jsonl"])
            Assert.Equal(FaultKind.Usage, Assert.Throws<AgentSimException>(() => TimelineSource.Expand([folder.File(wrong)])).Kind);
    }
}
