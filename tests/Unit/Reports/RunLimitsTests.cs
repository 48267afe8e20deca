using AgentSim.Metrics;
using AgentSim.Reports;
using AgentSim.Tests.Reports.Html;

namespace AgentSim.Tests.Reports;

public class RunLimitsTests
{
    private static readonly MetricLimit[] Limits = [MetricLimit.Parse("p99_ttft_ms", "1000"), MetricLimit.Parse("duration_ms", "+1%")];

    [Fact]
    public void Relative_limits_hold_the_other_runs_against_the_first()
    {
        IReadOnlyList<ReportedRun> runs = RunLimits.Test([new(Pages.AgenticRun(workers: 2)), new(Pages.AgenticRun())], Limits);
        Assert.Equal(["p99_ttft_ms"], runs[0].Limits.Select(limit => limit.Metric));
        Assert.Equal([true, false], runs[1].Limits.Select(limit => limit.Passed));
    }

    [Fact]
    public void A_single_run_has_nothing_to_be_relative_to() =>
        Assert.Equal("BaselineMissing", Assert.Throws<AgentSimException>(() => RunLimits.Test([new(Pages.AgenticRun())], Limits)).ErrorId);
}
