using System.Globalization;
using AgentSim.Agents;
using AgentSim.Statistics;

namespace AgentSim.Reports.Html;

/// <summary>
/// Tasks: how many there are, what the time on their critical paths went to, and those that took longest, with links to their lanes.
/// </summary>
internal static class TaskSection
{
    private const int MostTasks = 30;
    private const double BarWidth = 200.0;

    public static void Write(HtmlWriter page, PageContent content)
    {
        if (content.Agents.All(agents => agents is null)) return;
        page.Markup("<section id=\"tasks\" aria-labelledby=\"tasks-title\">\n<h2 id=\"tasks-title\">Tasks</h2>\n");
        page.Markup("<p>A task is an agent's run with its sub-agents. Its critical path leads from its last end back to its begin, ");
        page.Markup("through whatever was waited for: what has to be shorter for the task to be shorter.</p>\n");
        page.Markup("<ul class=\"legend\" aria-label=\"Colours of the parts\">");
        foreach (TimePart part in Enum.GetValues<TimePart>().Where(part => part != TimePart.SubAgents))
        {
            page.Write($"<li><svg width=\"10\" height=\"10\" aria-hidden=\"true\"><rect class=\"{Class(part)}\" width=\"10\" " +
                $"height=\"10\"></rect></svg> ");
            page.Write($"{AgentTable.Label(part)}</li>");
        }

        page.Markup("</ul>\n");
        for (int run = 0; run < content.Runs.Count; run++)
        {
            if (content.Agents[run] is not { } agents) continue;
            if (content.Runs.Count > 1) page.Write($"<h3><bdi>{content.Names[run]}</bdi></h3>\n");
            WriteTotals(page, content.Names[run], agents.Summary);
            WriteTasks(page, content.Names[run], agents, run);
        }

        page.Markup("</section>\n");
    }

    private static void WriteTotals(HtmlWriter page, string name, AgentSummary summary)
    {
        Distribution makespan = summary.TaskMakespan;
        string makespans = summary.CompletedTasks == 0 ? "" : $"; makespan {Ms(makespan.Mean)} on average, p50 {Ms(makespan.Median)}, "
            + $"p90 {Ms(makespan.P90)}, p99 {Ms(makespan.P99)}; "
            + $"{MetricText.Value(summary.TasksPerHour)} tasks per hour, {MetricText.Value(summary.TasksPerHourPerWorker)} per worker";
        page.Write($"<p>{AgentTable.Counts(summary)}, in {MetricText.Value(summary.Sessions)} sessions{makespans}.</p>\n");
        if (summary.CompletedTasks < summary.Tasks)
        {
            page.Markup("<p class=\"note\">Percentiles rank tasks that did not complete behind all others; one that falls on " +
                "these has no samples. ");
            page.Markup("Everything else is about the completed ones.</p>\n");
        }

        if (!(summary.Critical.TotalMs > 0)) return;
        page.BeginTable($"Critical paths of {name}", "Critical path of completed tasks");
        foreach (string column in (string[])["Share (%)", "ms per task", "ms of all"])
            page.Write($"<th scope=\"col\" class=\"number\">{column}</th>");
        page.Markup("</tr></thead>\n<tbody>\n");
        foreach (TimePart part in Enum.GetValues<TimePart>().Where(part => summary.Critical[part] > 0))
        {
            WritePart(page, AgentTable.Label(part), summary.Critical[part]!.Value, summary);
            if (part != TimePart.Tool) continue;
            foreach (ToolTime tool in summary.Tools)
                WritePart(page, $"tools: {PageText.Short(tool.ToolClass.Length > 0 ? tool.ToolClass : "not named")}", tool.Ms, summary);
        }

        WritePart(page, "total", summary.Critical.TotalMs, summary);
        page.EndTable();
    }

    private static void WritePart(HtmlWriter page, string label, double ms, AgentSummary summary)
    {
        page.Write($"<tr><th scope=\"row\"><bdi>{label}</bdi></th>");
        foreach (double value in (double[])[Math.Round(ms / summary.Critical.TotalMs * 100.0, 2), ms / summary.CompletedTasks, ms])
            WriteNumber(page, value);
        page.Markup("</tr>\n");
    }

    private static void WriteNumber(HtmlWriter page, double? value) => page.Write($"<td class=\"number\">{MetricText.Value(value)}</td>");

    private static void WriteTasks(HtmlWriter page, string name, AgentResults agents, int run)
    {
        TaskResult[] longest = [.. agents.Tasks.Where(task => task.MakespanMs is not null)
            .OrderByDescending(task => task.Status != AgentStatus.Completed).ThenByDescending(task => task.MakespanMs).Take(MostTasks)];
        if (longest.Length == 0) return;
        if (longest.Length < agents.Tasks.Count)
            page.Write($"<p class=\"hint\">The {longest.Length} longest of {MetricText.Value(agents.Tasks.Count)} tasks, those that did " +
                $"not complete first.</p>\n");
        bool hasRecorded = longest.Any(task => task.RecordedMakespanMs is not null);
        page.BeginTable($"Tasks of {name}", "Task");
        page.Markup("<th scope=\"col\">Status</th>");
        foreach (string column in (string[])["Sessions", "Requests", "Makespan (ms)", .. hasRecorded ? (string[])["Recorded (ms)"] : []])
            page.Write($"<th scope=\"col\" class=\"number\">{column}</th>");
        page.Markup("<th scope=\"col\">Critical path</th></tr></thead>\n<tbody>\n");
        foreach (TaskResult task in longest)
        {
            string id = PageText.Short(task.TaskId);
            page.Markup("<tr><th scope=\"row\">");
            if (task.CriticalPath is [.., var last]) page.Write($"<a href=\"#lane-{run}-{last.Ordinal}\"><bdi>{id}</bdi></a></th>");
            else page.Write($"<bdi>{id}</bdi></th>");
            page.Write($"<td>{AgentTable.Status(task.Status)}</td>");
            foreach (double? value in (double?[])[task.Sessions, task.Requests, task.MakespanMs]) WriteNumber(page, value);
            if (hasRecorded) WriteNumber(page, task.RecordedMakespanMs);
            page.Markup("<td>");
            WriteBar(page, task.Critical!);
            page.Markup("</td></tr>\n");
        }

        page.EndTable();
    }

    private static void WriteBar(HtmlWriter page, TimeSplit critical)
    {
        page.Write($"<svg class=\"split\" width=\"{BarWidth}\" height=\"12\" role=\"img\" " +
            $"aria-label=\"{critical}\"><title>{critical}</title>");
        double at = 0.0;
        foreach (TimePart part in Enum.GetValues<TimePart>())
        {
            if (!(critical[part] > 0)) continue;
            double width = critical[part]!.Value / critical.TotalMs * BarWidth;
            page.Write($"<rect class=\"{Class(part)}\" x=\"{Coordinate(at)}\" width=\"{Coordinate(width)}\" height=\"12\"></rect>");
            at += width;
        }

        page.Markup("</svg>");
    }

    private static string Coordinate(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Ms(double value) => double.IsFinite(value) ? $"{MetricText.Value(value)} ms" : MetricText.NoSamples;

    private static string Class(TimePart part) => part switch
    {
        TimePart.Queued => "fill-queue",
        TimePart.Prefill => "fill-prefill",
        TimePart.Transfer => "fill-other",
        TimePart.Decode => "fill-decode",
        TimePart.Tool => "fill-tool",
        TimePart.RecordedStart => "fill-recorded",
        _ => "fill-delay",
    };
}
