using AgentSim.Lowering;
using AgentSim.Traces;

namespace AgentSim.Tests.Inputs;

/// <summary>Tool events name what a gap was; they do not decide how long it is. The documents say so, and this holds them to it.</summary>
public sealed class B9ToolEditsTests
{
    [Fact]
    public void Editing_or_dropping_tool_records_moves_no_request()
    {
        TraceRecord[] records = [.. RequestTraceReader.Read([TestData.PathOf("traces", "agent-small.trace.jsonl")])];
        TraceRecord[] without = [.. records.Where(record => record is not ToolRecord)];
        double[] with = Gaps(records);
        Assert.Equal(with, Gaps(without));
        Assert.Contains(with, gap => gap > 0);
        foreach (ToolRecord tool in records.OfType<ToolRecord>()) tool.DurationMs = tool.DurationMs / 100;
        Assert.Equal(with, Gaps(records));
    }

    [Theory]
    [InlineData("docs/cmdlets/ConvertTo-AgentMooncake.md")]
    [InlineData("docs/cmdlets/Import-AgentTrace.md")]
    [InlineData("docs/tour.md")]
    public void It_is_said_where_people_look(string document)
    {
        string text = File.ReadAllText(TestData.PathOf("..", "..", "..", document)).ReplaceLineEndings(" ");
        Assert.Contains("gaps between the requests decide", text);
    }

    // What a row waits besides its dependencies, tools and think time together.
    private static double[] Gaps(IEnumerable<TraceRecord> records)
    {
        var lowering = new TraceLowering();
        foreach (TraceRecord record in records) lowering.Add(record);
        return [.. lowering.Rows().Select(row => (row.Delay ?? 0) + (row.ToolWaitMs ?? 0))];
    }
}
