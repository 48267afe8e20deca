using System.Text.RegularExpressions;
using AgentSim.Rows;
using AgentSim.Tests.Simulation;

namespace AgentSim.Tests.Rows;

/// <summary>docs/rows.md has every field of rows, and its examples are rows.</summary>
public class RowsPageTests
{
    private static readonly string Page = File.ReadAllText(TestData.PathOf("..", "..", "..", "docs", "rows.md"));

    [Fact]
    public void Every_field_is_there()
    {
        var row = new MooncakeRow();
        string[] names = [.. RowFields.Plain.Names.Concat(RowFields.Agentic.Names).Concat(RowFields.Play.Names).Distinct()
            // Of other formats, which are recognised by them.
            .Except(["chat_id", "parent_chat_id", "turn"])];
        Assert.True(names.Length > 15);
        Assert.DoesNotContain(names, name => !Page.Contains($"`{name}`", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("## `mooncake`: ", 0, TraceFormat.Mooncake, 3)]
    [InlineData("## `mooncake`: ", 1, TraceFormat.MooncakeDelta, 2)]
    [InlineData("## `agentic_mooncake`: ", 0, TraceFormat.AgenticMooncake, 3)]
    [InlineData("## `agentic_mooncake` of version 2", 0, TraceFormat.AgenticMooncake, 2)]
    [InlineData("## `applied_compute_agentic`", 0, TraceFormat.AppliedComputeAgentic, 3)]
    public void Examples_are_read(string heading, int number, TraceFormat format, int requests)
    {
        int at = Page.IndexOf(heading, StringComparison.Ordinal);
        Assert.True(at >= 0);
        string example = Regex.Matches(Page[at..], "^```json\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)[number].Groups[1].Value;
        Assert.Equal(requests, Sim.Load(example, format, traceBlockSize: 512).RequestCount);
    }
}
