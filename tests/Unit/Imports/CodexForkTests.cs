using AgentSim.Traces;

namespace AgentSim.Tests.Imports;

/// <summary>Threads in several files, forks, and sub-agents: nothing counts twice, and what is shared stays shared.</summary>
public sealed class CodexForkTests : IDisposable
{
    private const long Noon = CodexTests.Noon;
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0, true)]
    [InlineData(0, false)]
    [InlineData(700, true)]
    [InlineData(700, false)]
    public void A_fork_that_begins_with_a_copy_counts_only_its_own_and_shares_the_rest(long step, bool isParentThere)
    {
        CodexLog parent = CodexTests.Conversation("parent");
        CodexLog fork = Fork(parent, "fork", step);
        CodexLog other = Fork(parent, "other", step);
        string[] files = [Write(fork), Write(other), .. isParentThere ? [Write(parent)] : Array.Empty<string>()];
        ImportLab import = ImportLab.Read(files);

        RequestRecord[] own = Of(import, "fork"), others = Of(import, "other");
        Assert.Equal(fork.Prompts.Select(prompt => (long)prompt.Length), own.Select(request => request.InputLength));
        Assert.Equal(fork.Prompts.Count + other.Prompts.Count + (isParentThere ? parent.Prompts.Count : 0), import.Summary.Requests);
        Assert.DoesNotContain(import.Tools, tool => tool.SessionId != "parent");
        Assert.Equal(CodexTests.Common(fork.Prompts[0], other.Prompts[0]) / 64, ImportLab.Shared(own[0], others[0]));
        if (isParentThere)
        {
            RequestRecord[] before = Of(import, "parent");
            for (int i = 0; i < before.Length; i++)
                Assert.Equal(CodexTests.Common(parent.Prompts[i], fork.Prompts[1]) / 64, ImportLab.Shared(before[i], own[1]));
        }

        Assert.Equal(import.Bytes, ImportLab.Read([.. files.Reverse()]).Bytes);
    }

    [Fact]
    public void Turns_without_a_start_are_dated_by_their_ids()
    {
        // The first 48 bits of such an id are a time: the first turn of the parent, the own turn of the fork.
        CodexLog parent = new CodexLog("parent", Noon).Turn(TurnId(Noon), isDated: false).User("ask", 300).Wait(900).Say("hm", 20).Count();
        CodexLog fork = new CodexLog("fork", Noon + 90_000, ",\"forked_from_id\":\"parent\"", parent).Copy(parent, parent.Lines.Count)
            .Wait(50).Turn(TurnId(Noon + 91_000), isDated: false).User("more", 30).Wait(900).Say("well", 20).Count();
        ImportLab import = ImportLab.Read(Write(fork));

        Assert.Equal(fork.Prompts.Select(prompt => (long)prompt.Length), import.Requests.Select(request => request.InputLength));
    }

    [Fact]
    public void Turns_without_any_date_are_told_by_the_other_threads_own_file()
    {
        CodexLog parent = new CodexLog("parent", Noon).Turn("a", isDated: false).User("ask", 300).Wait(900).Say("hm", 20).Count();
        CodexLog fork = new CodexLog("fork", Noon + 90_000, ",\"forked_from_id\":\"parent\"", parent).Copy(parent, parent.Lines.Count)
            .Wait(50).Turn("b", isDated: false).User("more", 30).Wait(900).Say("well", 20).Count();

        ImportLab both = ImportLab.Read(Write(fork), Write(parent));
        Assert.Equal([1, 1], [Of(both, "parent").Length, Of(both, "fork").Length]);

        ImportLab parentOnly = ImportLab.Read(Write(parent),
            Write(new CodexLog("x", Noon).Turn("x").User("ask", 30).Wait(9).Say("y", 9).Count()));
        Assert.Equal(2, parentOnly.Summary.Requests);

        // Alone, nothing shows where the copy ends: counting nothing is better than counting something twice, and it is said.
        AgentSimException error = Assert.Throws<AgentSimException>(() => ImportLab.Read(Write(fork)));
        Assert.Contains("copied history", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_fork_whose_history_stays_in_the_other_file_goes_on_from_it(bool isParentThere)
    {
        CodexLog parent = CodexTests.Conversation("parent", isNew: true);
        string meta = FormattableString.Invariant(
            $",\"forked_from_id\":\"parent\",\"history_base\":{{\"thread_id\":\"parent\",\"end_ordinal_exclusive\":{parent.Ordinal},\"end_byte_offset\":9}}");
        CodexLog fork = new CodexLog("fork", Noon + 90_000, meta, parent) { IsNew = true, Ordinal = parent.Ordinal };
        fork.Recount().Wait(50).Turn("own").User("else", 70).Wait(900).Say("well", 20).Count(cached: 1024).Wait(99).Turn("own2")
            .User("again", 70).Wait(900).Say("yes", 20).Count(cached: 1024);
        ImportLab import = ImportLab.Read([Write(fork), .. isParentThere ? [Write(parent)] : Array.Empty<string>()]);

        RequestRecord[] own = Of(import, "fork");
        Assert.Equal(fork.Prompts.Select(prompt => (long)prompt.Length), own.Select(request => request.InputLength));
        if (isParentThere) Assert.Equal(CodexTests.Common(parent.Prompts[^1], fork.Prompts[0]) / 64,
            ImportLab.Shared(Of(import, "parent")[^1], own[0]));
    }

    [Fact]
    public void The_ordinal_at_which_a_sub_agents_own_history_begins_is_believed()
    {
        CodexLog parent = CodexTests.Conversation("parent", isNew: true);
        string meta = FormattableString.Invariant(
            $",\"parent_thread_id\":\"parent\",\"subagent_history_start_ordinal\":{parent.Ordinal + 1}");
        CodexLog child = new CodexLog("child", Noon + 90_000, meta, parent) { IsNew = true }.Copy(parent, parent.Lines.Count);
        child.Ordinal = parent.Ordinal + 1;
        child.Wait(50).User("task", 70).Wait(900).Say("well", 20).Count();
        ImportLab import = ImportLab.Read(Write(child), Write(parent));

        Assert.Equal((parent.Prompts.Count, 1), (Of(import, "parent").Length, Of(import, "child").Length));
        Assert.Equal("parent", Of(import, "child")[0].ParentSessionId);
    }

    [Fact]
    public void A_thread_that_is_archived_too_or_goes_on_in_a_second_file_counts_once()
    {
        CodexLog log = CodexTests.Conversation("t1");
        int half = log.Lines.ToList().FindIndex(line => line.Contains("t1-two", StringComparison.Ordinal));
        string whole = _folder.Write("sessions/rollout-a.jsonl", log.Text),
            archived = _folder.Write("archived_sessions/rollout-a.jsonl", log.Text);
        string first = _folder.Write("parts/1.jsonl", string.Join('\n', log.Lines.Take(half))),
            second = _folder.Write("parts/2.jsonl", string.Join('\n', log.Lines.Take(1).Concat(log.Lines.Skip(half))));
        ImportLab one = ImportLab.Read(whole), twice = ImportLab.Read(whole, archived), parts = ImportLab.Read(first, second),
            all = ImportLab.Read(second, archived, first, whole);

        Assert.Equal(log.Prompts.Count, one.Summary.Requests);
        Assert.Equal(one.Bytes, twice.Bytes);
        Assert.Equal(one.Bytes, parts.Bytes);
        Assert.Equal(one.Bytes, all.Bytes);
        Assert.True(twice.Dropped("repeated") > 0);
    }

    [Theory]
    [InlineData("sub_agent_activity")]
    [InlineData("item_completed")]
    [InlineData("output")]
    public void A_sub_agent_is_tied_to_the_call_that_started_it_and_to_the_request_that_waited_for_it(string how)
    {
        CodexLog parent = Spawning(how).Wait(10).Call("wait0001", 10, "wait_agent").Count().Wait(30_000).Result("wait0001", 40).Wait(800)
            .Say("done", 10).Count();
        ImportLab import = ImportLab.Read(Write(parent), Write(Child(Noon + 3000, ends: Noon + 20_000)));

        Assert.Equal((1, 1), (import.Summary.Sessions, import.Summary.SubAgents));
        Assert.All(Of(import, "child"), request => Assert.Equal("parent", request.ParentSessionId));
        Assert.Equal(new ToolCausality("codex:parent:0", "codex:parent:2", "child", "blocking"),
            import.Tools.Single(tool => tool.ToolCallId == "spawn001").Causality);
    }

    [Fact]
    public void A_sub_agent_that_nobody_waited_for_runs_in_the_background()
    {
        CodexLog parent = Spawning("sub_agent_activity").Wait(10).Say("done", 10).Count();
        ImportLab import = ImportLab.Read(Write(parent), Write(Child(Noon + 3000, ends: Noon + 20_000)));

        Assert.Equal(new ToolCausality("codex:parent:0", null, "child", "background"),
            import.Tools.Single(tool => tool.ToolCallId == "spawn001").Causality);
    }

    [Fact]
    public void A_sub_agent_whose_file_is_missing_is_counted_and_its_call_stays()
    {
        ImportLab import = ImportLab.Read(Write(Spawning("sub_agent_activity").Wait(10).Say("done", 10).Count()));

        Assert.Equal((1, 1L), (import.Tools.Count, import.Dropped("missing_recordings")));
        Assert.Null(import.Tools[0].Causality);
    }

    private static CodexLog Fork(CodexLog parent, string id, long step)
    {
        var fork = new CodexLog(id, Noon + 90_000, ",\"forked_from_id\":\"parent\"", parent);
        return fork.Copy(parent, parent.Lines.Count, step).Wait(50).Turn(id + "-own").User(id + "else", 70).Wait(900).Say(id + "well", 20)
            .Count(cached: 1024)
            .Wait(2000).Turn(id + "-own2").User(id + "again", 70).Wait(900).Say(id + "yes", 20).Count(cached: 1024);
    }

    private static CodexLog Spawning(string how)
    {
        CodexLog log = new CodexLog("parent", Noon).Turn("one").User("ask", 300).Wait(900).Call("spawn001", 20, "spawn_agent").Count()
            .Wait(20);
        if (how == "sub_agent_activity") log.Event(how, ",\"kind\":\"started\",\"event_id\":\"spawn001\",\"agent_thread_id\":\"child\"");
        if (how == "item_completed")
            log.Event(how, ",\"item\":{\"type\":\"SubAgentActivity\",\"id\":\"spawn001\",\"kind\":\"started\",\"agent_thread_id\":\"child\"}");
        return log.Result("spawn001", 20, how == "output" ? """{"agent_id":"child","nickname":"x"}""" : "{}").Wait(700);
    }

    private static CodexLog Child(long time, long ends)
    {
        CodexLog log = new CodexLog("child", time,
            ",\"source\":{\"subagent\":{\"thread_spawn\":{\"parent_thread_id\":\"parent\",\"depth\":1}}}").Turn("task").User("task", 50)
                .Wait(900).Call("call0001", 20).Count();
        return log.Wait(100).Result("call0001", 20).Wait(ends - log.Time).Say("found", 20).Count();
    }

    private static RequestRecord[] Of(ImportLab import, string session) =>
        [.. import.Requests.Where(request => request.SessionId == session).OrderBy(request => request.ReceivedUnixMs)];

    private static string TurnId(long time) => $"{time >> 16:x8}-{time & 0xffff:x4}-7000-8000-000000000000";

    private string Write(CodexLog log) => _folder.Write(log.Id + ".jsonl", log.Text);
}
