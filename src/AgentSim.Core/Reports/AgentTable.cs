using System.Globalization;
using System.Text;
using AgentSim.Agents;

namespace AgentSim.Reports;

/// <summary>What the tasks of a replay come to, as the terminal shows it, in less than 80 columns.</summary>
public static class AgentTable
{
    private const int MostTasks = 10;
    private const int NameWidth = 24;

    /// <summary>One line: how many tasks there are, how long they took, and what most of that time went to.</summary>
    /// <param name="summary">What the tasks come to.</param>
    public static string Line(AgentSummary summary)
    {
        ArgumentNullException.ThrowIfNull(summary);
        string makespans = summary.CompletedTasks == 0
            ? "none completed"
            : $"makespan {Ms(summary.TaskMakespan.Median)} ms (p50), {Ms(summary.TaskMakespan.P99)} ms (p99)";
        string most = string.Join(", ", Enum.GetValues<TimePart>()
            .Where(part => summary.ShareOf(part) > 0.005).OrderByDescending(part => summary.ShareOf(part)).Take(3)
            .Select(part => string.Create(CultureInfo.InvariantCulture, $"{Label(part)} {summary.ShareOf(part) * 100:0.#} %")));
        return $"{Counts(summary)}: {makespans}{(most.Length > 0 ? $"; critical path: {most}" : "")}";
    }

    /// <summary>Counts, makespans, rates, the critical path and the tasks that took longest; every line ends with a line feed.</summary>
    /// <param name="agents">The tasks and sessions.</param>
    public static string Render(AgentResults agents)
    {
        ArgumentNullException.ThrowIfNull(agents);
        AgentSummary summary = agents.Summary;
        var text = new StringBuilder();
        text.Append("Tasks and sessions\n");
        TextTable.Append(text,
        [
            ["Metric", "avg", "p50", "p90", "p99"],
            ["Task Makespan (ms)", Ms(summary.TaskMakespan.Mean), Ms(summary.TaskMakespan.Median), Ms(summary.TaskMakespan.P90),
                Ms(summary.TaskMakespan.P99)],
        ]);
        text.Append(CultureInfo.InvariantCulture, $"{Counts(summary)}, in {summary.Sessions:N0} sessions\n");
        if (summary.CompletedTasks < summary.Tasks)
            text.Append("Percentiles rank those that did not complete last; N/A: one falls on these\n");
        text.Append(CultureInfo.InvariantCulture,
            $"Tasks per hour: {Ms(summary.TasksPerHour)}, per worker {Ms(summary.TasksPerHourPerWorker)}\n");
        AppendShares(text, summary);
        AppendLongest(text, agents);
        return text.ToString();
    }

    private static void AppendShares(StringBuilder text, AgentSummary summary)
    {
        if (!(summary.Critical.TotalMs > 0)) return;
        text.Append("Critical path of completed tasks:\n");
        var rows = new List<string[]> { (string[])["Part", "Share (%)", "ms per task"] };
        foreach (TimePart part in Enum.GetValues<TimePart>().Where(part => summary.Critical[part] > 0))
        {
            rows.Add([Label(part), Percent(summary.ShareOf(part)), Ms(summary.Critical[part] / summary.CompletedTasks)]);
            if (part != TimePart.Tool) continue;
            foreach (ToolTime tool in summary.Tools)
            {
                string name = Cut(tool.ToolClass.Length > 0 ? tool.ToolClass : "(not named)");
                rows.Add([$"  {name}", Percent(tool.Ms / summary.Critical.TotalMs), Ms(tool.Ms / summary.CompletedTasks)]);
            }
        }

        TextTable.Append(text, rows);
    }

    private static void AppendLongest(StringBuilder text, AgentResults agents)
    {
        TaskResult[] longest = [.. agents.Tasks.Where(task => task.MakespanMs is not null)
            .OrderByDescending(task => task.Status != AgentStatus.Completed).ThenByDescending(task => task.MakespanMs).Take(MostTasks)];
        if (longest.Length == 0) return;
        bool hasRecorded = longest.Any(task => task.RecordedMakespanMs is not null);
        text.Append(longest.Length < agents.Tasks.Count ? "Longest tasks, those that did not complete first:\n" : "Tasks:\n");
        string[] headers = ["Task", "Status", "Requests", "Makespan (ms)", .. hasRecorded ? (string[])["Recorded"] : []];
        TextTable.Append(text, [headers, .. longest.Select(task => (string[])
        [
            Cut(task.TaskId), Status(task.Status), task.Requests.ToString("N0", CultureInfo.InvariantCulture), Ms(task.MakespanMs!.Value),
            .. hasRecorded ? (string[])[Ms(task.RecordedMakespanMs)] : [],
        ])]);
    }

    /// <summary>A part of the time as readers see it.</summary>
    internal static string Label(TimePart part) => part switch
    {
        TimePart.SubAgents => "sub-agents",
        TimePart.RecordedStart => "recorded start",
        TimePart.Tool => "tools",
        TimePart.Delay => "pauses",
        _ => TimeSplit.NameOf(part),
    };

    /// <summary>What pauses are, as a sentence without a full stop; null where no task had one.</summary>
    internal static string? PausesMeaning(AgentSummary summary) => summary.Critical[TimePart.Delay] > 0
        ? "Pauses are the time between an answer and the next request that the trace or load asks for "
            + (summary.Critical[TimePart.Tool] is null ? "(tools, which it does not tell apart, " : "beside tools (")
            + "people, the agent's own work, the network); they are replayed, not simulated"
        : null;

    /// <summary>A status as readers see it.</summary>
    internal static string Status(AgentStatus status) => status switch
    {
        AgentStatus.Completed => "completed",
        AgentStatus.Failed => "failed",
        _ => "unfinished",
    };

    /// <summary>How many tasks there are and what became of them.</summary>
    internal static string Counts(AgentSummary summary)
    {
        var parts = new List<string>();
        if (summary.FailedTasks > 0) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{summary.FailedTasks:N0} failed"));
        if (summary.UnfinishedTasks > 0) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{summary.UnfinishedTasks:N0} unfinished"));
        if (summary.NotBegunTasks > 0)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{summary.NotBegunTasks:N0} more did not begin"));
        string rest = parts.Count > 0 ? $" ({string.Join(", ", parts)})" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{summary.CompletedTasks:N0} of {summary.Tasks:N0} tasks completed{rest}");
    }

    private static string Percent(double? share) => share is { } known ? (known * 100.0).ToString("N1", CultureInfo.InvariantCulture)
        : "N/A";

    private static string Ms(double? value) => value is { } known ? MetricTable.Number(known) : "N/A";

    private static string Cut(string name) => name.Length <= NameWidth ? name : "…" + name[^(NameWidth - 1)..];
}
