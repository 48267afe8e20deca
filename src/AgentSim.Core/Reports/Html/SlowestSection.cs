using AgentSim.Recording;

namespace AgentSim.Reports.Html;

/// <summary>The requests with the longest latency, with links to their lanes.</summary>
internal static class SlowestSection
{
    private static readonly string[] Columns = ["Latency", "First token", "Arrival", "Prompt tokens", "of them reused", "Output tokens"];

    public static void Write(HtmlWriter page, PageContent content)
    {
        page.Markup("<section id=\"slowest\" aria-labelledby=\"slowest-title\">\n<h2 id=\"slowest-title\">Slowest requests</h2>\n");
        for (int run = 0; run < content.Runs.Count; run++)
        {
            string name = content.Names[run];
            if (content.Runs.Count > 1) page.Write($"<details><summary><bdi>{name}</bdi></summary>\n");
            page.BeginTable($"Slowest requests of {name}", "Request", isStacked: true);
            foreach (string column in Columns) page.Write($"<th scope=\"col\" class=\"number\">{column}</th>");
            bool hasSessions = !content.Lanes[run].IsByWorker;
            page.Markup(hasSessions ? "<th scope=\"col\">Session</th></tr></thead>\n<tbody>\n" : "</tr></thead>\n<tbody>\n");
            foreach (RequestResult request in content.Slowest[run]) WriteRow(page, content.Runs[run], run, request, hasSessions);
            page.EndTable();
            if (content.Runs.Count > 1) page.Markup("</details>\n");
        }

        page.Markup("</section>\n");
    }

    private static void WriteRow(HtmlWriter page, ReportedRun run, int number, RequestResult request, bool hasSessions)
    {
        string id = PageText.Short(request.RequestId ?? $"request {request.Ordinal}");
        page.Write($"<tr><th scope=\"row\" class=\"id\"><a href=\"#lane-{number}-{request.Ordinal}\"><bdi>{id}</bdi></a></th>");
        string[] values =
        [
            PeopleText.Ms(request.E2eLatencyMs), PeopleText.Ms(request.TtftMs), PeopleText.Ms(request.ArrivalTimeMs),
            MetricText.Value(request.InputLength), MetricText.Value(request.ReusedInputTokens), MetricText.Value(request.OutputLength),
        ];
        foreach ((string column, string value) in Columns.Zip(values))
            page.Write($"<td class=\"number\" data-label=\"{column}\">{value}</td>");
        if (hasSessions)
        {
            string session = PageText.Short(LaneChoice.NameOf(run.Result.Origin.Load, request));
            page.Write($"<td data-label=\"Session\" class=\"id\"><bdi>{session}</bdi></td>");
        }

        page.Markup("</tr>\n");
    }
}
