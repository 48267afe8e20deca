using AgentSim.Capture;
using AgentSim.Imports;
using AgentSim.Traces;

namespace AgentSim.Tests.Imports;

public sealed class CodexTests : IDisposable
{
    internal const long Noon = 1_780_000_000_000;
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_prompts_share_is_what_the_token_sequences_share(bool isNew)
    {
        CodexLog log = Conversation("t1", isNew);
        ImportLab import = Read(log);

        Assert.Equal(log.Prompts.Count, import.Summary.Requests);
        AssertTruth(log, import, log.Prompts, import.Requests);
    }

    [Fact]
    public void Requests_start_with_the_last_input_and_end_with_the_last_item()
    {
        CodexLog log = new CodexLog("t1", Noon).Turn("one").Wait(100).User("ask", 40).Wait(900).Say("hm", 10).Wait(50).Call("call0001", 10)
            .Wait(7).Count()
            .Wait(30).Result("call0001", 20).Wait(500).Say("done", 10).Wait(4).Count();
        ImportLab import = Read(log);

        Assert.Equal([(Noon + 100, Noon + 1050), (Noon + 1087, Noon + 1587)],
            import.Requests.Select(request => (request.ReceivedUnixMs, request.EventUnixMs)));
        ToolRecord tool = Assert.Single(import.Tools);
        Assert.Equal((Noon + 1050, Noon + 1087, "exec", "succeeded"),
            (tool.StartedUnixMs!.Value, tool.EndedUnixMs!.Value, tool.ToolClass, tool.Status));
        Assert.Equal(["tool_calls", "stop"], import.Requests.Select(request => request.Finish!.Reason));
        Assert.All(import.Requests, request => Assert.Equal(("gpt-5", "derived"), (request.Model!, request.Import!.Times)));
    }

    [Fact]
    public void The_result_of_a_call_that_ran_while_the_answer_was_made_belongs_to_the_next_prompt()
    {
        CodexLog log = new CodexLog("t1", Noon).Turn("one").User("ask", 40).Wait(900).Call("call0001", 10);
        log.Wait(10).Call("call0002", 10).Wait(5).Result("call0001", 30).Wait(20).Result("call0002", 30).Wait(5).Count().Wait(400)
            .Say("done", 10).Count();
        ImportLab import = Read(log);

        AssertTruth(log, import, log.Prompts, import.Requests);
        Assert.Equal((Noon + 935, 2), (import.Requests[1].ReceivedUnixMs, import.Tools.Count));
    }

    [Fact]
    public void A_count_that_comes_again_is_no_request_and_neither_is_one_without_numbers()
    {
        CodexLog log = new CodexLog("t1", Noon).Turn("one").Recount().User("ask", 40).Recount().Wait(900).Say("hm", 10).Count().Recount()
            .Wait(60_000).Recount()
            .Turn("two").User("more", 20).Recount().Wait(900).Say("well", 10).Count().Recount();

        Assert.Equal(2, Read(log).Summary.Requests);
    }

    [Fact]
    public void A_record_and_the_count_of_the_same_answer_are_one_request_in_either_order()
    {
        CodexLog log = Conversation("t1", isNew: true);
        string[] lines = [.. log.Lines];
        ImportLab import = Read(log), swapped = ReadText(string.Join('\n', Swapped(lines)));

        Assert.Equal(log.Prompts.Count, import.Summary.Requests);
        Assert.All(import.Requests, request => Assert.StartsWith("codex:t1:resp_t1_", request.RequestId, StringComparison.Ordinal));
        Assert.Equal(import.Requests.Select(request => (request.RequestId, request.InputLength)),
            swapped.Requests.Select(request => (request.RequestId, request.InputLength)));
    }

    [Fact]
    public void Counters_that_begin_again_at_zero_are_followed()
    {
        string text = new CodexLog("t1", Noon).Lines[0] + "\n"
            + Total(Noon + 1000, 1000, 100) + Total(Noon + 2000, 0, 0) + Total(Noon + 3000, 900, 60) + Total(Noon + 4000, 1900, 90);
        ImportLab import = ReadText(text);

        Assert.Equal([(1000L, 100L), (900, 60), (1000, 30)],
            import.Requests.Select(request => (request.InputLength, request.OutputTokens)));
        Assert.All(import.Requests, request => Assert.Equal("estimated", request.Import!.Times));   // nothing shows when they began
    }

