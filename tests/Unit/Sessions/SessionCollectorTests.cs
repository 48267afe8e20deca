using AgentSim.Sessions;
using AgentSim.Tests.Traces;
using AgentSim.Traces;

namespace AgentSim.Tests.Sessions;

public sealed class SessionCollectorTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Idle_is_the_time_in_which_neither_a_request_nor_a_tool_runs()
    {
        // Requests 0–100 and 50–120, a tool over 110–150, another 200–260 beside the request 250–300.
        AgentSession session = Assert.Single(Of(
            Records.Request("b", 1050, 1120), Records.Request("a", 1000, 1100), Records.Request("c", 1250, 1300),
            Records.Tool(1200, 1260), Records.Tool(1110, 1150)));

        Assert.Equal(DateTime.UnixEpoch.AddMilliseconds(1000), session.Start);
        Assert.Equal(DateTimeKind.Utc, session.Start.Kind);
        Assert.Equal(300, session.Duration.TotalMilliseconds);
        Assert.Equal(120 + 50, session.LlmTime.TotalMilliseconds);
        Assert.Equal(40 + 60, session.ToolTime.TotalMilliseconds);
        Assert.Equal(50, session.IdleTime.TotalMilliseconds);
        Assert.Equal((3, 2), (session.Turns, session.ToolCalls));
    }

    [Fact]
    public void Tokens_are_added_up_and_unknown_cached_tokens_stay_unknown()
    {
        RequestRecord first = Records.Request("a", 0, 1, hashes: [1, 2]), second = Records.Request("b", 5, 6);
        Assert.Null(Assert.Single(Of(first, second)).CachedTokens);

        second.CachedTokens = 7;
        AgentSession session = Assert.Single(Of(first, second));
        Assert.Equal((48L, 20L, 7L), (session.InputTokens, session.OutputTokens, session.CachedTokens!.Value));
    }

    [Fact]
    public void Sums_of_absurd_counts_saturate()
    {
        RequestRecord first = Records.Request("a", 0, 1), second = Records.Request("b", 5, 6);
        (first.OutputTokens, second.OutputTokens) = (long.MaxValue, long.MaxValue);
        (first.CachedTokens, second.CachedTokens) = (ulong.MaxValue, 1);
        AgentSession session = Assert.Single(Of(first, second));
        Assert.Equal((long.MaxValue, long.MaxValue), (session.OutputTokens, session.CachedTokens!.Value));
    }

    [Fact]
    public void Failed_tools_and_requests_are_errors()
    {
        RequestRecord request = Records.Request("a", 0, 1);
        request.Finish = new FinishReason("error", null, null, []);
        ToolRecord[] tools = [Records.Tool(1, 2), Records.Tool(1, 2), Records.Tool(1, 2), Records.Tool(1, 2)];
        tools[0].EventType = "tool_error";
        tools[1].Status = "error";
        tools[2].ErrorType = "timeout";
        tools[3].Status = "succeeded";

        Assert.Equal(4, Assert.Single(Of([request, .. tools])).Errors);
    }

    [Fact]
    public void A_session_of_tool_calls_alone_is_a_session()
    {
        AgentSession session = Assert.Single(Of(Records.Tool(5, 8)));
        Assert.Equal((0, 1), (session.Turns, session.ToolCalls));
        Assert.Equal(3, session.ToolTime.TotalMilliseconds);
    }

    [Fact]
    public void Tools_that_do_not_count_for_rows_do_not_count_here() =>
        Assert.Empty(Of(Records.Tool(8, 5), Records.Tool(1, 2, session: null)));

    [Fact]
    public void Requests_without_a_session_are_counted()
    {
        var collector = new SessionCollector();
        collector.Add(Records.Request("a", 0, 1, session: null));
        Assert.Equal(1, collector.RequestsWithoutSession);
        Assert.Empty(collector.Sessions());
    }

    [Fact]
    public void Sessions_come_by_start_or_as_families()
    {
        RequestRecord[] records =
        [
            Records.Request("1", 50, 60, "late", parent: "root"), Records.Request("2", 40, 45, "early", parent: "root"),
            Records.Request("3", 10, 90, "root"), Records.Request("4", 20, 30, "other"),
            Records.Request("5", 55, 56, "deep", parent: "early"), Records.Request("6", 41, 56, "orphan", parent: "nobody"),
        ];
        Assert.Equal(["root", "other", "early", "orphan", "late", "deep"], Of(records).Select(session => session.SessionId));

        List<AgentSession> tree = Of(asTree: true, records);
        Assert.Equal(["root", "early", "deep", "late", "other", "orphan"], tree.Select(session => session.SessionId));
        Assert.Equal([0, 1, 2, 1, 0, 0], tree.Select(session => session.Depth));
        Assert.Equal(["root", "root", "root", "root", "other", "orphan"], tree.Select(session => session.RootSessionId));
        Assert.Equal(["early", "late"], tree[0].Children);
        Assert.Equal("nobody", tree[^1].ParentSessionId);
    }

    [Fact]
    public void Sessions_that_are_ancestors_of_each_other_are_a_family_of_the_earliest()
    {
        List<AgentSession> tree = Of(asTree: true,
            Records.Request("1", 50, 60, "a", parent: "b"), Records.Request("2", 40, 45, "b", parent: "a"),
                Records.Request("3", 70, 75, "self", parent: "self"));

        Assert.Equal(["b", "a", "self"], tree.Select(session => session.SessionId));
        Assert.Equal([0, 1, 0], tree.Select(session => session.Depth));
    }

    [Fact]
    public void A_chain_of_many_sessions_is_no_problem()
    {
        List<AgentSession> tree = Of(asTree: true, [.. Enumerable.Range(0, 20_000)
            .Select(i => Records.Request($"{i}", i, i + 1, $"s{i}", parent: $"s{i - 1}"))]);
        Assert.Equal(19_999, tree[^1].Depth);
    }

    [Fact]
    public void More_records_can_be_added_after_the_sessions_were_asked_for()
    {
        var collector = new SessionCollector();
        collector.Add(Records.Request("1", 50, 60, "child", parent: "root"));
        Assert.Equal(0, Assert.Single(collector.Sessions()).Depth);
        collector.Add(Records.Request("2", 0, 100, "root"));
        Assert.Equal(1, collector.Sessions(asTree: true).Last().Depth);
    }

    [Fact]
    public void Contradictions_are_errors_and_leave_the_sessions_as_they_were()
    {
        var collector = new SessionCollector();
        collector.Add(Records.Request("1", 0, 1, parent: "p"));
        RequestRecord again = Records.Request("1", 5, 6), moved = Records.Request("2", 5, 6, parent: "q");
        (again.Path, again.Line) = ("t.jsonl", 7);

        AgentSimException error = Assert.Throws<AgentSimException>(() => collector.Add(again));
        Assert.Equal("TraceRequestDuplicate", error.ErrorId);
        Assert.StartsWith("t.jsonl:7: ", error.Message, StringComparison.Ordinal);
        Assert.Equal("TraceParentConflict", Assert.Throws<AgentSimException>(() => collector.Add(moved)).ErrorId);
        Assert.Equal(1, Assert.Single(collector.Sessions()).Turns);
        collector.Add(Records.Request("2", 5, 6, parent: "p"));
        Assert.Equal(2, Assert.Single(collector.Sessions()).Turns);
    }

    [Fact]
    public void Files_give_the_sessions_of_their_records_and_tell_of_bad_ones()
    {
        string path = _folder.Write("t.jsonl", string.Join('\n', TraceText.Request("a"), "{", TraceText.Request("a"),
            TraceText.Tool("t", 1500)));
        var faults = new List<string>();
        var collector = new SessionCollector();
        collector.AddFiles([path], error => faults.Add(error.ErrorId));

        AgentSession session = Assert.Single(collector.Sessions());
        Assert.Equal((1, 1), (session.Turns, session.ToolCalls));
        Assert.Equal(["TraceRowInvalid", "TraceRequestDuplicate"], faults);
        Assert.Equal("TraceRowInvalid", Assert.Throws<AgentSimException>(() => new SessionCollector().AddFiles([path])).ErrorId);
    }

    private static List<AgentSession> Of(params TraceRecord[] records) => Of(asTree: false, records);

    private static List<AgentSession> Of(bool asTree, params TraceRecord[] records)
    {
        var collector = new SessionCollector();
        foreach (TraceRecord record in records) collector.Add(record);
        return [.. collector.Sessions(asTree)];
    }
}
