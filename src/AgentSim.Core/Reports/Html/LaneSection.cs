namespace AgentSim.Reports.Html;

/// <summary>The place that a script draws the lanes into.</summary>
internal static class LaneSection
{
    public static void Write(HtmlWriter page, PageContent content)
    {
        page.Markup("<section id=\"lanes\" aria-labelledby=\"lanes-title\">\n<h2 id=\"lanes-title\">Sessions</h2>\n");
        page.Markup("<p>A lane per session: what its requests did and what came between them. Requests that overlap stand one " +
            "below the other.</p>\n");
        for (int run = 0; run < content.Runs.Count; run++)
        {
            LaneChoice lanes = content.Lanes[run];
            if (!lanes.IsSample) continue;
            page.Write($"<p class=\"note\"><bdi>{content.Names[run]}</bdi> has {MetricText.Value(lanes.AllRequests)} requests in " +
                $"{MetricText.Value(lanes.AllLanes)} sessions; ");
            page.Write($"the lanes show a sample of {MetricText.Value(lanes.Requests)} requests in {MetricText.Value(lanes.Lanes.Count)} " +
                $"sessions, among them the slowest. Everything else on this page counts all requests.</p>\n");
        }

        page.Markup("<ul class=\"legend\" aria-label=\"Colours of the lanes\">");
        foreach ((string part, string meaning) in (ReadOnlySpan<(string, string)>)
            [("tool", "tools"), ("delay", "delay"), ("queue", "waiting to be admitted"), ("prefill", "prefill"), ("decode", "decode"),
                ("other", "turned away or failed")])
        {
            page.Write($"<li><span class=\"part {part}\"></span> {meaning}</li>");
        }

        if (content.Agents.Any(agents => agents is not null))
            page.Markup("<li><span class=\"part path\"></span> critical path of a task</li>");
        page.Markup("</ul>\n<div class=\"toolbar\">");
        if (content.Runs.Count > 1)
        {
            page.Markup("<label for=\"lane-run\">Run</label> <select id=\"lane-run\">");
            for (int run = 0; run < content.Names.Count; run++) page.Write($"<option value=\"{run}\">{content.Names[run]}</option>");
            page.Markup("</select> ");
        }

        page.Markup("<label for=\"lane-filter\">Session</label> <input id=\"lane-filter\" type=\"search\" placeholder=\"part of its " +
            "name\" autocomplete=\"off\" spellcheck=\"false\">\n");
        page.Markup("<button type=\"button\" id=\"lane-in\">Zoom in</button> <button type=\"button\" id=\"lane-out\">Zoom out</button> " +
            "<button type=\"button\" id=\"lane-all\">Show all</button></div>\n");
        page.Markup("<p class=\"hint\" id=\"lane-keys\">Ctrl and the wheel zoom, dragging moves. With the keyboard: ↑ ↓ choose a " +
            "session, ← → a request, + − zoom, Shift with ← → moves, 0 shows all.</p>\n");
        page.Markup("<div id=\"lane-view\" tabindex=\"0\" role=\"application\" aria-label=\"Lanes of the sessions\" " +
            "aria-describedby=\"lane-keys\"><div id=\"lane-space\"><canvas id=\"lane-canvas\"></canvas></div></div>\n");
        page.Markup("<p id=\"lane-detail\" role=\"status\">Choose a request to read about it.</p>\n</section>\n");
    }
}
