using AgentSim.Metrics;

namespace AgentSim.Reports.Html;

/// <summary>The headline metrics, and the limits that were tested.</summary>
internal static class SummarySection
{
    public static void Write(HtmlWriter page, PageContent content)
    {
        page.Markup("<section id=\"summary\" aria-labelledby=\"summary-title\">\n<h2 id=\"summary-title\">Metrics</h2>\n");
        WriteWarnings(page, content);
        WriteTiming(page, content);
        page.BeginTable("Headline metrics", "Metric");
        for (int run = 0; run < content.Names.Count; run++)
        {
            page.Markup("<th scope=\"col\" class=\"number\">");
            if (content.Runs.Count > 1) page.Write($"<span class=\"swatch run{run % PlotSections.RunStyles}\"></span> ");
            page.Write($"<bdi>{content.Names[run]}</bdi></th>");
        }

        page.Markup("</tr></thead>\n<tbody>\n");
        foreach (MetricDefinition metric in MetricCatalog.Current.Headlines(content.Metrics))
        {
            page.Write($"<tr><th scope=\"row\">{metric.Title}</th>");
            foreach (IReadOnlyList<Metric> metrics in content.Metrics)
                page.Write($"<td class=\"number\">{MetricText.Value(ReportMetrics.Find(metrics, metric.Name))}</td>");
            page.Markup("</tr>\n");
        }

        page.EndTable();
        WriteLimits(page, content);
        page.Markup("</section>\n");
    }

    // Above the numbers, which have to be read with them.
    private static void WriteWarnings(HtmlWriter page, PageContent content)
    {
        if (content.Results.All(result => result.Warnings.Count == 0)) return;
        page.Markup("<div class=\"note\" id=\"warnings\"><strong>Warnings</strong>\n<ul>\n");
        for (int run = 0; run < content.Runs.Count; run++)
        {
            foreach (RunWarning warning in content.Runs[run].Result.Warnings)
            {
                page.Markup("<li>");
                if (content.Runs.Count > 1) page.Write($"<bdi>{content.Names[run]}</bdi>: ");
                page.Write($"<bdi>{warning.Message}</bdi></li>\n");
            }
        }

        page.Markup("</ul></div>\n");
    }

    private static void WriteTiming(HtmlWriter page, PageContent content)
    {
        bool single = content.Results.Select(result => result.Run.Timing).Distinct().Count() == 1;
        for (int run = 0; run < (single ? 1 : content.Runs.Count); run++)
        {
            string timing = content.Runs[run].Result.Run.Timing;
            if (timing.Length == 0) continue;
            page.Markup("<p class=\"timing\">");
            if (!single) page.Write($"<bdi>{content.Names[run]}</bdi>: ");
            page.Write($"Timing: <bdi>{timing}</bdi>.</p>\n");
        }
    }

    private static void WriteLimits(HtmlWriter page, PageContent content)
    {
        for (int run = 0; run < content.Runs.Count; run++)
        {
            ReportedRun reported = content.Runs[run];
            if (MetricText.CutOff(reported.Result.Summary) is { } cut)
                page.Write($"<p class=\"note\"><bdi>{content.Names[run]}</bdi>: {cut}.</p>\n");
            if (MetricText.ServiceLevel(reported.Result.Summary, reported.Result.ServiceLevel) is { } sentence)
                page.Write($"<p><bdi>{content.Names[run]}</bdi>: {sentence}.</p>\n");
        }

        if (content.Runs.All(run => run.Limits.Count == 0)) return;
        page.Markup("<h3>Limits</h3>\n");
        page.BeginTable("Limits", "Run");
        page.Markup("<th scope=\"col\">Metric</th><th scope=\"col\">Limit</th><th scope=\"col\" class=\"number\">Value</th><th " +
            "scope=\"col\">Outcome</th></tr></thead>\n<tbody>\n");
        for (int run = 0; run < content.Runs.Count; run++)
        {
            foreach (LimitResult limit in content.Runs[run].Limits)
            {
                page.Write($"<tr><td><bdi>{content.Names[run]}</bdi></td><td>{limit.Metric}</td><td>{limit.Limit}</td><td " +
                    $"class=\"number\">{MetricText.Value(limit.Value)}</td>");
                page.Write($"<td class=\"{(limit.Passed ? "better" : "worse")}\">{MetricText.Outcome(limit)}<br>");
                page.Write($"<small>{limit.Message}</small></td></tr>\n");
            }
        }

        page.EndTable();
    }
}
