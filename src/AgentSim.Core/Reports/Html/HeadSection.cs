using AgentSim.Metrics;

namespace AgentSim.Reports.Html;

/// <summary>The beginning of the page: what ran, on whose timing, with which warnings.</summary>
internal static class HeadSection
{
    public static void Write(HtmlWriter page, PageContent content)
    {
        page.Markup("<section id=\"run\" aria-labelledby=\"run-title\">\n<h2 id=\"run-title\">What ran</h2>\n");
        WriteWarnings(page, content);
        RunFacts[] facts = [.. content.Results.Select((result, run) => RunFacts.Of(result, content.Agents[run]))];
        (string Name, string[] Values)[] rows =
        [
            ("Load", [.. facts.Select(each => each.Load)]),
            ("Engine", [.. facts.Select(each => each.Engine)]),
            ("Workers", [.. facts.Select(each => each.Workers)]),
            ("Router", [.. facts.Select(each => each.Router)]),
            ("Timing", [.. content.Results.Select(result => result.Run.Timing.Length > 0 ? result.Run.Timing : "not stated")]),
            ("Time", [.. facts.Select(each => each.Duration)]),
        ];
        if (content.Runs.Count == 1) WriteList(page, rows);
        else WriteTable(page, content, rows);
        page.Markup("</section>\n");
    }

    private static void WriteList(HtmlWriter page, (string Name, string[] Values)[] rows)
    {
        page.Markup("<dl class=\"facts\">\n");
        foreach ((string name, string[] values) in rows)
        {
            string kind = name == "Timing" ? " class=\"timing\"" : "";
            page.Markup($"<div{kind}>");
            page.Write($"<dt>{name}</dt><dd><bdi>{values[0]}</bdi></dd></div>\n");
        }

        page.Markup("</dl>\n");
    }

    private static void WriteTable(HtmlWriter page, PageContent content, (string Name, string[] Values)[] rows)
    {
        page.BeginTable("What ran", "Run");
        for (int run = 0; run < content.Names.Count; run++)
        {
            page.Write($"<th scope=\"col\"><span class=\"swatch run{run % PlotSections.RunStyles}\"></span> ");
            page.Write($"<bdi>{content.Names[run]}</bdi>{(run == 0 ? " (baseline)" : "")}</th>");
        }

        page.Markup("</tr></thead>\n<tbody>\n");
        foreach ((string name, string[] values) in rows)
        {
            page.Write($"<tr><th scope=\"row\">{name}</th>");
            // What all have in common is said once.
            if (values.Distinct().Count() == 1)
                page.Write($"<td colspan=\"{values.Length}\" data-label=\"all runs\"><bdi>{values[0]}</bdi></td>");
            else
                for (int run = 0; run < values.Length; run++)
                    page.Write($"<td data-label=\"{content.Names[run]}\"><bdi>{values[run]}</bdi></td>");
            page.Markup("</tr>\n");
        }

        page.EndTable();
    }

    // Above the numbers, which have to be read with them.
    private static void WriteWarnings(HtmlWriter page, PageContent content)
    {
        (string Name, string Text)[] notes = [.. content.Runs.SelectMany((run, i) => run.Result.Warnings
            .Select(warning => (content.Names[i], warning.Message))
            .Concat(Beyond(run).Select(note => (content.Names[i], note))))];
        if (notes.Length == 0) return;
        page.Markup("<div class=\"note\" id=\"warnings\"><strong>Read the numbers with this in mind</strong>\n<ul>\n");
        // A warning that all runs have is said once.
        foreach (IGrouping<string, (string Name, string Text)> note in notes.GroupBy(note => note.Text))
        {
            page.Markup("<li>");
            if (content.Runs.Count > 1 && note.Count() < content.Runs.Count)
                page.Write($"<bdi>{string.Join(", ", note.Select(each => each.Name))}</bdi>: ");
            page.Write($"<bdi>{note.Key}</bdi></li>\n");
        }

        page.Markup("</ul></div>\n");
    }

    private static IEnumerable<string> Beyond(ReportedRun run)
    {
        if (MetricText.CutOff(run.Result.Summary) is { } cut) yield return $"{cut}.";
        long others = run.Result.Requests.Count(request => request.TerminalStatus is not Recording.TerminalStatus.Completed);
        if (others > 0)
        {
            yield return $"{PeopleUnits.Count(others, "request")} of {MetricText.Value(run.Result.Summary.NumRequests)} did not complete "
                + $"and {(others == 1 ? "is" : "are")} in no latency or rate; their lanes are dashed.";
        }
    }
}
