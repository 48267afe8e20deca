using AgentSim.Metrics;

namespace AgentSim.Reports.Html;

/// <summary>The metrics of all runs against the first one.</summary>
internal static class DifferenceSection
{
    public static void Write(HtmlWriter page, PageContent content)
    {
        IReadOnlyList<MetricComparison> all = ReportComparison.Compare(content.Metrics);
        Dictionary<string, MetricComparison> byName = all.ToDictionary(metric => metric.Metric);
        page.Markup("<section id=\"differences\" aria-labelledby=\"differences-title\">\n<h2 id=\"differences-title\">Differences</h2>\n");
        page.Write($"<p>Against <bdi>{content.Names[0]}</bdi>. The sign says which way a metric went for you: ▲ better, ▼ worse, ◆ " +
            $"changed where neither way is better.</p>\n");
        WriteTable(page, content, "Differences of the headline metrics",
            [.. MetricCatalog.Current.Headlines(content.Metrics).Select(headline => (headline.Title, byName[headline.Name]))]);
        page.Write($"<details><summary>All {all.Count} metrics</summary>\n");
        WriteTable(page, content, "Differences of all metrics", [.. all.Select(metric => (metric.Metric, metric))]);
        page.Markup("</details>\n</section>\n");
    }

    private static void WriteTable(HtmlWriter page, PageContent content, string title,
        IReadOnlyList<(string Label, MetricComparison Comparison)> metrics)
    {
        page.BeginTable(title, "Metric");
        foreach (string name in content.Names) page.Write($"<th scope=\"col\" class=\"number\"><bdi>{name}</bdi></th>");
        page.Markup("</tr></thead>\n<tbody>\n");
        foreach ((string label, MetricComparison metric) in metrics)
        {
            page.Write($"<tr><th scope=\"row\">{label}</th><td class=\"number\">{MetricText.Value(metric.Baseline)}</td>");
            for (int run = 1; run < metric.Values.Count; run++)
            {
                ComparisonVerdict verdict = metric.Verdicts[run - 1];
                page.Write($"<td class=\"number {ClassOf(verdict)}\">{MetricText.Value(metric.Values[run])}<br>");
                page.Write($"<small>{MetricText.Verdict(verdict)}");
                if (verdict is ComparisonVerdict.Better or ComparisonVerdict.Worse or ComparisonVerdict.Changed)
                    page.Write($" {MetricText.Percent(metric.Baseline, metric.Values[run])}");
                page.Markup("</small></td>");
            }

            page.Markup("</tr>\n");
        }

        page.EndTable();
    }

    private static string ClassOf(ComparisonVerdict verdict) => verdict switch
    {
        ComparisonVerdict.Better => "better",
        ComparisonVerdict.Worse => "worse",
        _ => "same",
    };
}
