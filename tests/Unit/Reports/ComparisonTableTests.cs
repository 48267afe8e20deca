using AgentSim.Metrics;
using AgentSim.Reports;

namespace AgentSim.Tests.Reports;

public class ComparisonTableTests
{
    private static readonly Metric[] Before = [new("p99_ttft_ms", 10, false), new("request_throughput_rps", 4, false),
        new("num_requests", 5, true), new("mean_itl_ms", 1, false)];
    private static readonly Metric[] After = [new("p99_ttft_ms", 12, false), new("request_throughput_rps", 5, false),
        new("num_requests", 6, true), new("mean_itl_ms", 1, false)];

    [Fact]
    public void Changes_are_told_in_numbers_and_words()
    {
        string table = ComparisonTable.Render(["before", "after"], ReportComparison.Compare([Before, After]));
        Assert.Contains("┃ num_requests           ┃      5 ┃     6 ┃ +20.0 % ┃ ◆ changed ┃\n", table);
        Assert.Contains("┃ p99_ttft_ms            ┃     10 ┃    12 ┃ +20.0 % ┃   ▼ worse ┃\n", table);
        Assert.Contains("┃ request_throughput_rps ┃      4 ┃     5 ┃ +25.0 % ┃  ▲ better ┃\n", table);
        Assert.EndsWith("┘\n1 metric is the same.\n", table);
    }

    [Fact]
    public void Equal_reports_have_no_table() =>
        Assert.Equal("4 metrics are the same.\n", ComparisonTable.Render(["a", "b"], ReportComparison.Compare([Before, Before])));

    [Theory]
    [InlineData("p99_ttft_ms>+5%", 10.6, false)]
    [InlineData("p99_ttft_ms > +5%", 10.4, true)]
    [InlineData("p99_ttft_ms>+5%", 1, true)]
    [InlineData("p99_ttft_ms<-5%", 9.4, false)]
    [InlineData("p99_ttft_ms<-5%", 12, true)]
    [InlineData("p99_ttft_ms>12.5", 12.6, false)]
    [InlineData("p99_ttft_ms>12.5", 12.5, true)]
    [InlineData("p99_ttft_ms<2", 1.9, false)]
    public void A_rule_fails_on_the_side_it_names(string rule, double value, bool passes) =>
        Assert.Equal(passes, FailureRule.Parse(rule).Test(value, baseline: 10).Passed);

    [Theory]
    [InlineData("p99_ttft_ms", "LimitInvalid")]
    [InlineData(">5", "LimitInvalid")]
    [InlineData("p99_ttft_ms>5%", "LimitInvalid")]
    [InlineData("p99_ttft_ms<+5%", "LimitInvalid")]
    [InlineData("p99_ttft_ms>", "LimitInvalid")]
    [InlineData("p99_ttft_ms>=5", "LimitInvalid")]
    [InlineData("p99_tttf_ms>5", "MetricUnknown")]
    public void Other_rules_are_refused(string rule, string error) =>
        Assert.Equal(error, Assert.Throws<AgentSimException>(() => FailureRule.Parse(rule)).ErrorId);
}
