using AgentSim.Metrics;
using AgentSim.Simulation;
using AgentSim.Statistics;

namespace AgentSim.Reports.Html;

/// <summary>The places that scripts draw plots into, with their numbers as tables beside them.</summary>
internal static class PlotSections
{
    /// <summary>Number of line styles that the style sheet and the scripts have for runs.</summary>
    public const int RunStyles = 8;

    public static void Write(HtmlWriter page, PageContent content)
    {
        page.Markup("<section id=\"load\" aria-labelledby=\"load-title\">\n<h2 id=\"load-title\">Load over time</h2>\n");
        WriteVerdicts(page, content);
        page.Markup("<p class=\"hint\">Mean number of requests in each of 600 slices of the simulated time. A request waits until it is " +
            "first admitted to a batch; one that loses its place later counts as " +
            "running. Drag across a plot to look closer, double-click to see all " +
            "of it. With the keyboard: Tab to a plot, ← and → read its values, Esc ends that.</p>\n");
        if (content.Results.Any(result => result.Workers.Count > PageContent.MostWorkers))
            page.Write($"<p class=\"note\">The first {PageContent.MostWorkers} workers are there one by one, and all " +
                $"of them together.</p>\n");
        page.Markup("<p><label for=\"load-choice\">Workers</label> <select id=\"load-choice\"></select></p>\n<div class=\"plots\">\n");
        Figure(page, "plot-running", "Running requests");
        Figure(page, "plot-waiting", "Queued requests (waiting to be admitted)");
        page.Markup("</div>\n</section>\n<section id=\"reuse\" aria-labelledby=\"reuse-title\">\n<h2 id=\"reuse-title\">Prefix-cache " +
            "reuse over time</h2>\n");
        page.Markup("<p>Share of the prompt tokens of completed requests that a prefix cache held, by when the requests were first " +
            "admitted.</p>\n<div class=\"plots\">\n");
        Figure(page, "plot-reuse-so-far", "Up to each moment (%)");
        Figure(page, "plot-reuse-slice", "In each of 120 slices of the time (%)");
        page.Markup("</div>\n</section>\n<section id=\"distributions\" aria-labelledby=\"distributions-title\">\n<h2 " +
            "id=\"distributions-title\">Distributions</h2>\n");
        foreach (PlotDistribution distribution in PlotDistribution.All) WriteDistribution(page, content, distribution);
        page.Markup("</section>\n");
    }

    private static void WriteVerdicts(HtmlWriter page, PageContent content)
    {
        for (int run = 0; run < content.Runs.Count; run++)
        {
            LoadAssessment load = content.Runs[run].Result.Load;
            page.Write($"<p>{(content.Runs.Count > 1 ? $"{content.Names[run]}: " : "")}");
            page.Write($"<strong class=\"{(load.IsOverloaded ? "worse" : "")}\">{load.Sentence}.</strong>");
            if (load.LongestQueue > 0)
            {
                page.Write($" <small>Most that wait at a time: {MetricText.Value(load.LongestQueue)}, at " +
                    $"{PeopleUnits.Duration(load.LongestQueueAtMs)}; the plots show means of slices, where a short peak is " +
                    $"lower.</small>");
            }

            page.Markup("</p>\n");
        }
    }

    private static void WriteDistribution(HtmlWriter page, PageContent content, PlotDistribution distribution)
    {
        page.Write($"<div class=\"block\">\n<h3>{distribution.Title}</h3>\n<p>{distribution.Meaning}</p>\n<div class=\"plots\">\n");
        Figure(page, $"plot-{distribution.Id}-cdf", $"{distribution.Title}: share of samples up to a value");
        Figure(page, $"plot-{distribution.Id}-histogram", $"{distribution.Title}: histogram");
        page.Write($"</div>\n</div>\n<details><summary>{distribution.Title} in numbers</summary>\n");
        page.BeginTable($"{distribution.Title} in numbers", "Run", isStacked: true);
        foreach (Statistic statistic in Statistic.All) page.Write($"<th scope=\"col\" class=\"number\">{statistic.Name}</th>");
        page.Markup("</tr></thead>\n<tbody>\n");
        for (int run = 0; run < content.Names.Count; run++)
        {
            page.Write($"<tr><th scope=\"row\"><bdi>{content.Names[run]}</bdi></th>");
            foreach (Statistic statistic in Statistic.All)
            {
                double? value = ReportMetrics.Find(content.Metrics[run], statistic.NameOf(distribution.Metric));
                page.Write($"<td class=\"number\" data-label=\"{statistic.Name}\" title=\"{MetricText.Value(value)} ms\">");
                page.Write($"{PeopleText.Ms(value)}</td>");
            }

            page.Markup("</tr>\n");
        }

        page.EndTable();
        page.Markup("</details>\n");
    }

    /// <summary>The place of a plot, which the scripts find by its id.</summary>
    public static void Figure(HtmlWriter page, string id, string caption) =>
        page.Write($"<figure><figcaption id=\"{id}-caption\">{caption}</figcaption><div class=\"plot\" id=\"{id}\" tabindex=\"0\" " +
            $"role=\"group\" aria-labelledby=\"{id}-caption\"></div></figure>\n");
}

/// <summary>A distribution that the page plots; what it is called and what it is says the catalog of metrics.</summary>
/// <param name="Id">Its id in the page.</param>
/// <param name="Metric">Its name in the catalog.</param>
/// <param name="Bound">What a service level asks of it; null: nothing.</param>
internal sealed record PlotDistribution(string Id, string Metric, Func<ServiceLevel, double?> Bound)
{
    public static readonly PlotDistribution[] All =
    [
        new("ttft", "ttft_ms", level => level.TtftMs), new("latency", "e2e_latency_ms", level => level.E2eMs),
        new("tpot", "tpot_ms", level => level.ItlMs), new("itl", "itl_ms", _ => null),
    ];

    /// <summary>What the page calls it: with its abbreviation, where it has one.</summary>
    public string Title => Row.Title == Row.Label ? Row.Title : $"{Row.Title} ({Row.Label})";

    /// <summary>What it is, as a sentence.</summary>
    public string Meaning => Row.Meaning;

    /// <summary>Its samples.</summary>
    public PlotSamples Of(ReplayResult result) => PlottedSamples.Of(result, Metric)!;

    private MetricRow Row => MetricCatalog.Current.Rows.Single(row => row.Name == Metric);
}
