using System.Globalization;
using AgentSim.Agents;

namespace AgentSim.Reports.Html;

/// <summary>
/// Tasks: how long they take, what the time on their critical paths goes to, and those that took longest, with links to their lanes.
/// </summary>
internal static class TaskSection
{
    private const int MostTasks = 30;

    private static readonly TimePart[] Parts = Enum.GetValues<TimePart>();

    public static void Write(HtmlWriter page, PageContent content)
    {
        if (content.Agents.All(agents => agents is null)) return;
        page.Markup("<section id=\"tasks\" aria-labelledby=\"tasks-title\">\n<h2 id=\"tasks-title\">Tasks</h2>\n");
        page.Markup("<p>A task is an agent's run with its sub-agents. Its makespan is how long it takes: from the arrival of its first ");
        page.Markup("request to the end of its last one. Its critical path is the chain of requests, tools and pauses that this time ");
        page.Markup("consists of, each of which waited for the one before: only what gets shorter there makes the task shorter.</p>\n");
        (string Name, int Run, AgentResults Agents)[] runs = [.. content.Agents.Select((agents, run) => (content.Names[run], run, agents))
            .Where(each => each.agents is not null).Select(each => (each.Item1, each.run, each.agents!))];
        page.Markup("<div class=\"columns\">\n<div>\n");
        WriteMakespans(page, runs);
        page.Markup("</div>\n<div>\n");
        WriteParts(page, runs);
        page.Markup("</div>\n</div>\n");
        if (runs.Any(run => run.Agents.Summary.CompletedTasks < run.Agents.Summary.Tasks))
        {
            page.Markup("<p class=\"note\">Percentiles rank tasks that did not complete behind all others; one that falls on " +
                "these has no samples. Everything else is about the completed ones.</p>\n");
        }

        WriteNotes(page, [.. runs.Select(run => run.Agents)]);
        WriteLegend(page, runs);
        foreach ((string name, int run, AgentResults agents) in runs)
        {
            if (runs.Length > 1) page.Write($"<details><summary>Tasks of <bdi>{name}</bdi></summary>\n");
            WriteTasks(page, name, agents, run);
            if (runs.Length > 1) page.Markup("</details>\n");
        }

        page.Markup("</section>\n");
    }

    private static void WriteNotes(HtmlWriter page, AgentResults[] runs)
    {
        foreach (string pauses in runs.Select(run => AgentTable.PausesMeaning(run.Summary)).OfType<string>().Distinct())
            page.Write($"<p>{pauses}.</p>\n");
        if (runs.Any(run => run.Tasks.Any(task => task.RecordedMakespanMs is not null)))
            page.Markup("<p>Recorded: how long the task took when its trace was recorded, on whatever served it then.</p>\n");
        if (runs.Select(run => run.Summary).FirstOrDefault(IsFew) is { } few)
        {
            page.Write($"<p class=\"note\">Only {AgentSim.Metrics.PeopleUnits.Count(few.CompletedTasks, "task")} completed: p90 and p99 " +
                $"are next to the longest one, and another few tasks may give quite other numbers.</p>\n");
        }
    }

    /// <summary>True where there are too few tasks for their upper percentiles to tell more than the longest does.</summary>
    public static bool IsFew(AgentSummary summary) => summary.CompletedTasks is > 0 and < 20;

