using AgentSim.Metrics;
using AgentSim.Tests.Reports;

namespace AgentSim.Tests.Metrics;

public class ReportComparisonTests
{
    private static Metric[] Report(params (string Name, double Value)[] values) =>
        [.. values.Select(value => new Metric(value.Name, value.Value, false))];

    private static MetricComparison One(string name, double tolerance, params double[] values) =>
        Assert.Single(ReportComparison.Compare([.. values.Select(value => Report((name, value)))], tolerance));

    [Fact]
    public void Every_metric_of_a_report_has_its_direction_considered()
    {
        var level = new ServiceLevel(TtftMs: 30);
        // Tasks are not in it; their metrics have an object of their own.
        Assert.Equal(MetricNames.Names.Where(name => MetricCatalog.Current.Find(name)!.Row.Group.Key is null), Sample.Report(level).Metrics
            .Select(metric => metric.Name));
    }

    [Theory]
    [InlineData("p99_ttft_ms", 10, 9, ComparisonVerdict.Better)]
    [InlineData("p99_ttft_ms", 10, 11, ComparisonVerdict.Worse)]
    [InlineData("p99_ttft_ms", 10, 10, ComparisonVerdict.Same)]
    [InlineData("p99_ttft_ms", 10, 10.000000001, ComparisonVerdict.Same)]
    [InlineData("p99_ttft_ms", 0, 1, ComparisonVerdict.Worse)]
    [InlineData("p99_ttft_ms", 0, 0, ComparisonVerdict.Same)]
    [InlineData("output_throughput_tok_s", 10, 9, ComparisonVerdict.Worse)]
    [InlineData("output_throughput_tok_s", 10, 11, ComparisonVerdict.Better)]
    [InlineData("min_output_token_throughput_per_user", 10, 11, ComparisonVerdict.Better)]
    [InlineData("std_output_token_throughput_per_user", 10, 11, ComparisonVerdict.Worse)]
    [InlineData("gpu_hours", 10, 11, ComparisonVerdict.Worse)]
    [InlineData("prefix_cache_reused_ratio", 0.5, 0.6, ComparisonVerdict.Better)]
    [InlineData("completed_requests", 5, 4, ComparisonVerdict.Worse)]
    [InlineData("total_input_tokens", 5, 4, ComparisonVerdict.Changed)]
    [InlineData("wall_time_ms", 5, 4, ComparisonVerdict.Changed)]
    [InlineData("something_else", 5, 4, ComparisonVerdict.Changed)]
    public void A_verdict_knows_what_is_better(string name, double before, double after, ComparisonVerdict expected) =>
        Assert.Equal(expected, One(name, 0, before, after).Verdict);

    [Theory]
    [InlineData(5, 105, ComparisonVerdict.Same)]
    [InlineData(5, 95, ComparisonVerdict.Same)]
    [InlineData(5, 105.1, ComparisonVerdict.Worse)]
    [InlineData(5, 94.9, ComparisonVerdict.Better)]
    public void A_tolerance_is_a_share_of_the_baseline(double tolerance, double after, ComparisonVerdict expected) =>
        Assert.Equal(expected, One("duration_ms", tolerance, 100, after).Verdict);

    [Fact]
    public void Differences_are_counted_from_the_baseline()
    {
        MetricComparison comparison = One("duration_ms", 0, 200, 250);
        Assert.Equal((200.0, 250.0, 50.0, 25.0), (comparison.Baseline, comparison.Value, comparison.Difference, comparison.Percent));
        Assert.Equal(-25.0, One("duration_ms", 0, -200, -250).Percent);
        Assert.Null(One("duration_ms", 0, 0, 5).Percent);
        Assert.Equal(0.0, One("duration_ms", 0, 0, 0).Percent);
    }

    [Fact]
    public void Of_several_reports_the_last_one_is_summed_up_and_all_are_kept()
    {
        MetricComparison comparison = One("duration_ms", 0, 100, 90, 100, 130);
        Assert.Equal([100, 90, 100, 130], comparison.Values);
        Assert.Equal([ComparisonVerdict.Better, ComparisonVerdict.Same, ComparisonVerdict.Worse], comparison.Verdicts);
        Assert.Equal((130.0, 30.0, ComparisonVerdict.Worse), (comparison.Value, comparison.Percent, comparison.Verdict));
    }

    [Fact]
    public void A_metric_that_one_report_lacks_is_missing()
    {
        IReadOnlyList<MetricComparison> all = ReportComparison.Compare([Report(("b", 1), ("a", 2)), Report(("b", 1), ("c", 3))]);
        Assert.Equal(["a", "b", "c"], all.Select(comparison => comparison.Metric));
        Assert.Equal([ComparisonVerdict.Missing, ComparisonVerdict.Same, ComparisonVerdict.Missing],
            all.Select(comparison => comparison.Verdict));
        Assert.Equal(((double?)null, (double?)null, (double?)null), (all[0].Value, all[0].Difference, all[0].Percent));
    }

    [Fact]
    public void A_comparison_takes_two()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ReportComparison.Compare([Report(("a", 1))]));
        Assert.Throws<ArgumentOutOfRangeException>(() => ReportComparison.Compare([Report(), Report()], -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ReportComparison.Compare([Report(), Report()], double.NaN));
    }
}
