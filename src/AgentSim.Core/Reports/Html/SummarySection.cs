using AgentSim.Metrics;

namespace AgentSim.Reports.Html;

/// <summary>The headline metrics, of several runs against the first one, and the limits that were tested.</summary>
internal static class SummarySection
{
    public static void Write(HtmlWriter page, PageContent content)
    {
        page.Markup("<section id=\"summary\" aria-labelledby=\"summary-title\">\n<h2 id=\"summary-title\">Metrics</h2>\n");
        if (content.Runs.Count > 1)
        {
            DifferenceSection.Write(page, content);
        }
        else
        {
            WriteGapsHint(page, content);
            page.Markup("<div class=\"columns\">\n<div>\n");
            WriteValues(page, content);
            page.Markup("</div>\n<div>\n");
            WriteLatencies(page, content);
            page.Markup("</div>\n</div>\n");
        }

        WriteLimits(page, content);
        page.Markup("</section>\n");
    }

    /// <summary>What two metrics of gaps between tokens have to do with each other, where a page shows them.</summary>
    public static void WriteGapsHint(HtmlWriter page, PageContent content)
    {
        if (content.Results.All(result => !double.IsFinite(result.Summary.Tpot.Median))) return;
        page.Markup("<p class=\"hint\">Inter-token latency ranks every single gap between tokens; time per output token ranks " +
            "requests by their mean gap. So the first tells of single stalls, the second of requests that are slow throughout, and one " +
            "may get better while the other gets worse.</p>\n");
    }

    // What is no latency; those are beside it.
    private static void WriteValues(HtmlWriter page, PageContent content)
    {
        page.BeginTable("Headline metrics", "Metric");
        page.Markup("<th scope=\"col\" class=\"number\">Value</th></tr></thead>\n<tbody>\n");
        foreach (MetricDefinition metric in MetricCatalog.Current.Headlines(content.Metrics)
            .Where(metric => metric.Row.Distribution is null))
        {
            double? value = ReportMetrics.Find(content.Metrics[0], metric.Name);
            page.Write($"<tr><th scope=\"row\">{PeopleText.Title(metric)}</th>");
            page.Write($"<td class=\"number\" title=\"{PeopleText.Exact(metric, value)}\">{PeopleText.Value(metric, value)}</td></tr>\n");
        }

        page.EndTable();
    }

    private static void WriteLatencies(HtmlWriter page, PageContent content)
    {
        MetricRow[] rows = [.. MetricCatalog.Current.Rows.Where(row => row.HeadlineStatistics.Length > 0
            && row.Group.IsIn(content.Runs[0].Result.Summary))];
        Statistic[] shown = [.. Statistic.All.Where(statistic => statistic.Name is "mean" or "median" or "p90" or "p99" or "max")];
        page.BeginTable("Latencies", "Latency", isStacked: true);
        foreach (Statistic statistic in shown) page.Write($"<th scope=\"col\" class=\"number\">{statistic.Name}</th>");
        page.Markup("</tr></thead>\n<tbody>\n");
        foreach (MetricRow row in rows)
        {
            page.Write($"<tr><th scope=\"row\">{row.Title}</th>");
            foreach (Statistic statistic in shown)
            {
                double? value = ReportMetrics.Find(content.Metrics[0], statistic.NameOf(row.Name));
                var metric = new MetricDefinition(row, statistic);
                page.Write($"<td class=\"number\" data-label=\"{statistic.Name}\" title=\"{PeopleText.Exact(metric, value)}\">");
                page.Write($"{PeopleText.Value(metric, value)}</td>");
            }

            page.Markup("</tr>\n");
        }

        page.EndTable();
    }

    private static void WriteLimits(HtmlWriter page, PageContent content)
    {
        if (content.Runs.All(run => run.Limits.Count == 0)) return;
        page.Markup("<h3>Limits</h3>\n");
        page.BeginTable("Limits", "Run", isStacked: true);
        page.Markup("<th scope=\"col\">Metric</th><th scope=\"col\">Limit</th><th scope=\"col\" class=\"number\">Value</th><th " +
            "scope=\"col\">Outcome</th></tr></thead>\n<tbody>\n");
        for (int run = 0; run < content.Runs.Count; run++)
        {
            foreach (LimitResult limit in content.Runs[run].Limits)
            {
                page.Write($"<tr><th scope=\"row\"><bdi>{content.Names[run]}</bdi></th><td data-label=\"Metric\">{limit.Metric}</td>");
                page.Write($"<td data-label=\"Limit\">{limit.Limit}</td>");
                page.Write($"<td class=\"number\" data-label=\"Value\">{MetricText.Value(limit.Value)}</td>");
                page.Write($"<td data-label=\"Outcome\" class=\"{(limit.Passed ? "better" : "worse")}\">{MetricText.Outcome(limit)}<br>");
                page.Write($"<small>{limit.Message}</small></td></tr>\n");
            }
        }

        page.EndTable();
    }
}
