using AgentSim.Imports;
using AgentSim.Traces;

namespace AgentSim.Tests.Imports;

/// <summary>Tables: known by their columns, read in one way in every culture, and nothing about them guessed in silence.</summary>
public sealed class TableTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(",", "\n", "")]
    [InlineData(",", "\r\n", "\uFEFF")]
    [InlineData(";", "\n", "")]
    [InlineData("\t", "\n", "")]
    public void Azure_rows_are_known_by_their_columns_however_they_are_separated(string separator, string end, string mark)
    {
        string text = mark + string.Join(end, "TIMESTAMP,ContextTokens,GeneratedTokens", "2023-11-16 18:17:03.9799600,4808,10",
            "2024-05-10 00:00:00.009930+00:00,3180,8", "");
        ImportLab import = ImportLab.Read(_folder.Write("a.csv", text.Replace(",", separator, StringComparison.Ordinal)));

        Assert.Equal([(1700158623980, 4808, 10), (1715299200010, 3180, 8)],
            import.Requests.Select(request => (request.ReceivedUnixMs, request.InputLength, request.OutputTokens)));
        Assert.All(import.Requests, request => Assert.Null(request.SessionId));
        Assert.All(import.Requests, request => Assert.Equal("estimated", request.Import!.Times));
        Assert.Contains(import.Summary.Warnings, warning => warning.Message.Contains("without ends", StringComparison.Ordinal));
        Assert.Equal(0, ImportLab.Shared(import.Requests[0], import.Requests[1]));
    }

    [Fact]
    public void Conversations_of_BurstGPT_go_on_as_long_as_they_grow_and_empty_answers_failed()
    {
        ImportLab import = ImportLab.Read(_folder.Write("b.csv", """
            Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type
            5,s1,2.5,GPT-4,640,30,670,Conversation log
            60,s1,1,GPT-4,1280,30,1310,Conversation log
            90,s1,1,GPT-4,320,30,350,Conversation log
            95,,1,GPT-4,100,0,100,API log
            96,,1.5,GPT-4,128,7,135,API log
            """));

        Assert.Equal((4, 1L), (import.Summary.Requests, import.Dropped("failed")));
        RequestRecord first = import["table:s1:2"], second = import["table:s1:3"], third = import["table:s1:4"],
            lone = import.Requests.Single(request => request.InputLength == 128);
        Assert.Equal((5000, 7500), (first.ReceivedUnixMs, first.EventUnixMs));
        Assert.Equal((10, 0), (ImportLab.Shared(first, second), ImportLab.Shared(second, third)));
        Assert.NotNull(lone.SessionId);   // a reader refuses traces of which only some requests have a session
        Assert.Contains(import.Summary.Warnings, warning => warning.Message.Contains("as long as they grow", StringComparison.Ordinal));
    }

    [Fact]
    public void Spend_logs_of_LiteLLM_leave_out_what_failed_or_came_from_its_cache()
    {
        const string Row = """{"request_id":"ID","session_id":"s","call_type":"acompletion","cache_hit":"HIT","startTime":"2025-01-24 09:20:46.847371","endTime":"2025-01-24 09:20:48.851954","completionStartTime":"2025-01-24 09:20:47.047371","model":"gpt-4o","metadata":"{\"usage_object\": {\"prompt_tokens_details\": {\"cached_tokens\": 64}}}","prompt_tokens":100,"completion_tokens":20,"status":"STATUS"}""";
        string Of(string id, string hit, string status) => Row.Replace("ID", id, StringComparison.Ordinal)
            .Replace("HIT", hit, StringComparison.Ordinal).Replace("STATUS", status, StringComparison.Ordinal);
        string list = $"[{Of("a", "None", "success")},\n{Of("b", "None", "failure")},\n{Of("c", "True", "success")}]";
        ImportLab import = ImportLab.Read(_folder.Write("spend.json", list), _folder.Write("again.json", Of("a", "None", "success")));

        RequestRecord request = Assert.Single(import.Requests);
        Assert.Equal((100, 20, 64UL, 200.0), (request.InputLength, request.OutputTokens, request.CachedTokens, request.TtftMs));
        Assert.Equal((1, 1, 1), (import.Dropped("failed"), import.Dropped("answered_by_cache"), import.Dropped("repeated")));
    }

    [Fact]
    public void Turns_of_Bailian_are_a_session_with_their_recorded_blocks_of_16()
    {
        ImportLab import = ImportLab.Read(_folder.Write("q.jsonl", """
            {"chat_id":1,"parent_chat_id":-1,"timestamp":61.114,"input_length":40,"output_length":5,"type":"text","turn":1,"hash_ids":[7,8,9]}
            {"chat_id":2,"parent_chat_id":1,"timestamp":71.5,"input_length":64,"output_length":5,"type":"text","turn":2,"hash_ids":[7,8,10,11]}
            {"chat_id":3,"parent_chat_id":-1,"timestamp":80,"input_length":33,"output_length":5,"type":"text","turn":1,"hash_ids":[7,8,12]}
            {"chat_id":5,"parent_chat_id":4,"timestamp":81,"input_length":521,"output_length":5,"type":"text","turn":2,"hash_ids":[1089]}
            """));

        Assert.Equal(16, import.Summary.TraceBlockSize);
        Assert.Equal(["q/1", "q/1", "q/3", "q/5"], import.Requests.OrderBy(request => request.ReceivedUnixMs)
            .Select(request => request.SessionId));
        Assert.Equal(61114, import["table:q/1:1"].ReceivedUnixMs);
        Assert.Equal((2, 2), (ImportLab.Shared(import["table:q/1:1"], import["table:q/1:2"]),
            ImportLab.Shared(import["table:q/1:1"], import["table:q/3:3"])));
        Assert.Equal(33, import["table:q/5:5"].InputSequenceHashes!.Length);
    }

    [Fact]
    public void Results_of_the_benchmark_of_vLLM_need_start_times_or_to_be_told_when_to_start()
    {
        const string Result = """{"model_id":"m","input_lens":[64,128,10],"output_lens":[5,6,0],"ttfts":[0.5,0.25,0],"itls":[[0.1,0.1],[0.2],[]],"errors":["","","boom"]START}""";
        string without = _folder.Write("old.json", Result.Replace("START", "", StringComparison.Ordinal));
        AgentSimException error = Assert.Throws<AgentSimException>(() => LogImport.Read([without], new ImportOptions()));
        Assert.Equal("ImportStartMissing", error.ErrorId);
        Assert.Equal(2, ImportLab.Read(new ImportOptions { Start = SessionStart.Together }, without).Summary.Requests);

        ImportLab import = ImportLab.Read(_folder.Write("new.json",
            Result.Replace("START", ""","start_times":[1000.5,1001,1002]""", StringComparison.Ordinal)));
        Assert.Equal([(1000500, 1001200, 500.0), (1001000, 1001450, 250.0)],
            import.Requests.Select(request => (request.ReceivedUnixMs, request.EventUnixMs, request.TtftMs!.Value)));
        Assert.Equal(1, import.Dropped("failed"));
    }

    [Fact]
    public void Rounds_of_TraceLab_have_their_tools_and_go_on_by_lengths()
    {
        ImportLab import = ImportLab.Read(_folder.Write("rounds.jsonl", """
            {"session_id":"s","round_index":0,"round_id":"r0","model":"m","input_tokens_total":640,"prefix_tokens":0,"output_tokens":9,"timing_events":[{"event_type":"user_message","timestamp":"2026-06-01T05:40:20.000Z"},{"event_type":"text","timestamp":"2026-06-01T05:40:21.000Z"},{"event_type":"tool_call","timestamp":"2026-06-01T05:40:22.000Z"}],"tools":[{"tool_index":0,"tool_name":"Bash","tool_call_id":"t0","emitted_at":"2026-06-01T05:40:22.000Z","result_at":"2026-06-01T05:40:25.500Z","tool_wall_latency_ms":3500,"tool_internal_latency_ms":3000,"is_error":true}]}
            {"session_id":"s","round_index":1,"round_id":"r1","model":"m","input_tokens_total":1280,"prefix_tokens":640,"output_tokens":9,"timing_events":[{"event_type":"tool_result","timestamp":"2026-06-01T05:40:25.500Z"},{"event_type":"text","timestamp":"2026-06-01T05:40:27.000Z"}],"tools":[]}
            """));

        RequestRecord first = import["table:s:r0"], second = import["table:s:r1"];
        Assert.Equal((2000, 1500, 10), (first.TotalTimeMs, second.TotalTimeMs, ImportLab.Shared(first, second)));
        ToolRecord tool = Assert.Single(import.Tools);
        Assert.Equal(("Bash", "tool_error", 3000.0, 3500L), (tool.ToolClass, tool.EventType, tool.DurationMs,
            tool.EndedUnixMs - tool.StartedUnixMs));
    }

    [Fact]
    public void Columns_that_are_named_can_be_any_and_lie_deep_in_JSON()
    {
        var options = new ImportOptions { Columns = new Dictionary<string, string> { ["start"] = "t:ms", ["input"] = "usage.in",
            ["output"] = "usage.out", ["session"] = "chat", ["duration"] = "took:s" } };
        ImportLab import = ImportLab.Read(options, _folder.Write("own.jsonl", """
            {"t":1500,"took":0.25,"chat":"c","usage":{"in":64,"out":3}}
            {"t":2500,"took":0.5,"chat":"c","usage":{"in":128,"out":4}}
            """));

        Assert.Equal([(1500, 1750), (2500, 3000)], import.Requests.Select(request => (request.ReceivedUnixMs, request.EventUnixMs)));
        Assert.Equal(1, ImportLab.Shared(import.Requests[0], import.Requests[1]));
    }

    [Theory]
    [InlineData("1,000", "2023-11-16 18:17:03")]     // a group in one country, a decimal in another
    [InlineData("29,5", "2023-11-16 18:17:03")]
    [InlineData("-4", "2023-11-16 18:17:03")]
    [InlineData("4.5", "2023-11-16 18:17:03")]
    [InlineData("100", "05.11.2023 18:17")]           // the fifth of November, or of May's 11th
    [InlineData("100", "11/05/2023 18:17")]
    public void Numbers_and_dates_that_can_be_read_in_two_ways_are_refused_with_their_line(string tokens, string time)
    {
        string file = _folder.Write("a.csv",
            $"TIMESTAMP;ContextTokens;GeneratedTokens\n2023-11-16 18:17:03;100;5\n{time};{tokens};5\n2023-11-16 18:17:04;100;5\n");
        ImportLab import = ImportLab.Read(file);

        Assert.Equal((2, 1L), (import.Summary.Requests, import.Dropped("unusable_rows")));
        Assert.Contains("a.csv:3:", Assert.Single(import.Summary.Dropped).Examples[0], StringComparison.Ordinal);
        Assert.Contains("a.csv:3:", Assert.Throws<AgentSimException>(() =>
            LogImport.Read([file], new ImportOptions { IsStrict = true })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_small_plain_number_is_no_time_without_its_unit()
    {
        var options = new ImportOptions { Columns = new Dictionary<string, string> { ["start"] = "t", ["input"] = "i", ["output"] = "o" } };
        AgentSimException error = Assert.Throws<AgentSimException>(() =>
            LogImport.Read([_folder.Write("a.csv", "t,i,o\n61.114,10,5\n")], options));

        Assert.Equal("ImportUnitMissing", error.ErrorId);
        Assert.Contains("a.csv:2:", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("t,i,o\n5,10,5\n", "", "ImportColumnsUnknown")]
    [InlineData("t,i,o\n5,10,5\n", "input=i", "ImportColumnMissing")]
    [InlineData("t,i,o\n5,10,5\n", "inputs=i", "ImportColumnUnknown")]
    public void Tables_nobody_knows_say_what_to_name(string table, string map, string id)
    {
        var columns = map.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .ToDictionary(pair => pair.Split('=')[0], pair => pair.Split('=')[1]);
        AgentSimException error = Assert.Throws<AgentSimException>(() =>
            LogImport.Read([_folder.Write("a.csv", table)], new ImportOptions { Format = "table", Columns = columns }));

        Assert.Equal(id, error.ErrorId);
        Assert.Contains(columns.ContainsKey("inputs") ? "a table has no field" : "a.csv", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_last_row_that_ends_in_the_middle_is_left_out_and_counted()
    {
        ImportLab import = ImportLab.Read(_folder.Write("a.csv",
            "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03,100,5\n2023-11-16 18:17:04,1"));

        Assert.Equal((1, 1L), (import.Summary.Requests, import.Dropped("truncated_lines")));
    }

    [Fact]
    public void The_order_of_files_does_not_matter_and_a_table_can_be_packed()
    {
        string a = _folder.Write("a.csv.gz", TempFolder.Gzip("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03,100,5\n"));
        string b = _folder.Write("b.csv",
            "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03,200,5\n2023-11-16 18:17:02,300,5\n");

        Assert.Equal(ImportLab.Read(a, b).Bytes, ImportLab.Read(b, a).Bytes);
    }

    [Fact]
    public void A_quoted_cell_can_hold_the_separator_and_line_breaks()
    {
        var options = new ImportOptions { Columns = new Dictionary<string,
            string> { ["start"] = "t:s", ["input"] = "i", ["output"] = "o" } };
        ImportLab import = ImportLab.Read(options, _folder.Write("a.csv", "t,note,i,o\n1,\"a, \"\"b\"\"\nc\",10,5\n2,,20,5\n"));

        Assert.Equal([10, 20], import.Requests.Select(request => request.InputLength));
    }
}
