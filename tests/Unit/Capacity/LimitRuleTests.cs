using AgentSim.Metrics;

namespace AgentSim.Tests.Capacity;

/// <summary>Limits as one text mean what limits by metric mean.</summary>
public class LimitRuleTests
{
    [Theory]
    [InlineData("p99_ttft_ms=2000", "2000")]
    [InlineData("p99_ttft_ms <= 2000", "<=2000")]
    [InlineData("tasks_per_hour>100", ">=100")]
    [InlineData("num_requests==5", "=5")]
    public void A_rule_is_a_limit(string rule, string limit) => Assert.Equal(limit, LimitRule.Parse(rule).Text);

    [Theory]
    [InlineData("p99_ttft_ms")]
    [InlineData("=5")]
    [InlineData("p99_ttft_ms=")]
    [InlineData("p99_ttft_ms=+5%")]
    [InlineData("p99_ttft_ms=>5")]
    [InlineData("p99_ttft_ms=29,5")]
    public void What_is_none_is_refused(string rule) =>
        Assert.Equal("LimitInvalid", Assert.Throws<AgentSimException>(() => LimitRule.Parse(rule)).ErrorId);

    [Fact]
    public void An_unknown_metric_is_refused() =>
        Assert.Equal("MetricUnknown", Assert.Throws<AgentSimException>(() => LimitRule.Parse("p99_tft_ms=5")).ErrorId);
}
