using AgentSim.Capture;
using AgentSim.Lowering;
using AgentSim.Rows;
using AgentSim.Tests.Sessions;
using AgentSim.Traces;

namespace AgentSim.Tests.Lowering;

/// <summary>Records that name requests and sessions which were filtered out.</summary>
public sealed class MissingDependencyTests
{
    [Theory]
    [InlineData("gone", null)]
    [InlineData("a", "gone")]
    public void A_tool_call_that_names_a_missing_request_goes_by_its_times(string source, string? consumer)
    {
        ToolRecord tool = Records.Tool(1120, 1180);
        tool.Causality = new ToolCausality(source, consumer, null, "blocking");
        TraceRecord[] records = [Records.Request("a", 1000, 1100), tool, Records.Request("b", 1200, 1300)];

        AgentSimException error = Assert.Throws<AgentSimException>(() => Rows(1, MissingDependency.Error, records));
        Assert.Equal("TraceCausalityInvalid", error.ErrorId);
        Assert.Contains("'gone'", error.Message, StringComparison.Ordinal);
        MooncakeRow row = Rows(1, MissingDependency.Drop, records)[1];
        Assert.Equal(["a"], row.WaitFor);
        Assert.Equal(60, row.ToolWaitMs);
        Assert.Equal(40, row.Delay);
    }

    [Fact]
    public void A_tool_call_that_names_what_is_there_still_counts()
    {
        ToolRecord tool = Records.Tool(1120, 1180);
        tool.Causality = new ToolCausality("a", "c", null, "blocking");
        TraceRecord[] records = [Records.Request("a", 1000, 1100), tool, Records.Request("b", 1200, 1300),
            Records.Request("c", 1400, 1500)];
        Assert.Single(Rows(1, MissingDependency.Drop, records)[2].ToolEvents);
    }

    [Fact]
    public void An_explicit_edge_to_a_missing_request_is_dropped_and_the_others_stay()
    {
        RequestRecord first = Request("a", 1000, 1100), second = Request("b", 1200, 1300);
        second.Dependencies =
        [
            new RecordedDependency("gone", DependencyRelation.Join, DependencyTrigger.Completion),
            new RecordedDependency("a", DependencyRelation.ReplayBarrier, DependencyTrigger.Completion),
        ];
        Assert.Equal("TraceDependencyInvalid", Assert.Throws<AgentSimException>(() =>
            Rows(2, MissingDependency.Error, first, second)).ErrorId);
        Assert.Equal([DependencyRelation.Sequence, DependencyRelation.ReplayBarrier],
            Rows(2, MissingDependency.Drop, first, second)[1].Dependencies.Select(dependency => dependency.Relation));
    }

    [Fact]
    public void A_session_without_its_parent_is_a_play_of_its_own()
    {
        RequestRecord[] records = [Request("a", 1000, 1100, "child", "gone"), Request("b", 1200, 1300, "deep", "child")];
        Assert.Equal("TraceParentMissing", Assert.Throws<AgentSimException>(() => Rows(2, MissingDependency.Error, records)).ErrorId);
        Assert.Equal(["child", "child"], Rows(2, MissingDependency.Drop, records).Select(row => row.PlayId));
    }

    // Where a session of the file begins that has no place in a tree.
    [Theory]
    [InlineData("TraceParentMissing", 1, "child", "gone")]
    [InlineData("TraceParentMissing", 2, "top", null, "child", "")]
    [InlineData("TraceCycle", 1, "child", "other", "other", "child")]
    public void What_is_wrong_with_the_tree_of_sessions_of_a_file_has_its_place(string errorId, int line, params string?[] sessions)
    {
        using var folder = new TempFolder();
        string file = Assert.Single(TraceFileWriter.Write(sessions.Chunk(2).Select((session, i) =>
            Request($"r{i}", 1000 + (100 * i), 1050 + (100 * i), session[0]!, session[1])), folder.File("t")));
        AgentSimException error = Assert.Throws<AgentSimException>(() =>
            TraceConverter.Convert(new ConvertOptions([file], folder.File("rows.jsonl"), IsAgentic: true, AgenticVersion: 2)));
        Assert.Equal(errorId, error.ErrorId);
        Assert.StartsWith($"{file}:{line}: session ", error.Message, StringComparison.Ordinal);
    }

    private static RequestRecord Request(string id, long start, long end, string session = "s", string? parent = null)
    {
        RequestRecord request = Records.Request(id, start, end, session, parent);
        request.Model = "m";
        return request;
    }

    private static MooncakeRow[] Rows(int version, MissingDependency missing, params TraceRecord[] records)
    {
        var lowering = new TraceLowering(version, missing);
        foreach (TraceRecord record in records) lowering.Add(record);
        return [.. lowering.Rows()];
    }
}
