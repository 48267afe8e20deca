using AgentSim.Rows;
using AgentSim.Workload;

namespace AgentSim.Tests.Workload;

/// <summary>Sessions of lengths only become turns (behaviour 01#6.5).</summary>
public sealed class AppliedComputeExpansionTests
{
    private static readonly AppliedComputeSession TwoTools = new(2, 40, [5, 6], [7, 8], [0.5, 0.25], 9);

    [Fact]
    public void Every_prompt_is_the_one_before_with_the_response_and_the_tool_output()
    {
        List<MooncakeRow> rows = Expand(new AppliedComputeExpansion(16, 0.0, 0), TwoTools, line: 3);
        Assert.Equal([40, 52, 66], rows.Select(row => row.InputLength!.Value));
        Assert.Equal([5, 6, 9], rows.Select(row => row.OutputLength!.Value));
        Assert.Equal([0.0, 500.0, 250.0], rows.Select(row => row.Delay!.Value));
        Assert.Equal([1, 2, 3], rows[0].HashIds!);
        Assert.Equal([1, 2, 3, 4], rows[1].HashIds!);
        Assert.Equal([1, 2, 3, 4, 5], rows[2].HashIds!);
        Assert.All(rows, row => Assert.Equal("applied_compute_agentic_session_3", row.SessionId));
        Assert.All(rows, row => Assert.Null(row.Timestamp));
    }

    [Fact]
    public void Without_tools_a_session_is_its_final_turn()
    {
        MooncakeRow row = Assert.Single(Expand(new AppliedComputeExpansion(16, 0.0, 0), new AppliedComputeSession(0, 17, [], [], [], 4),
            line: 1));
        Assert.Equal((17L, 4L, 2), (row.InputLength!.Value, row.OutputLength!.Value, row.HashIds!.Count));
    }

    [Fact]
    public void Sessions_of_a_group_share_the_start_of_their_first_prompt_and_nothing_else()
    {
        AppliedComputeExpansion expansion = new(16, 0.5, 2);
        IReadOnlyList<ulong>[] firstPrompts = [.. Enumerable.Range(1, 4).Select(line => Expand(expansion, TwoTools, line)[0].HashIds!)];
        // Half of 3 blocks is 1.5, rounded away from zero.
        Assert.Equal(firstPrompts[0].Take(2), firstPrompts[2].Take(2));
        Assert.Equal(firstPrompts[1].Take(2), firstPrompts[3].Take(2));
        Assert.Empty(firstPrompts[0].Intersect(firstPrompts[1]));
        Assert.Equal(4, firstPrompts.Select(ids => ids[2]).Distinct().Count());
    }

    [Theory]
    [InlineData(0.5, 0)]
    [InlineData(0.0, 2)]
    public void Nothing_is_shared_without_both_a_ratio_and_groups(double ratio, int groups)
    {
        AppliedComputeExpansion expansion = new(16, ratio, groups);
        Assert.Empty(Expand(expansion, TwoTools, 1)[2].HashIds!.Intersect(Expand(expansion, TwoTools, 2)[2].HashIds!));
    }

    [Theory]
    [InlineData(-0.1, 0)]
    [InlineData(1.1, 0)]
    [InlineData(double.NaN, 0)]
    [InlineData(0.5, -1)]
    public void Impossible_shares_are_refused(double ratio, int groups) =>
        Assert.Throws<AgentSimException>(() => new AppliedComputeExpansion(16, ratio, groups));

    [Fact]
    public void A_prompt_that_outgrows_every_length_is_refused_with_its_line()
    {
        AgentSimException error = Assert.Throws<AgentSimException>(() =>
            Expand(new AppliedComputeExpansion(1 << 20, 0.0, 0), new AppliedComputeSession(1, int.MaxValue, [1], [0], [0], 1), line: 7));
        Assert.StartsWith("file.jsonl:7: ", error.Message, StringComparison.Ordinal);
    }

    private static List<MooncakeRow> Expand(AppliedComputeExpansion expansion, AppliedComputeSession session, int line) =>
        [.. expansion.Expand(new AtLine<AppliedComputeSession>(session, line), new RowPlace("file.jsonl", line)).Select(row => row.Value)];
}
