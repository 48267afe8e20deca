using AgentSim.Metrics;

namespace AgentSim.Reports.Html;

/// <summary>The place that a script draws the lanes into.</summary>
internal static class LaneSection
{
    /// <summary>What the lanes are of.</summary>
    public static string TitleOf(PageContent content) => content.Lanes.All(lanes => lanes.IsByWorker) ? "Workers" : "Sessions";

    public static void Write(HtmlWriter page, PageContent content)
    {
        bool hasSessions = content.Lanes.Any(lanes => !lanes.IsByWorker);
        page.Write($"<section id=\"lanes\" aria-labelledby=\"lanes-title\">\n<h2 id=\"lanes-title\">{TitleOf(content)}</h2>\n");
        if (hasSessions)
        {
            page.Markup("<p>A lane per session, sub-agents below their parents: what its requests did and what came between them. " +
                "Requests that overlap stand one below the other.</p>\n");
        }

        if (content.Lanes.Any(lanes => lanes.IsByWorker))
        {
            page.Markup("<p>Requests that belong to no session have a lane per worker: those that ran at the same time one below the " +
                "other, from admission to the last token. How long they waited before stands in their descriptions.</p>\n");
        }

        WriteSamples(page, content);
        WriteLegend(page, content, hasSessions);
        page.Markup("<div class=\"toolbar\">");
        if (content.Runs.Count > 1)
        {
            page.Markup("<label for=\"lane-run\">Run</label> <select id=\"lane-run\">");
            for (int run = 0; run < content.Names.Count; run++) page.Write($"<option value=\"{run}\">{content.Names[run]}</option>");
            page.Markup("</select> ");
        }

        page.Write($"<label for=\"lane-filter\">{(hasSessions ? "Session" : "Worker")}</label> <input id=\"lane-filter\" " +
            $"type=\"search\" placeholder=\"part of its name\" autocomplete=\"off\" spellcheck=\"false\">\n");
        page.Markup("<button type=\"button\" id=\"lane-in\">Zoom in</button> <button type=\"button\" id=\"lane-out\">Zoom out</button> " +
            "<button type=\"button\" id=\"lane-all\">Show all</button></div>\n");
        page.Markup("<p class=\"hint\" id=\"lane-keys\">Ctrl and the wheel zoom, dragging moves. With the keyboard: ↑ ↓ choose a " +
            "lane, ← → a request, + − zoom, Shift with ← → moves, 0 shows all.</p>\n");
        page.Write($"<div id=\"lane-view\" tabindex=\"0\" role=\"application\" aria-label=\"Lanes of the " +
            $"{(hasSessions ? "sessions" : "workers")}\" aria-describedby=\"lane-keys\">");
        page.Markup("<div id=\"lane-space\"><canvas id=\"lane-canvas\"></canvas></div></div>\n");
        page.Markup("<p id=\"lane-detail\" role=\"status\">Choose a request to read about it.</p>\n</section>\n");
    }

    private static void WriteSamples(HtmlWriter page, PageContent content)
    {
        for (int run = 0; run < content.Runs.Count; run++)
        {
            LaneChoice lanes = content.Lanes[run];
            if (!lanes.IsSample) continue;
            string all = PeopleUnits.Count(lanes.AllRequests, "request"), shown = PeopleUnits.Count(lanes.Requests, "request");
            string inSessions = lanes.IsByWorker ? "" : $" in {PeopleUnits.Count(lanes.AllLanes, "session")}";
            string inShown = lanes.IsByWorker ? "" : $" in {PeopleUnits.Count(lanes.Lanes.Count, "session")}";
            page.Write($"<p class=\"note\"><bdi>{content.Names[run]}</bdi> has {all}{inSessions}; ");
            page.Write($"the lanes show a sample of {shown}{inShown}, among them the slowest. ");
            page.Markup("Everything else on this page counts all requests.</p>\n");
        }
    }

    private static void WriteLegend(HtmlWriter page, PageContent content, bool hasSessions)
    {
        page.Markup("<ul class=\"legend\" aria-label=\"Colours of the lanes\">");
        foreach ((string part, string meaning, bool isOfSessions) in (ReadOnlySpan<(string, string, bool)>)
            [("sub", "waiting for sub-agents", true), ("tool", "tools", true), ("delay", "pauses", true),
                ("queue", "queued: waiting to be admitted", true), ("prefill", "prefill", false), ("decode", "decode", false),
                ("other", "turned away or failed", false)])
        {
            if (hasSessions || !isOfSessions) page.Write($"<li><span class=\"part {part}\"></span> {meaning}</li>");
        }

        if (content.Agents.Any(agents => agents is not null))
            page.Markup("<li><span class=\"part path\"></span> critical path of a task</li>");
        page.Markup("</ul>\n");
    }
}
