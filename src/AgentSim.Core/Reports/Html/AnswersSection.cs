using AgentSim.Agents;
using AgentSim.Metrics;

namespace AgentSim.Reports.Html;

/// <summary>What a reader asks first, in sentences: how long tasks take and why, whether the run is overloaded, what changed.</summary>
internal static class AnswersSection
{
    private const int MostChanges = 5;
    private const double LeastPercent = 1.0;

    public static void Write(HtmlWriter page, PageContent content)
    {
        page.Markup("<section id=\"answers\" aria-labelledby=\"answers-title\">\n<h2 id=\"answers-title\">In short</h2>\n");
        page.Markup("<div class=\"cards\">\n");
        for (int run = 0; run < content.Runs.Count; run++)
        {
            page.Markup("<div class=\"card\">\n");
            if (content.Runs.Count > 1)
            {
                page.Write($"<h3><span class=\"swatch run{run % PlotSections.RunStyles}\"></span> <bdi>{content.Names[run]}</bdi></h3>\n");
            }

            page.Markup("<ul class=\"answers\">\n");
            WriteRun(page, content, run);
            page.Markup("</ul>\n</div>\n");
        }

        page.Markup("</div>\n</section>\n");
    }

    private static void WriteRun(HtmlWriter page, PageContent content, int run)
    {
        ReportedRun reported = content.Runs[run];
        if (content.Agents[run] is { Summary: { } tasks }) Item(page, "Tasks", Tasks(tasks), "");
        LoadAssessment load = reported.Result.Load;
        Item(page, "Load", load.Sentence, load.Basis, load.IsOverloaded ? "worse" : "");
        ReplayReport summary = reported.Result.Summary;
        if (double.IsFinite(summary.Ttft.Median))
        {
            Item(page, "Requests", $"first token after {PeopleText.Ms(summary.Ttft.Median)} (median), " +
                $"{PeopleText.Ms(summary.Ttft.P99)} (p99); whole answer after " +
                $"{PeopleText.Ms(summary.E2eLatency.Median)} (median), {PeopleText.Ms(summary.E2eLatency.P99)} (p99)",
                $"{MetricText.Value(summary.CompletedRequests)} of {PeopleUnits.Count(summary.NumRequests, "request")} completed");
        }

        if (double.IsFinite(summary.PrefixCacheReusedRatio))
            Item(page, "Prefix cache", $"{PeopleUnits.Percent(summary.PrefixCacheReusedRatio)} of the prompt tokens were found in it", "");
        if (MetricText.ServiceLevel(summary, reported.Result.ServiceLevel) is { } level) Item(page, "Service level", level, "");
        if (run > 0) WriteChanges(page, content, run);
    }

    private static void WriteChanges(HtmlWriter page, PageContent content, int run)
    {
        Dictionary<string, MetricComparison> all = ReportComparison.Compare([content.Metrics[0], content.Metrics[run]])
            .ToDictionary(metric => metric.Metric);
        (MetricDefinition Metric, MetricComparison Change)[] headlines =
            [.. MetricCatalog.Current.Headlines([content.Metrics[0], content.Metrics[run]]).Select(metric => (metric, all[metric.Name]))];
        foreach ((ComparisonVerdict verdict, string word) in
            ((ComparisonVerdict, string)[])[(ComparisonVerdict.Better, "▲ Better"), (ComparisonVerdict.Worse, "▼ Worse")])
        {
            (MetricDefinition Metric, MetricComparison Change)[] changes = [.. headlines.Where(each => each.Change.Verdicts[0] == verdict)
                .OrderByDescending(each => Math.Abs(MetricChange.Percent(each.Change.Baseline, each.Change.Values[1]) ?? 0.0))];
            (MetricDefinition Metric, MetricComparison Change)[] large = [.. changes.Where(each =>
                Math.Abs(MetricChange.Percent(each.Change.Baseline, each.Change.Values[1]) ?? LeastPercent) >= LeastPercent)
                .Take(MostChanges)];
            string shown = string.Join("; ", large.Select(each =>
                $"{PeopleText.Title(each.Metric)} {PeopleText.Value(each.Metric, each.Change.Values[1])} instead of " +
                $"{PeopleText.Value(each.Metric, each.Change.Baseline)} " +
                $"({MetricText.Percent(each.Change.Baseline, each.Change.Values[1])})"));
            string more = changes.Length > large.Length && large.Length > 0 ? $"; and {changes.Length - large.Length} more below" : "";
            Item(page, $"{word} than {content.Names[0]}", large.Length == 0 ? "no headline metric by 1 % or more" : shown + more, "",
                large.Length == 0 ? "" : verdict == ComparisonVerdict.Better ? "better" : "worse");
        }
    }

    private static void Item(HtmlWriter page, string subject, string sentence, string basis, string kind = "")
    {
        page.Write($"<li><strong class=\"{kind}\"><bdi>{subject}</bdi></strong>: <bdi>{sentence}</bdi>.");
        if (basis.Length > 0) page.Write($" <small>{char.ToUpperInvariant(basis[0])}{basis[1..]}.</small>");
        page.Markup("</li>\n");
    }

    private static string Tasks(AgentSummary summary)
    {
        string parts = string.Join(", ", Enum.GetValues<TimePart>()
            .Where(part => summary.ShareOf(part) > 0.005).OrderByDescending(part => summary.ShareOf(part))
            .Select(part => $"{AgentTable.Label(part)} {PeopleUnits.Percent(summary.ShareOf(part)!.Value)}"));
        string made = parts.Length > 0 ? $"; that time is {parts}" : "";
        if (summary.CompletedTasks == 0) return AgentTable.Counts(summary);
        return $"a task takes {PeopleText.Ms(summary.TaskMakespan.Mean)} on average, " +
            $"{PeopleText.Ms(summary.TaskMakespan.Median)} (median), " +
            $"{PeopleText.Ms(summary.TaskMakespan.P99)} (p99){made}; {AgentTable.Counts(summary)}";
    }
}
