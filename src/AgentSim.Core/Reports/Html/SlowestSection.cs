using AgentSim.Recording;

namespace AgentSim.Reports.Html;

/// <summary>The requests with the longest latency, with links to their lanes.</summary>
internal static class SlowestSection
{
    private static readonly string[] Columns = ["Latency (ms)", "TTFT (ms)", "Arrival (ms)", "Prompt tokens", "of them reused",
        "Output tokens"];

    public static void Write(HtmlWriter page, PageContent content)
    {
        page.Markup("<section id=\"slowest\" aria-labelledby=\"slowest-title\">\n<h2 id=\"slowest-title\">Slowest requests</h2>\n");
        for (int run = 0; run < content.Runs.Count; run++)
        {
            string name = content.Names[run];
            if (content.Runs.Count > 1) page.Write($"<h3><bdi>{name}</bdi></h3>\n");
            page.BeginTable($"Slowest requests of {name}", "Request");
            foreach (string column in Columns) page.Write($"<th scope=\"col\" class=\"number\">{column}</th>");
            page.Markup("<th scope=\"col\">Session</th></tr></thead>\n<tbody>\n");
            foreach (RequestResult request in content.Slowest[run]) WriteRow(page, content.Runs[run], run, request);
            page.EndTable();
        }

        page.Markup("</section>\n");
    }

    private static void WriteRow(HtmlWriter page, ReportedRun run, int number, RequestResult request)
    {
        string id = PageText.Short(request.RequestId ?? $"request {request.Ordinal}");
        page.Write($"<tr><th scope=\"row\"><a href=\"#lane-{number}-{request.Ordinal}\"><bdi>{id}</bdi></a></th>");
        page.Write($"<td class=\"number\">{MetricText.Value(request.E2eLatencyMs)}</td><td " +
            $"class=\"number\">{MetricText.Value(request.TtftMs)}</td>");
        page.Write($"<td class=\"number\">{MetricText.Value(request.ArrivalTimeMs)}</td><td " +
            $"class=\"number\">{MetricText.Value(request.InputLength)}</td>");
        page.Write($"<td class=\"number\">{MetricText.Value(request.ReusedInputTokens)}</td><td " +
            $"class=\"number\">{MetricText.Value(request.OutputLength)}</td>");
        page.Write($"<td><bdi>{PageText.Short(LaneChoice.NameOf(run.Result.Origin.Load, request))}</bdi></td></tr>\n");
    }
}
