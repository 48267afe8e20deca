using System.Text.RegularExpressions;
using AgentSim.Metrics;
using AgentSim.Reports.Html;

namespace AgentSim.Tests.Reports.Html;

/// <summary>The page judges a change only where it is 1 % or more, and says in a sentence what a run gained.</summary>
public class PageChangeTests
{
    [Theory]
    [InlineData("p99_ttft_ms", 1000, 1009, "≈ about the same +0.9 %")]
    [InlineData("p99_ttft_ms", 1000, 1010, "▼ worse +1.0 %")]
    [InlineData("p99_ttft_ms", 1000, 1009.6, "▼ worse +1.0 %")]
    [InlineData("p99_ttft_ms", 1000, 999.9, "≈ about the same −0.01 %")]
    [InlineData("p99_ttft_ms", 1000, 600, "▲ better −40.0 %")]
    [InlineData("p99_ttft_ms", 1000, 1000, "= same")]
    [InlineData("p99_ttft_ms", 0, 1, "▼ worse –")]
    [InlineData("prefix_cache_reused_ratio", 0.082, 0.135, "▲ better +5.3 points")]
    [InlineData("prefix_cache_reused_ratio", 0.4, 0.4004, "≈ about the same +0.04 points")]
    public void A_change_below_one_percent_is_about_the_same(string name, double baseline, double value, string text)
    {
        MetricComparison change = Compare((name, baseline, value))[name];
        Assert.Equal(text, PageChange.Text(MetricCatalog.Current.Find(name), baseline, value, change.Verdict));
        Assert.Equal(text.Contains('≈'), PageChange.IsSlight(baseline, value, change.Verdict));
    }

    [Fact]
    public void The_sentence_tells_latency_and_cost_and_what_got_worst()
    {
        Dictionary<string, MetricComparison> changes = Compare(("p99_e2e_latency_ms", 1000, 780), ("median_e2e_latency_ms", 500, 501),
            ("gpu_hours", 2, 2), ("p99_tpot_ms", 10, 14.1), ("p99_itl_ms", 10, 12), ("median_itl_ms", 10, 10.05));
        Assert.Equal("p99 request latency 22.0 % lower; about the same: median request latency, GPU hours; " +
            "of the rest, worst is Time per output token, p99: 41.0 % higher", GainSentence.Of(changes, Headlines(changes)));
    }

    [Fact]
    public void Without_anything_worse_the_sentence_has_no_but()
    {
        Dictionary<string, MetricComparison> changes = Compare(("p99_e2e_latency_ms", 1000, 2000), ("p99_itl_ms", 10, 10.05));
        Assert.Equal("p99 request latency 100.0 % higher", GainSentence.Of(changes, Headlines(changes)));
        Assert.Equal("", GainSentence.Of(Compare(("p99_itl_ms", 10, 9)), []));
    }

    [Fact]
    public void The_page_says_its_rule_and_colours_nothing_that_is_about_the_same()
    {
        string html = Pages.Html(Pages.Synthetic(40, 1), Pages.Synthetic(40, 2));
        Assert.Contains(PageChange.Rule, html);
        Assert.Empty(Regex.Matches(html, "class=\"number (better|worse)\">[^\n]*≈"));
        foreach (Match small in Regex.Matches(html, "<small>(▲ better|▼ worse|◆ changed) [+−]([0-9.,]+) %"))
            Assert.True(double.Parse(small.Groups[2].Value, System.Globalization.CultureInfo.InvariantCulture) >= 1.0, small.Value);
    }

    private static MetricDefinition[] Headlines(Dictionary<string, MetricComparison> changes) =>
        [.. changes.Keys.Select(name => MetricCatalog.Current.Find(name)!).Where(metric => metric.IsHeadline)];

    private static Dictionary<string, MetricComparison> Compare(params (string Name, double Baseline, double Value)[] metrics) =>
        ReportComparison.Compare([[.. metrics.Select(metric => new Metric(metric.Name, metric.Baseline, false))],
            [.. metrics.Select(metric => new Metric(metric.Name, metric.Value, false))]]).ToDictionary(metric => metric.Metric);
}