    private static void WriteMakespans(HtmlWriter page, (string Name, int Run, AgentResults Agents)[] runs)
    {
        (string Label, Func<AgentSummary, string> Value)[] rows =
        [
            ("Tasks", summary => AgentTable.Counts(summary)),
            ("Sessions", summary => MetricText.Value(summary.Sessions)),
            ("Makespan, mean", summary => PeopleText.Ms(summary.TaskMakespan.Mean)),
            ("Makespan, median", summary => PeopleText.Ms(summary.TaskMakespan.Median)),
            ("Makespan, p90", summary => PeopleText.Ms(summary.TaskMakespan.P90)),
            ("Makespan, p99", summary => PeopleText.Ms(summary.TaskMakespan.P99)),
            ("Tasks per hour", summary => MetricText.Value(summary.TasksPerHour)),
            ("Tasks per hour and worker", summary => MetricText.Value(summary.TasksPerHourPerWorker)),
        ];
        BeginRuns(page, "Tasks of all runs", "", runs);
        foreach ((string label, Func<AgentSummary, string> value) in rows)
        {
            page.Write($"<tr><th scope=\"row\">{label}</th>");
            foreach ((string name, _, AgentResults agents) in runs)
                page.Write($"<td class=\"number\" data-label=\"{name}\">{value(agents.Summary)}</td>");
            page.Markup("</tr>\n");
        }

        page.EndTable();
    }

    private static void WriteParts(HtmlWriter page, (string Name, int Run, AgentResults Agents)[] runs)
    {
        BeginRuns(page, "Where the time of a task goes", "Time per task", runs);
        foreach (TimePart part in Parts.Where(part => runs.Any(run => run.Agents.Summary.Critical[part] > 0)))
        {
            WritePart(page, AgentTable.Label(part), part, runs, summary => summary.Critical[part]);
            if (part != TimePart.Tool) continue;
            foreach (string tool in runs.SelectMany(run => run.Agents.Summary.Tools).Select(tool => tool.ToolClass).Distinct())
            {
                WritePart(page, $"tools: {PageText.Short(tool.Length > 0 ? tool : "not named")}", null, runs, summary =>
                    summary.Tools.Where(each => each.ToolClass == tool).Sum(each => each.Ms), isOfTools: true);
            }
        }

        WritePart(page, "all", null, runs, summary => summary.Critical.TotalMs);
        page.EndTable();
    }

    private static void WritePart(HtmlWriter page, string label, TimePart? part, (string Name, int Run, AgentResults Agents)[] runs,
        Func<AgentSummary, double?> value, bool isOfTools = false)
    {
        page.Markup(isOfTools ? "<tr><th scope=\"row\" class=\"part-of\">" : "<tr><th scope=\"row\">");
        if (part is { } known) WriteSwatch(page, known);
        page.Write($"<bdi>{label}</bdi></th>");
        foreach ((string name, _, AgentResults agents) in runs)
        {
            AgentSummary summary = agents.Summary;
            page.Write($"<td class=\"number\" data-label=\"{name}\">");
            if (value(summary) is { } ms && summary.CompletedTasks > 0 && summary.Critical.TotalMs > 0)
            {
                page.Write($"{PeopleText.Ms(ms / summary.CompletedTasks)} <small>");
                page.Write($"{AgentSim.Metrics.PeopleUnits.Percent(ms / summary.Critical.TotalMs)}</small>");
            }
            else
            {
                page.Markup(MetricText.None);
            }

            page.Markup("</td>");
        }

        page.Markup("</tr>\n");
    }

    private static void BeginRuns(HtmlWriter page, string title, string first, (string Name, int Run, AgentResults Agents)[] runs)
    {
        page.BeginTable(title, first.Length > 0 ? first : "Tasks", isStacked: runs.Length > 1);
        foreach ((string name, int run, _) in runs)
        {
            page.Markup("<th scope=\"col\" class=\"number\">");
            if (runs.Length > 1) page.Write($"<span class=\"swatch run{run % PlotSections.RunStyles}\"></span> <bdi>{name}</bdi>");
            else page.Markup(first.Length > 0 ? "Share of the critical path" : "Value");
            page.Markup("</th>");
        }

        page.Markup("</tr></thead>\n<tbody>\n");
    }

    private static void WriteLegend(HtmlWriter page, (string Name, int Run, AgentResults Agents)[] runs)
    {
        page.Markup("<ul class=\"legend\" aria-label=\"Colours of the parts\">");
        foreach (TimePart part in Parts.Where(part => runs.Any(run => run.Agents.Summary.Critical[part] > 0)))
        {
            page.Markup("<li>");
            WriteSwatch(page, part);
            page.Write($"{AgentTable.Label(part)}</li>");
        }

        page.Markup("</ul>\n");
    }

