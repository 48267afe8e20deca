using AgentSim.Metrics;

namespace AgentSim.Reports.Html;

/// <summary>The metrics of all runs against the first one.</summary>
internal static class DifferenceSection
{
    public static void Write(HtmlWriter page, PageContent content)
    {
        IReadOnlyList<MetricComparison> all = ReportComparison.Compare(content.Metrics);
        Dictionary<string, MetricComparison> byName = all.ToDictionary(metric => metric.Metric);
        page.Write($"<div id=\"differences\">\n<p>Against <bdi>{content.Names[0]}</bdi>. The sign says which way a metric went for you: " +
            $"▲ better, ▼ worse, ◆ changed where neither way is better. {PageChange.Rule} Shares change by percentage points.</p>\n");
        SummarySection.WriteGapsHint(page, content);
        WriteTable(page, content, "Differences of the headline metrics",
            [.. MetricCatalog.Current.Headlines(content.Metrics).Select(metric => (metric, byName[metric.Name]))]);
        page.Write($"<details><summary>All {all.Count} metrics</summary>\n");
        WriteTable(page, content, "Differences of all metrics", [.. all.Select(metric => ((MetricDefinition?)null, metric))]);
        page.Markup("</details>\n</div>\n");
    }

    // Metrics without a definition stand under the names that files have, in their units.
    private static void WriteTable(HtmlWriter page, PageContent content, string title,
        IReadOnlyList<(MetricDefinition? Definition, MetricComparison Comparison)> metrics)
    {
        page.BeginTable(title, "Metric", isStacked: true);
        for (int run = 0; run < content.Names.Count; run++)
        {
            page.Write($"<th scope=\"col\" class=\"number\"><span class=\"swatch run{run % PlotSections.RunStyles}\"></span> ");
            page.Write($"<bdi>{content.Names[run]}</bdi></th>");
        }

        page.Markup("</tr></thead>\n<tbody>\n");
        foreach ((MetricDefinition? definition, MetricComparison metric) in metrics)
        {
            page.Write($"<tr><th scope=\"row\">{(definition is null ? metric.Metric : PeopleText.Title(definition))}</th>");
            page.Write($"<td class=\"number\" data-label=\"{content.Names[0]}\"><span class=\"value\">");
            page.Write($"{Shown(definition, metric.Baseline)}</span></td>");
            for (int run = 1; run < metric.Values.Count; run++)
            {
                ComparisonVerdict verdict = metric.Verdicts[run - 1];
                double? value = metric.Values[run];
                string kind = PageChange.IsSlight(metric.Baseline, value, verdict) ? "same" : ClassOf(verdict);
                page.Write($"<td data-label=\"{content.Names[run]}\" class=\"number {kind}\">");
                page.Write($"<span class=\"value\">{Shown(definition, value)}</span><br>");
                page.Write($"<small>{PageChange.Text(definition, metric.Baseline, value, verdict)}</small></td>");
            }

            page.Markup("</tr>\n");
        }

        page.EndTable();
    }

    private static string Shown(MetricDefinition? definition, double? value) =>
        definition is null ? MetricText.Value(value) : PeopleText.Value(definition, value);

    private static string ClassOf(ComparisonVerdict verdict) => verdict switch
    {
        ComparisonVerdict.Better => "better",
        ComparisonVerdict.Worse => "worse",
        _ => "same",
    };
}
