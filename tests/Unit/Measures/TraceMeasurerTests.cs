using AgentSim.Measures;
using AgentSim.Rows;
using AgentSim.Tests.Sessions;
using AgentSim.Tests.Traces;
using AgentSim.Traces;

namespace AgentSim.Tests.Measures;

public sealed class TraceMeasurerTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_prompt_repeats_what_an_earlier_start_began_with()
    {
        // In order of start: 1 2 3, then 1 2 4 (two known), then 1 2 3 4 (three known), then 2 3 (none: another beginning).
        TraceMeasure measure = Of(
            Records.Request("c", 30, 40, hashes: [1, 2, 3, 4]), Records.Request("a", 10, 20, hashes: [1, 2, 3]),
            Records.Request("d", 40, 50, hashes: [2, 3]), Records.Request("b", 20, 30, hashes: [1, 2, 4]));

        Assert.Equal(5 * 16, measure.RepeatedTokens);
        Assert.Equal(5.0 / 12, measure.PrefixReuse);
    }

    [Fact]
    public void A_partial_last_block_repeats_its_tokens_only()
    {
        RequestRecord first = Records.Request("a", 0, 1, hashes: [1, 2]), second = Records.Request("b", 1, 2, hashes: [1, 2]);
        (first.InputLength, second.InputLength) = (20, 20);
        Assert.Equal(20, Of(first, second).RepeatedTokens);
    }

    [Fact]
    public void Every_group_is_measured_by_itself()
    {
        var measurer = new TraceMeasurer();
        measurer.Add(Records.Request("a", 0, 10, hashes: [1, 2]), "x");
        measurer.Add(Records.Request("b", 5, 20, hashes: [1, 2]), "y");
        measurer.Add(Records.Request("c", 30, 40, hashes: [1, 9]), "x");
        measurer.Add(Records.Tool(0, 5), "");

        List<TraceMeasure> measures = [.. measurer.Measures()];
        Assert.Equal(["x", "y", ""], measures.Select(measure => measure.Group));
        Assert.Equal([16L, 0, 0], measures.Select(measure => measure.RepeatedTokens));
        Assert.Equal([1, 1, null], measures.Select(measure => measure.Concurrency?.Peak));
        Assert.Equal([16L, 0, 0], measurer.Measures().Select(measure => measure.RepeatedTokens));
    }

    [Fact]
    public void Tool_classes_come_by_frequency_with_their_errors()
    {
        ToolRecord failed = Records.Tool(10, 30, "bash");
        failed.ErrorType = "x";
        TraceMeasure measure = Of(Records.Tool(0, 5, "read"), failed, Records.Tool(0, 10, "bash"), Records.Tool(0, 1, "ask"));

        Assert.Equal(["bash", "ask", "read"], measure.Tools.Select(tool => tool.ToolClass));
        Assert.Equal((2, 1, 15.0), (measure.Tools[0].Calls, measure.Tools[0].Errors, measure.Tools[0].DurationMs.Mean));
        Assert.Equal((4, 1, 0, 1), (measure.ToolCalls, measure.Errors, measure.Requests, measure.Sessions));
        Assert.Equal(0, measure.Turns.Count);
    }

    [Fact]
    public void Rows_are_paths_of_ids_in_the_order_they_come()
    {
        var measurer = new TraceMeasurer();
        measurer.Add(Row([1, 2, 3]));
        measurer.Add(Row([1, 7, 3]));
        measurer.Add(Row([1, 7, 3, 4]));
        TraceMeasure measure = Assert.Single(measurer.Measures());

        // Id 3 after 7 is not the block that 3 after 2 was.
        Assert.Equal((1 + 3) * 16, measure.RepeatedTokens);
        Assert.Equal(10 * 16, measure.InputTokens);
        Assert.Null(measure.Concurrency);
        Assert.Null(measure.Start);
    }

    [Fact]
    public void Rows_count_their_tool_calls_and_clamp_their_prompts()
    {
        MooncakeRow row = Row([1]);
        row.InputLength = 1000;   // of which the ids hold 16
        row.ToolEvents = [new ToolSpan("t", "bash", 5, 9, 4, "error")];
        var measurer = new TraceMeasurer();
        measurer.Add(row);
        TraceMeasure measure = Assert.Single(measurer.Measures());
        Assert.Equal((16L, 1, 1), (measure.InputTokens, measure.ToolCalls, measure.Errors));
        Assert.Equal("RowInvalid", Assert.Throws<AgentSimException>(() => measurer.Add(new MooncakeRow())).ErrorId);
    }

    [Fact]
    public void A_request_counts_once()
    {
        var measurer = new TraceMeasurer();
        measurer.Add(Records.Request("a", 0, 1), "x");
        Assert.Equal("TraceRequestDuplicate", Assert.Throws<AgentSimException>(() =>
            measurer.Add(Records.Request("a", 0, 1), "y")).ErrorId);
        Assert.Equal("x", Assert.Single(measurer.Measures()).Group);
    }

    [Fact]
    public void Files_give_the_measures_of_their_records_and_tell_of_bad_ones()
    {
        string path = _folder.Write("t.jsonl", string.Join('\n', TraceText.Request("a"), "{", TraceText.Request("a"),
            TraceText.Tool("t", 1500), TraceText.Request("b")));
        var faults = new List<string>();
        var measurer = new TraceMeasurer();
        measurer.AddFiles([path], record => (record is RequestRecord, "requests"), error => faults.Add(error.ErrorId));

        TraceMeasure measure = Assert.Single(measurer.Measures());
        Assert.Equal((2, 0, 20L), (measure.Requests, measure.ToolCalls, measure.RepeatedTokens));
        Assert.Equal(["TraceRowInvalid", "TraceRequestDuplicate"], faults);
        Assert.Throws<AgentSimException>(() => new TraceMeasurer().AddFiles([path]));
    }

    [Fact]
    public void Nothing_has_no_measures() => Assert.Empty(new TraceMeasurer().Measures());

    private static MooncakeRow Row(ulong[] ids) => new() { HashIds = ids, OutputLength = 1, TraceBlockSize = 16 };

    private static TraceMeasure Of(params TraceRecord[] records)
    {
        var measurer = new TraceMeasurer();
        foreach (TraceRecord record in records) measurer.Add(record);
        return Assert.Single(measurer.Measures());
    }
}
