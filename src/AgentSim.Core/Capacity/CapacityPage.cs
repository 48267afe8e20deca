using System.Text;
using AgentSim.Reports;
using AgentSim.Reports.Html;
using AgentSim.Simulation;

namespace AgentSim.Capacity;

/// <summary>
/// Writes answers as one HTML file that needs nothing else: each answer with its verdict, the metrics of the limits over the values
/// with the limits as lines, the front, reuse over the size of the cache, and every number as a table.
/// </summary>
public static class CapacityPage
{
    private const string Title = "Capacity";

    /// <summary>Writes the page, UTF-8.</summary>
    /// <param name="stream">Written to, not closed.</param>
    /// <param name="answers">At least one.</param>
    /// <param name="cancellation">Ends the writing.</param>
    public static void Write(Stream stream, IReadOnlyList<CapacityAnswer> answers, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(answers);
        ArgumentOutOfRangeException.ThrowIfZero(answers.Count, nameof(answers));
        using var text = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true)
        { NewLine = "\n" };
        var page = new HtmlWriter(text);
        var content = new CapacityPageData(answers);
        WriteHead(page, answers);
        WriteAnswers(page, answers);
        WritePlots(page, content);
        foreach (CapacityAnswer answer in answers) WritePoints(page, answer);
        page.Markup("<p class=\"hint\">Plots: uPlot, © Leon Sorokin, MIT licence (in the source of this page).</p>\n</main>\n");
        page.Markup("<script type=\"application/json\" id=\"data\">");
        text.Flush();
        cancellation.ThrowIfCancellationRequested();
        content.Write(stream);
        page.Markup("</script>\n");
        foreach (string script in PageResources.CapacityScripts) page.Markup($"<script>{script}</script>\n");
        page.Markup("</body>\n</html>\n");
    }

    private static void WriteHead(HtmlWriter page, IReadOnlyList<CapacityAnswer> answers)
    {
        page.Markup("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        page.Write($"<meta http-equiv=\"Content-Security-Policy\" content=\"{PageResources.PolicyOf(PageResources.CapacityScripts)}\">\n");
        page.Write($"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" ");
        page.Write($"content=\"light dark\">\n<meta name=\"generator\" content=\"AgentSim {Replay.Version}\">\n<title>{Title}</title>\n");
        foreach (string style in PageResources.Styles) page.Markup($"<style>{style}</style>\n");
        page.Write($"</head>\n<body>\n<a class=\"skip\" href=\"#content\">Skip to the content</a>\n<header>\n<h1>{Title}</h1>\n");
        foreach (string timing in answers.Select(answer => answer.Timing).Distinct())
            page.Write($"<p>Simulated times, made by AgentSim {Replay.Version}. Timing: {timing}.</p>\n");
        page.Markup("</header>\n<main id=\"content\">\n");
        page.Markup("<noscript><p class=\"note\">Plots need JavaScript; the tables do not.</p></noscript>\n");
    }

    private static void WriteAnswers(HtmlWriter page, IReadOnlyList<CapacityAnswer> answers)
    {
        page.Markup("<section id=\"answers\" aria-labelledby=\"answers-title\">\n<h2 id=\"answers-title\">Answers</h2>\n");
        foreach (CapacityAnswer answer in answers)
        {
            page.Write($"<div class=\"note\"><p><strong><bdi>{PageText.Short(answer.ToString())}</bdi></strong></p>\n");
            foreach (string line in CapacityTable.Lines(answer)) page.Write($"<p>{line}</p>\n");
            if (answer.Cache is { } cache && answer.Limits.Count > 0) page.Write($"<p>{CacheText.Headline(cache)}</p>\n");
            page.Markup("</div>\n");
        }

        page.Markup("</section>\n");
    }

    private static void WritePlots(HtmlWriter page, CapacityPageData content)
    {
        page.Markup("<section id=\"plots\" aria-labelledby=\"plots-title\">\n<h2 id=\"plots-title\">Pictures</h2>\n");
        page.Markup("<div class=\"plots\">\n");
        for (int limit = 0; limit < content.Metrics.Count; limit++)
            PlotSections.Figure(page, $"plot-limit-{limit}", $"{content.Metrics[limit]} over {content.Unit}, with its limit");
        if (content.HasFront) PlotSections.Figure(page, "plot-front", $"The front: {content.Metrics[0]} over GPUs");
        foreach ((int index, string name) in content.Caches)
            PlotSections.Figure(page, $"plot-cache-{index}", $"Reuse over the size of the cache: {name}");
        page.Markup("</div>\n</section>\n");
    }

    private static void WritePoints(HtmlWriter page, CapacityAnswer answer)
    {
        page.Write($"<details><summary>Every value that was replayed: <bdi>{PageText.Short(answer.Configuration)}</bdi></summary>\n");
        page.BeginTable("Every value that was replayed", CapacityPageData.UnitOf(answer.Target));
        Heading(page, "Outcome", isNumber: false);
        foreach (CapacityMargin limit in answer.Limits)
        {
            Heading(page, limit.Metric);
            Heading(page, "Margin");
        }

        Heading(page, "GPUs");
        Heading(page, "GPU hours");
        if (answer.Cache is not null) foreach (string name in (string[])["GB", "Reused", "Ideal eviction"]) Heading(page, name);
        Heading(page, "Remark", isNumber: false);
        page.Markup("</tr></thead>\n<tbody>\n");
        foreach (CapacityPoint point in answer.Points) WritePoint(page, answer, point);
        page.EndTable();
        page.Markup("</details>\n");
    }

    private static void WritePoint(HtmlWriter page, CapacityAnswer answer, CapacityPoint point)
    {
        string outcome = point.Outcome switch
        {
            CapacityOutcome.Passed => "✓ kept",
            CapacityOutcome.Failed => "✗ missed",
            _ => "? with some seeds",
        };
        page.Write($"<tr><th scope=\"row\">{CapacityText.Number(point.Value)}</th><td>{outcome}</td>");
        foreach (CapacityMargin limit in point.Limits)
        {
            Cell(page, MetricText.Value(limit.Value));
            Cell(page, limit.MarginPercent is { } margin ? CapacityText.Percent(margin) : MetricText.None);
        }

        Cell(page, CapacityText.Number(point.Gpus));
        Cell(page, MetricText.Value(point.GpuHours));
        if (answer.Cache?.Sizes.FirstOrDefault(size => size.Blocks == (long)point.Value) is { } size)
        {
            Cell(page, CacheText.Giga(size.GigaBytes));
            Cell(page, CacheText.Share(size.Reuse));
            Cell(page, CacheText.Share(size.IdealReuse));
        }

        string[] remarks =
        [
            .. point.Value == answer.Answer ? (string[])["the answer"] : [],
            .. point.IsOnFront ? (string[])["on the front"] : [],
            .. answer.Cache?.CliffBlocks == (long)point.Value ? (string[])["the cliff"] : [],
            .. point.Problem is { } problem ? (string[])[problem] : [],
        ];
        page.Write($"<td>{string.Join("; ", remarks)}</td></tr>\n");
    }

    private static void Heading(HtmlWriter page, string text, bool isNumber = true)
    {
        if (isNumber) page.Write($"<th scope=\"col\" class=\"number\">{text}</th>");
        else page.Write($"<th scope=\"col\">{text}</th>");
    }

    private static void Cell(HtmlWriter page, string text) => page.Write($"<td class=\"number\">{text}</td>");
}
