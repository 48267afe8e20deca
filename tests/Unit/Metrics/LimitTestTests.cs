using AgentSim.Metrics;

namespace AgentSim.Tests.Metrics;

public class LimitTestTests
{
    private static LimitResult Test(string metric, string limit, double value, double? baseline = null) => Assert.Single(LimitTest.Run(
        [new Metric(metric, value, false)], [MetricLimit.Parse(metric, limit)],
            baseline is { } known ? [new Metric(metric, known, false)] : null));

    [Theory]
    [InlineData("p99_ttft_ms", "500", 500, true)]
    [InlineData("p99_ttft_ms", "500", 500.1, false)]
    [InlineData("p99_ttft_ms", "500", 0, true)]
    [InlineData("request_throughput_rps", "5", 5, true)]
    [InlineData("request_throughput_rps", "5", 4.9, false)]
    [InlineData("request_throughput_rps", "5", 50, true)]
    [InlineData("num_requests", "67", 67, true)]
    [InlineData("num_requests", "67", 66, false)]
    [InlineData("num_requests", "67", 68, false)]
    [InlineData("num_requests", "<= 67", 66, true)]
    [InlineData("num_requests", "<=67", 68, false)]
    [InlineData("num_requests", ">=67", 66, false)]
    [InlineData("num_requests", ">= 67", 68, true)]
    [InlineData("p99_ttft_ms", ">=10", 9, false)]
    [InlineData("p99_ttft_ms", "=10", 9, false)]
    [InlineData("p99_ttft_ms", "=10", 10, true)]
    [InlineData("p99_ttft_ms", "1e2", 99, true)]
    public void Numbers_bound_a_metric(string metric, string limit, double value, bool passed) =>
        Assert.Equal(passed, Test(metric, limit, value).Passed);

    [Theory]
    [InlineData("+5%", 105, true)]
    [InlineData("+5%", 105.1, false)]
    [InlineData("+5%", 1, true)]
    [InlineData("-5%", 95, true)]
    [InlineData("-5%", 94.9, false)]
    [InlineData("-5%", 1000, true)]
    [InlineData("5%", 105, true)]
    [InlineData("5%", 95, true)]
    [InlineData("5%", 105.1, false)]
    [InlineData("5 %", 94.9, false)]
    [InlineData("0%", 100, true)]
    [InlineData("+0%", 100.00000001, true)]
    public void Percentages_bound_the_change_from_the_baseline(string limit, double value, bool passed)
    {
        Assert.Equal(passed, Test("p99_ttft_ms", limit, value, 100).Passed);
        Assert.Equal(passed, Test("request_throughput_rps", limit, value, 100).Passed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("fast")]
    [InlineData("%")]
    [InlineData("+-5%")]
    [InlineData("NaN")]
    [InlineData("1e999")]
    [InlineData("<5")]
    [InlineData("29,5")]
    [InlineData("1,000")]
    [InlineData("1.234,5")]
    [InlineData("29 5")]
    [InlineData("<= 1 000")]
    [InlineData("+2,5%")]
    [InlineData("1\u00a0000")]
    [InlineData("Infinity")]
    [InlineData("-5")]        // no metric is negative: this would always fail, and the next two always pass
    [InlineData(">=-5")]
    [InlineData("-100%")]
    [InlineData("+1e999%")]
    public void Other_texts_are_no_limits(string text) =>
        Assert.Equal("LimitInvalid", Assert.Throws<AgentSimException>(() => MetricLimit.Parse("p99_ttft_ms", text)).ErrorId);

    [Fact]
    public void Unknown_metrics_are_refused_with_the_nearest_name()
    {
        AgentSimException error = Assert.Throws<AgentSimException>(() => MetricLimit.Parse("p99_ttft_m", "5"));
        Assert.Equal(("MetricUnknown", "there is no metric 'p99_ttft_m'; did you mean 'p99_ttft_ms'?"), (error.ErrorId, error.Message));
    }

    [Fact]
    public void A_relative_limit_needs_a_baseline() => Assert.Equal("BaselineMissing",
        Assert.Throws<AgentSimException>(() => Test("p99_ttft_ms", "+5%", 1)).ErrorId);

    [Fact]
    public void What_is_not_in_the_report_or_the_baseline_has_not_passed()
    {
        Metric[] none = [], some = [new("gpu_hours", 1, false)];
        MetricLimit[] limits = [MetricLimit.Parse("gpu_hours", "+5%")];
        LimitResult missing = Assert.Single(LimitTest.Run(none, limits, some));
        Assert.Equal((false, "gpu_hours is not in the report"), (missing.Passed, missing.Message));
        LimitResult unknown = Assert.Single(LimitTest.Run(some, limits, none));
        Assert.Equal((false, "gpu_hours is not in the baseline"), (unknown.Passed, unknown.Message));
    }

    [Theory]
    [InlineData("num_requests", "67", 66.0, null, "num_requests is 66, but must be exactly 67")]
    [InlineData("p99_ttft_ms", "500", 43.758384, null, "p99_ttft_ms is 43.758384, and may be at most 500")]
    [InlineData("p99_ttft_ms", "+5%", 120.0, 100.0, "p99_ttft_ms is 120, but must be at most 105 (+5% of 100)")]
    [InlineData("p99_ttft_ms", "5%", 100.0, 100.0, "p99_ttft_ms is 100, and may be from 95 to 105 (5% of 100)")]
    [InlineData("gpu_hours", ">=1", 0.5, null, "gpu_hours is 0.5, but must be at least 1")]
    public void Results_speak(string metric, string limit, double value, double? baseline, string expected) =>
        Assert.Equal(expected, Test(metric, limit, value, baseline).Message);

    [Fact]
    public void A_baseline_alone_means_that_nothing_may_get_worse()
    {
        Metric[] baseline = [new("gpu_hours", 100, false), new("completed_requests", 100, true), new("num_requests", 100, true)];
        Metric[] worse = [new("gpu_hours", 104, false), new("completed_requests", 96, true), new("num_requests", 3, true)];
        Assert.Equal([false, false], LimitTest.Run(worse, LimitTest.NoWorse(baseline), baseline).Select(result => result.Passed));
        Assert.Equal([true, true], LimitTest.Run(worse, LimitTest.NoWorse(baseline, 5), baseline).Select(result => result.Passed));
        Assert.All(LimitTest.Run(baseline, LimitTest.NoWorse(baseline), baseline), result => Assert.True(result.Passed));
    }
}
