using System.Text;
using AgentSim.Metrics;

namespace AgentSim.Reports.Html;

/// <summary>
/// Writes runs as one HTML file that needs nothing else. What a reader asks first stands first: what ran, on whose timing, with which
/// warnings; in sentences how long tasks take and why, whether the workers keep up, what changed; then metrics and limits, tasks, load
/// and cache reuse over time, distributions, lanes, the slowest requests, settings and provenance. Text of traces is shown, never
/// run: it is escaped, and a content security policy lets no script run but the page's own. A page shows up to 5,000 requests of a
/// run as lanes; of more it says that it shows a choice.
/// </summary>
public static class HtmlReport
{
    /// <summary>Writes the page, UTF-8.</summary>
    /// <param name="stream">Written to, not closed.</param>
    /// <param name="runs">At least one; the others are compared with the first.</param>
    /// <param name="cancellation">Ends the writing.</param>
    public static void Write(Stream stream, IReadOnlyList<ReportedRun> runs, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(runs);
        ArgumentOutOfRangeException.ThrowIfZero(runs.Count, nameof(runs));
        var content = new PageContent(runs, cancellation);
        using var text = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            leaveOpen: true) { NewLine = "\n" };
        var page = new HtmlWriter(text);
        WriteHead(page, content);
        HeadSection.Write(page, content);
        AnswersSection.Write(page, content);
        SummarySection.Write(page, content);
        TaskSection.Write(page, content);
        PlotSections.Write(page, content);
        LaneSection.Write(page, content);
        SlowestSection.Write(page, content);
        SettingsSection.Write(page, content);
        page.Markup("</main>\n<script type=\"application/json\" id=\"data\">");
        text.Flush();
        cancellation.ThrowIfCancellationRequested();
        PageData.Write(stream, content);
        page.Markup("</script>\n");
        foreach (string script in PageResources.Scripts) page.Markup($"<script>{script}</script>\n");
        page.Markup("</body>\n</html>\n");
    }

    private static void WriteHead(HtmlWriter page, PageContent content)
    {
        string version = content.Runs[0].Result.Run.Version;
        page.Markup("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        page.Write($"<meta http-equiv=\"Content-Security-Policy\" content=\"{PageResources.Policy}\">\n");
        page.Markup("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" " +
            "content=\"light dark\">\n");
        page.Write($"<meta name=\"generator\" content=\"AgentSim {version}\">\n<title>Replay report: " +
            $"{string.Join(" · ", content.Names)}</title>\n");
        foreach (string style in PageResources.Styles) page.Markup($"<style>{style}</style>\n");
        page.Markup("</head>\n<body>\n<a class=\"skip\" href=\"#content\">Skip to the content</a>\n<header>\n");
        page.Write($"<h1>Replay report: <bdi>{Title(content)}</bdi></h1>\n<p>{Overview(content)}</p>\n");
        page.Markup("<nav aria-label=\"Parts of this report\"><ul>\n");
        foreach ((string id, string title) in Parts(content)) page.Write($"<li><a href=\"#{id}\">{title}</a></li>\n");
        page.Markup("</ul></nav>\n</header>\n<main id=\"content\">\n");
        page.Markup("<noscript><p class=\"note\">Plots and lanes need JavaScript; the tables do not.</p></noscript>\n");
    }

    private static IEnumerable<(string Id, string Title)> Parts(PageContent content)
    {
        yield return ("run", "What ran");
        yield return ("answers", "In short");
        yield return ("summary", "Metrics");
        if (content.Agents.Any(agents => agents is not null)) yield return ("tasks", "Tasks");
        yield return ("load", "Load");
        yield return ("reuse", "Cache reuse");
        yield return ("distributions", "Distributions");
        yield return ("lanes", LaneSection.TitleOf(content));
        yield return ("slowest", "Slowest requests");
        yield return ("settings", "Settings");
    }

    private static string Title(PageContent content) => content.Runs.Count > 1 ? $"{content.Runs.Count} runs compared" : content.Names[0];

    private static string Overview(PageContent content)
    {
        ReportedRun first = content.Runs[0];
        string made = $"made by AgentSim {first.Result.Run.Version}";
        if (content.Runs.Count > 1)
            return $"The first, {content.Names[0]}, is the baseline. Simulated times, {made}.";
        ReplayReport summary = first.Result.Summary;
        if (summary.CompletedRequests == 0) return $"None of {MetricText.Value(summary.NumRequests)} requests completed, {made}.";
        return $"{PeopleUnits.Count(summary.NumRequests, "request")} in {PeopleUnits.Duration(summary.DurationMs)} of simulated time, " +
            $"{made}.";
    }
}
