using System.Text;
using AgentSim.Rows;
using AgentSim.Tests.Traces;

namespace AgentSim.Tests.Rows;

public sealed class MooncakeFileWriterTests
{
    [Fact]
    public void Rows_of_version_1_are_written_as_they_are()
    {
        MooncakeRow[] rows = [Row("b", "a"), Row("a")];
        Assert.Equal(TraceText.Written(rows), Written(rows));
        Assert.Equal(TraceText.Written(rows), Written(rows, missing: MissingDependency.Drop));
    }

    [Fact]
    public void Rows_of_version_2_get_their_header()
    {
        MooncakeRow[] rows = [PlayRows.Row("b", "p", 0, PlayRows.After("a")), PlayRows.Row("a", "p", 0)];
        var expected = new MemoryStream();
        AgenticFileWriter.Write(expected, rows, 16, "dynamo_request_trace");
        Assert.Equal(Encoding.UTF8.GetString(expected.ToArray()), Written(rows, version: 2));
    }

    [Fact]
    public void Nothing_makes_an_empty_file() => Assert.Equal("", Written([]));

    [Fact]
    public void Rows_of_one_file_are_of_one_dialect()
    {
        MooncakeRow plain = new() { OutputLength = 1 }, other = PlayRows.Row("c", "p", 0);
        Assert.Equal("RowsMixed", Fault([Row("a"), plain]).ErrorId);
        Assert.Equal("RowsMixed", Fault([other, Row("a")]).ErrorId);
        Assert.Contains("request 'a' is an agentic row of version 1, not an agentic row of version 2",
            Fault([Row("a")], version: 2).Message, StringComparison.Ordinal);
        Assert.Equal("RowVersionMismatch", Fault([plain], version: 1).ErrorId);
        other.TraceBlockSize = 32;
        Assert.Equal("TraceBlockSizeMismatch", Fault([PlayRows.Row("b", "p", 0), other]).ErrorId);
    }

    [Theory]
    [InlineData(MissingDependency.Error)]
    [InlineData(MissingDependency.Drop)]
    public void An_id_comes_once(MissingDependency missing) =>
        Assert.Equal("RowInvalid", Assert.Throws<AgentSimException>(() => Written([Row("a"), Row("a")], missing: missing)).ErrorId);

    [Fact]
    public void A_missing_dependency_is_an_error_that_names_who_waits()
    {
        AgentSimException error = Fault([Row("a", "x"), Row("b", "a", "y"), Row("c", "x")]);
        Assert.Equal("DependencyUnknown", error.ErrorId);
        Assert.Contains("'a' waits for 'x', 'c' waits for 'x', 'b' waits for 'y';", error.Message, StringComparison.Ordinal);
        Assert.Contains("'p' waits for 'x'", Fault([PlayRows.Row("p", "p", 0, PlayRows.WithStartOf("x"))]).Message,
            StringComparison.Ordinal);
        Assert.Contains("'r4' waits for 'x' and 1,995 more;", Fault([.. Enumerable.Range(0, 2000).Select(i => Row($"r{i}", "x"))]).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_that_lost_all_it_waited_for_loses_its_delay()
    {
        MooncakeRow row = Row("a", "x");
        (row.Delay, row.ToolWaitMs, row.Timestamp, row.Branches) = (5, 7, 100, ["b", "y"]);
        MooncakeRow other = Row("b", "a", "x");
        other.Delay = 3;
        MooncakeRow[] kept = [.. RowDependencies.Drop([row, other])];

        Assert.Equal((null, null, 100.0), (kept[0].Delay, kept[0].ToolWaitMs, kept[0].Timestamp));
        Assert.Empty(kept[0].WaitFor);
        Assert.Equal(["b"], kept[0].Branches);
        Assert.Equal(["a"], kept[1].WaitFor);
        Assert.Equal(3, kept[1].Delay);
        Assert.Equal(["x"], row.WaitFor);   // not changed
        Assert.Equal(5, row.Delay);
    }

    [Fact]
    public void Dropped_dependencies_leave_the_other_rows_alone()
    {
        MooncakeRow root = Row("a"), row = Row("b", "a");
        (root.Delay, root.Branches) = (4, ["gone"]);
        MooncakeRow[] kept = [.. RowDependencies.Drop([root, row])];
        Assert.Same(row, kept[1]);
        Assert.Equal(4, kept[0].Delay);
        MooncakeRow play = Assert.Single(RowDependencies.Drop([PlayRows.Row("p", "p", 9, PlayRows.After("x"))]));
        Assert.Empty(play.Dependencies);
        Assert.Equal(9, play.NotBeforeMs);
    }

    private static MooncakeRow Row(string id, params string[] waitFor) => new()
    {
        IsAgentic = true,
        RequestId = id,
        InputLength = 16,
        OutputLength = 1,
        HashIds = [1],
        WaitFor = waitFor,
        TraceBlockSize = 16,
    };

    private static AgentSimException Fault(MooncakeRow[] rows, int? version = null) =>
        Assert.Throws<AgentSimException>(() => Written(rows, version));

    private static string Written(MooncakeRow[] rows, int? version = null, MissingDependency missing = MissingDependency.Error)
    {
        var stream = new MemoryStream();
        var writer = new MooncakeFileWriter(stream, version, missing);
        foreach (MooncakeRow row in rows) writer.Add(row);
        writer.Finish();
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