    [Fact]
    public void A_file_without_header_and_settings_is_named_after_itself()
    {
        CodexLog log = new CodexLog("t1", Noon).User("ask", 40).Wait(900).Say("hm", 10).Count();
        string text = string.Join('\n', log.Lines.Skip(1));

        Assert.Equal("old-one", ImportLab.Read(_folder.Write("old-one.jsonl", text)).Requests[0].SessionId);
        Assert.Equal("01a7c9e4-6d12-7b3a-9f42-8c6d5e1a0b73",
            ImportLab.Read(_folder.Write("rollout-2026-03-21T10-05-38-01a7c9e4-6d12-7b3a-9f42-8c6d5e1a0b73.jsonl",
                text)).Requests[0].SessionId);
    }

    [Fact]
    public void An_answer_that_was_broken_off_is_counted_and_stays_in_the_history()
    {
        CodexLog log = new CodexLog("t1", Noon).Turn("one").User("ask", 40).Wait(900).Say("hm", 100).BreakOff().Wait(10)
            .Event("turn_aborted", ",\"reason\":\"interrupted\"")
            .Wait(60_000).Turn("two").User("more", 40).Wait(900).Say("well", 10).Count().Wait(100).User("steer", 20).Wait(700)
            .Say("yes", 10).Count();
        ImportLab import = Read(log);

        Assert.Equal((2, 1L), (import.Summary.Requests, import.Dropped("failed")));
        Assert.Equal(Noon + 60_910, import.Requests[0].ReceivedUnixMs);
        AssertTruth(log, import, log.Prompts, import.Requests);
    }

    [Fact]
    public void After_a_compaction_only_the_fixed_beginning_is_shared()
    {
        CodexLog log = new CodexLog("t1", Noon).Turn("one").User("ask", 4000).Wait(900).Say("hm", 100)
            .Count(cached: CodexLog.BaseTokens).Wait(10)
            .Compact("summary", 300).Wait(10).User("more", 40).Wait(900).Say("well", 10).Count().Wait(100).User("steer", 200).Wait(700)
            .Say("yes", 10).Count();
        ImportLab import = Read(log);

        Assert.Equal(3, import.Summary.Requests);
        AssertTruth(log, import, log.Prompts, import.Requests);
    }

    [Fact]
    public void Turns_that_were_taken_back_are_gone_from_the_prompt()
    {
        CodexLog log = new CodexLog("t1", Noon).Turn("one").User("ask", 400).Wait(900).Say("hm", 100).Count().Wait(10);
        string[] kept = [.. log.Tokens];
        log.Turn("two").User("wrong", 400).Wait(900).Say("no", 100).Count().Wait(10).Event("thread_rolled_back", ",\"num_turns\":1");
        log.Tokens = [.. kept];
        log.Turn("three").User("right", 400).Wait(900).Say("yes", 100).Count();
        ImportLab import = Read(log);

        Assert.Equal(3, import.Summary.Requests);
        AssertTruth(log, import, log.Prompts, import.Requests);
    }

    [Fact]
    public void A_prompt_that_lost_something_unwritten_still_shares_all_but_what_was_added()
    {
        // Reasoning is not sent again after the turn, and no line says so.
        CodexLog log = new CodexLog("t1", Noon).Turn("one").User("ask", 2000).Wait(900).Say("hm", 10).Count().Turn("two").User("more", 20)
            .Wait(900);
        log.Tokens.RemoveRange(1000, 100);
        log.Say("well", 10).Count();
        ImportLab import = Read(log);

        Assert.InRange(ImportLab.Shared(import.Requests[0], import.Requests[1]), (log.Prompts[1].Length - 40) / 64,
            log.Prompts[1].Length / 64);
    }

    [Fact]
    public void Calls_of_every_kind_have_their_times_and_outcomes()
    {
        CodexLog log = new CodexLog("t1", Noon).Turn("one").User("ask", 40).Wait(900)
            .Line("response_item", """{"type":"custom_tool_call","call_id":"c1","name":"apply_patch","input":"*** Begin Patch"}""")
            .Line("response_item", """{"type":"local_shell_call","call_id":"c2","status":"completed","action":{"type":"exec","command":["ls"]}}""")
            .Line("response_item", """{"type":"web_search_call","status":"completed","action":{"type":"search","query":"x"}}""")
            .Call("c3c3", 10).Call("c4c4", 10).Call("c5c5", 10).Wait(1).Count().Wait(2000)
            .Line("response_item", """{"type":"custom_tool_call_output","call_id":"c1","output":"{\"output\":\"ok\",\"metadata\":{\"exit_code\":0,\"duration_seconds\":1.5}}"}""")
            .Line("response_item", """{"type":"function_call_output","call_id":"c2","output":{"content":"no such file","success":false}}""")
            .Result("c3c3", 9, "Chunk ID: 1\nWall time: 0.25 seconds\nProcess exited with code 1\nOutput:\nProcess exited with code 0\n")
            .Event("exec_command_end", ",\"call_id\":\"c4c4\",\"duration\":{\"secs\":1,\"nanos\":250000000}").Result("c4c4", 9, "grün")
            .Wait(500).Say("done", 10).Count();
        ImportLab import = Read(log);

        Assert.Equal([("c1", "apply_patch", "succeeded", 1500.0), ("c2", "local_shell", "error", 2001), ("c3c3", "exec", "error", 250),
            ("c4c4", "exec", "succeeded", 1250)],
            import.Tools.OrderBy(tool => tool.ToolCallId, StringComparer.Ordinal)
                .Select(tool => (tool.ToolCallId, tool.ToolClass, tool.Status!, tool.DurationMs!.Value)));
        Assert.Equal(5UL, import.Tools.Single(tool => tool.ToolCallId == "c4c4").OutputBytes);
        Assert.Equal(1, import.Dropped("unfinished_tools"));
        Assert.Equal(["c1", "c2", "c3c3", "c4c4", "c5c5"], import.Requests[0].Finish!.ToolCalls.Select(call => call.Id!));
    }