    private static void WriteSwatch(HtmlWriter page, TimePart part) =>
        page.Write($"<svg width=\"10\" height=\"10\" aria-hidden=\"true\"><rect class=\"{Class(part)}\" width=\"10\" " +
            $"height=\"10\"></rect></svg> ");

    private static void WriteTasks(HtmlWriter page, string name, AgentResults agents, int run)
    {
        TaskResult[] longest = [.. agents.Tasks.Where(task => task.MakespanMs is not null)
            .OrderByDescending(task => task.Status != AgentStatus.Completed).ThenByDescending(task => task.MakespanMs).Take(MostTasks)];
        if (longest.Length == 0) return;
        if (longest.Length < agents.Tasks.Count)
            page.Write($"<p class=\"hint\">The {longest.Length} longest of {MetricText.Value(agents.Tasks.Count)} tasks, those that did " +
                $"not complete first.</p>\n");
        bool hasRecorded = longest.Any(task => task.RecordedMakespanMs is not null);
        double most = longest.Max(task => task.Critical?.TotalMs ?? 0.0);
        page.BeginTable($"Tasks of {name}", "Task", isStacked: true);
        page.Markup("<th scope=\"col\">Status</th>");
        foreach (string column in (string[])["Sessions", "Requests", "Makespan", .. hasRecorded ? (string[])["Recorded"] : []])
            page.Write($"<th scope=\"col\" class=\"number\">{column}</th>");
        page.Markup("<th scope=\"col\" class=\"wide\">Critical path, to scale</th></tr></thead>\n<tbody>\n");
        foreach (TaskResult task in longest)
        {
            string id = PageText.Short(task.TaskId);
            page.Markup("<tr><th scope=\"row\" class=\"id\">");
            if (task.CriticalPath is [.., var last]) page.Write($"<a href=\"#lane-{run}-{last.Ordinal}\"><bdi>{id}</bdi></a></th>");
            else page.Write($"<bdi>{id}</bdi></th>");
            page.Write($"<td data-label=\"Status\">{AgentTable.Status(task.Status)}</td>");
            WriteNumber(page, "Sessions", MetricText.Value(task.Sessions));
            WriteNumber(page, "Requests", MetricText.Value(task.Requests));
            WriteNumber(page, "Makespan", PeopleText.Ms(task.MakespanMs));
            if (hasRecorded) WriteNumber(page, "Recorded", PeopleText.Ms(task.RecordedMakespanMs));
            page.Markup("<td data-label=\"Critical path\" class=\"wide\">");
            if (task.Critical is { } critical) WriteBar(page, critical, most);
            page.Markup("</td></tr>\n");
        }

        page.EndTable();
    }

    private static void WriteNumber(HtmlWriter page, string column, string value) =>
        page.Write($"<td class=\"number\" data-label=\"{column}\">{value}</td>");

    private static void WriteBar(HtmlWriter page, TimeSplit critical, double most)
    {
        string words = string.Join(", ", Parts.Where(part => critical[part] > 0)
            .Select(part => $"{AgentTable.Label(part)} {PeopleText.Ms(critical[part])}"));
        page.Write($"<svg class=\"split\" width=\"100%\" height=\"14\" role=\"img\" aria-label=\"{words}\"><title>{words}</title>");
        double at = 0.0;
        foreach (TimePart part in Parts)
        {
            if (!(critical[part] > 0)) continue;
            double width = critical[part]!.Value / most * 100.0;
            page.Write($"<rect class=\"{Class(part)}\" x=\"{Coordinate(at)}%\" width=\"{Coordinate(width)}%\" height=\"14\"></rect>");
            at += width;
        }

        page.Markup("</svg>");
    }

    private static string Coordinate(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

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
