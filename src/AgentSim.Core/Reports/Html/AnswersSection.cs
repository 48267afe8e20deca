using AgentSim.Agents;
using AgentSim.Metrics;
using AgentSim.Simulation;

namespace AgentSim.Reports.Html;

/// <summary>What a reader asks first, in sentences: how long tasks take and why, whether the run is overloaded, what changed.</summary>
internal static class AnswersSection
{
    private const int MostChanges = 5;

    public static void Write(HtmlWriter page, PageContent content)
    {
        page.Markup("<section id=\"answers\" aria-labelledby=\"answers-title\">\n<h2 id=\"answers-title\">In short</h2>\n");
        WriteTrust(page, content);
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
        if (run > 0) WriteGain(page, content, run);
        if (content.Agents[run] is { Summary: { } tasks })
            Item(page, "Tasks", Tasks(tasks), tasks.CompletedTasks > 0 ? AgentTable.PausesMeaning(tasks) ?? "" : "");
        LoadAssessment load = reported.Result.Load;
        bool hasRates = load.State is not (LoadState.Unknown or LoadState.ClosedLoop or LoadState.AtOnce);
        string ofWhat = hasRates ? ". These rates are of the time in which requests arrive, those under Metrics of the whole run" : "";
        Item(page, "Load", load.Sentence, load.Basis + ofWhat, load.IsOverloaded ? "worse" : "");
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
            (MetricDefinition Metric, MetricComparison Change)[] changes = [.. headlines.Where(each => each.Change.Verdict == verdict
                    && !PageChange.IsSlight(each.Change.Baseline, each.Change.Value, verdict))
                .OrderByDescending(each => Math.Abs(each.Change.Percent ?? 0.0))];
            string subject = $"{word} than {content.Names[0]}";
            if (changes.Length == 0)
            {
                Item(page, subject, "no headline metric by 1 % or more", "");
                continue;
            }

            string kind = verdict == ComparisonVerdict.Better ? "better" : "worse";
            page.Write($"<li><strong class=\"{kind}\"><bdi>{subject}</bdi></strong>:<ul>\n");
            foreach ((MetricDefinition metric, MetricComparison change) in changes.Take(MostChanges))
            {
                page.Write($"<li>{PeopleText.Title(metric)}: {PeopleText.Value(metric, change.Value)} instead of " +
                    $"{PeopleText.Value(metric, change.Baseline)} ({PeopleText.Change(metric, change.Baseline, change.Value)})</li>\n");
            }

            if (changes.Length > MostChanges) page.Write($"<li>and {changes.Length - MostChanges} more in the table below</li>\n");
            page.Markup("</ul></li>\n");
        }
    }

    private static void WriteGain(HtmlWriter page, PageContent content, int run)
    {
        Dictionary<string, MetricComparison> all = ReportComparison.Compare([content.Metrics[0], content.Metrics[run]])
            .ToDictionary(metric => metric.Metric);
        string gain = GainSentence.Of(all, MetricCatalog.Current.Headlines([content.Metrics[0], content.Metrics[run]]));
        if (gain.Length > 0) Item(page, $"Against {content.Names[0]}", gain, "");
    }

    // How far the times may be off, and what that means for comparing runs; what all runs have in common is said once.
    private static void WriteTrust(HtmlWriter page, PageContent content)
    {
        foreach (IGrouping<string, int> trust in Enumerable.Range(0, content.Runs.Count)
            .GroupBy(run => Trust(content.Runs[run].Result.Run)).Where(trust => trust.Key.Length > 0))
        {
            page.Markup("<p class=\"trust\">");
            if (trust.Count() < content.Runs.Count)
                page.Write($"<bdi>{string.Join(", ", trust.Select(run => content.Names[run]))}</bdi>: ");
            page.Write($"{trust.Key}</p>\n");
        }
    }

    private static string Trust(RunInfo run)
    {
        const string Comparisons = "what compares runs (routers, settings, numbers of workers) holds up better, but depends on the " +
            "timing, too. Calibrate with a run of yours to know more.";
        if (run.Server is not null || run.Calibration is { Errors.Count: > 0 }) return "";
        if (run.Timing.Contains(RunTiming.BuiltIn, StringComparison.Ordinal))
            return $"Times are those of {RunTiming.Deployment}; on another model, engine or GPU latencies may be off by half. So take " +
                $"times here as a rough guide; {Comparisons}";
        return run.Timing.Length == 0 ? "" : $"How far the times are off is not known, since their profile states no errors; {Comparisons}";
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
        string few = TaskSection.IsFew(summary)
            ? $" of only {PeopleUnits.Count(summary.CompletedTasks, "task")}, so next to the longest" : "";
        return $"a task takes {PeopleText.Ms(summary.TaskMakespan.Mean)} on average, " +
            $"{PeopleText.Ms(summary.TaskMakespan.Median)} (median), " +
            $"{PeopleText.Ms(summary.TaskMakespan.P99)} (p99{few}){made}; {AgentTable.Counts(summary)}";
    }
}