    [Fact]
    public void Nothing_of_the_text_is_written()
    {
        CodexLog log = new CodexLog("t1", Noon).Turn("one").User("secretword", 400).Wait(900).Call("call0001", 100).Count().Wait(9)
            .Result("call0001", 90).Wait(9).Say("hiddenword", 10).Count();
        LogImport import = LogImport.Read([_folder.Write("a.jsonl", log.Text)], new ImportOptions());
        string file = TraceFileWriter.Write(import.Records(), _folder.File("out"))[0];
        using var packed = new System.IO.Compression.GZipStream(File.OpenRead(file), System.IO.Compression.CompressionMode.Decompress);
        string written = new StreamReader(packed).ReadToEnd();

        Assert.DoesNotContain("secretword", written, StringComparison.Ordinal);
        Assert.DoesNotContain("hiddenword", written, StringComparison.Ordinal);
        Assert.DoesNotContain("result of", written, StringComparison.Ordinal);
    }

    /// <summary>A conversation with tools in parallel and two turns.</summary>
    internal static CodexLog Conversation(string id, bool isNew = false, long time = Noon) => new CodexLog(id, time) { IsNew = isNew }
        .Turn(id + "-one").Wait(100).User(id + "ask", 300).Wait(900).Say(id + "hm", 20).Call("call0001", 30).Call("call0002", 40)
            .Count(cached: CodexLog.BaseTokens)
        .Wait(30).Result("call0001", 700).Wait(20).Result("call0002", 90).Wait(800).Call("call0003", 55).Count(cached: 800)
        .Wait(30).Result("call0003", 10).Wait(800).Say(id + "done", 210).Count(cached: 800)
        .Wait(9000).Turn(id + "-two").User(id + "more", 44).Wait(800).Say(id + "fine", 100).Count(cached: 800);

    /// <summary>Asserts that each two prompts share as many blocks as their tokens do.</summary>
    internal static void AssertTruth(CodexLog log, ImportLab import, IReadOnlyList<string[]> prompts, IReadOnlyList<RequestRecord> requests)
    {
        Assert.Equal(prompts.Select(prompt => (long)prompt.Length), requests.Select(request => request.InputLength));
        for (int i = 0; i < prompts.Count; i++)
        {
            for (int j = 0; j < i; j++) Assert.Equal((log.Id, i, j, Common(prompts[i], prompts[j]) / import.Summary.TraceBlockSize),
                (log.Id, i, j, ImportLab.Shared(requests[i], requests[j])));
        }
    }

    internal static int Common(string[] x, string[] y) => x.Zip(y).TakeWhile(pair => pair.First == pair.Second).Count();

    private ImportLab Read(CodexLog log) => ReadText(log.Text);

    private ImportLab ReadText(string text) => ImportLab.Read(_folder.Write("rollout.jsonl", text));

    private static IEnumerable<string> Swapped(string[] lines)
    {
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].Contains("token_usage_record", StringComparison.Ordinal))
            {
                yield return lines[i + 1];
                yield return lines[i];
                i++;
            }
            else yield return lines[i];
        }
    }

    private static string Total(long time, long input, long output) => FormattableString.Invariant(
        $"{{\"timestamp\":\"{DateTimeOffset.FromUnixTimeMilliseconds(time):yyyy-MM-dd'T'HH:mm:ss.fff'Z'}\",\"type\":\"event_msg\",\"payload\":{{\"type\":\"token_count\",\"info\":{{\"total_token_usage\":{{\"input_tokens\":{input},\"cached_input_tokens\":0,\"output_tokens\":{output}}}}}}}}}\n");
}
