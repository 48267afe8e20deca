using AgentSim.Agents;

namespace AgentSim.Metrics;

// The metrics of tasks, which a report has when it is asked for them.
internal sealed partial class MetricCatalog
{
    private static readonly string[] OfMakespans = ["mean", "median", "p90", "p99"];

    private static MetricRow[] Agents() =>
    [
        new()
        {
            Name = "num_tasks", Label = "Tasks", Title = "Tasks", Unit = "tasks", IsWhole = true, Group = MetricGroup.Agents,
            Value = report => report.Agents!.Tasks,
            Meaning = "Tasks that began, whatever became of them; not those that a time cap kept from beginning.",
        },
        new()
        {
            Name = "completed_tasks", Label = "Completed tasks", Title = "Completed tasks", Unit = "tasks", IsWhole = true,
            Direction = MetricDirection.Higher, IsHeadline = true, Group = MetricGroup.Agents,
            Value = report => report.Agents!.CompletedTasks,
            Meaning = "Tasks of which every request completed; means, rates and shares are of these alone.",
        },
        new()
        {
            Name = "failed_tasks", Label = "Failed tasks", Title = "Failed tasks", Unit = "tasks", IsWhole = true,
            Direction = MetricDirection.Lower, Group = MetricGroup.Agents,
            Value = report => report.Agents!.FailedTasks,
            Meaning = "Tasks of which a request was rejected, cancelled, failed or skipped.",
        },
        new()
        {
            Name = "unfinished_tasks", Label = "Unfinished tasks", Title = "Unfinished tasks", Unit = "tasks", IsWhole = true,
            Direction = MetricDirection.Lower, Group = MetricGroup.Agents,
            Value = report => report.Agents!.UnfinishedTasks,
            Meaning = "Tasks that a time cap cut off after they had begun.",
        },
        new()
        {
            Name = "task_makespan_ms", Label = "Task makespan", Title = "Task makespan", Unit = Milliseconds,
                Direction = MetricDirection.Lower,
            HeadlineStatistics = ["median", "p99"], ViewLabel = "Task makespan (ms)", Place = 10, Group = MetricGroup.Agents,
            Distribution = report => report.Agents!.TaskMakespan,
            Statistics = [.. Statistic.All.Where(statistic => OfMakespans.Contains(statistic.Name))],
            Empty = EmptyRule.NoTasks,
            Meaning = "Milliseconds from the first arrival to the last end of a task; percentiles rank tasks that did not " +
                "complete as the longest, "
                + "and one that falls on these has no value.",
        },
        new()
        {
            Name = "tasks_per_hour", Label = "Tasks/h", Title = "Tasks per hour", Unit = "tasks/h", Direction = MetricDirection.Higher,
            IsHeadline = true, ViewLabel = "Tasks/h", Place = 11, Group = MetricGroup.Agents,
            Value = report => report.Agents!.TasksPerHour, Empty = EmptyRule.NoTasks,
            Meaning = "Completed tasks per simulated hour; the time in which the last ones run out counts.",
        },
        new()
        {
            Name = "tasks_per_hour_per_worker", Label = "Tasks/h per worker", Title = "Tasks per hour and worker", Unit = "tasks/h",
            Direction = MetricDirection.Higher, Group = MetricGroup.Agents,
            Value = report => report.Agents!.TasksPerHourPerWorker, Empty = EmptyRule.NoTasks,
            Meaning = "Completed tasks per simulated hour, by the number of workers of all pools.",
        },
        Share(TimePart.Queued, "waited for a worker, or for room there"),
        Share(TimePart.Prefill, "was in prefill"),
        Share(TimePart.Transfer, "was moved from a prefill worker to a decode worker"),
        Share(TimePart.Decode, "was in decode"),
        Share(TimePart.Tool, "waited for tools (only agentic rows of version 1 say so)"),
        new()
        {
            Name = "critical_path_tool_*_share", Label = "Critical path: tool *", Title = "Share of the tool * in critical paths",
                Unit = "0 to 1",
            Group = MetricGroup.Agents, Parts = report => ToolShares(report.Agents!), Empty = EmptyRule.NoTasks,
            Meaning = "Share of the critical paths of completed tasks that waited for tools of this class, or of these " +
                "classes at the same time.",
        },
        Share(TimePart.Delay, "was any other pause between requests"),
        Share(TimePart.RecordedStart, "waited for nothing but the recorded time of a request"),
    ];

    private static MetricRow Share(TimePart part, string what) => new()
    {
        Name = $"critical_path_{TimeSplit.NameOf(part)}_share", Label = $"Critical path: {TimeSplit.NameOf(part).Replace('_', ' ')}",
        Title = $"Share of {TimeSplit.NameOf(part).Replace('_', ' ')} in critical paths", Unit = "0 to 1", Group = MetricGroup.Agents,
        Value = report => report.Agents!.ShareOf(part), Empty = EmptyRule.NoTasks,
        Meaning = $"Share of the critical paths of completed tasks in which the request at hand {what}.",
    };

    // Names of tools may be anything, names of metrics may not.
    private static IEnumerable<KeyValuePair<string, double>> ToolShares(AgentSummary summary) => summary.Critical.TotalMs > 0
        ? summary.Tools.GroupBy(tool => MetricPart(tool.ToolClass))
            .Select(tools => KeyValuePair.Create(tools.Key, tools.Sum(tool => tool.Ms) / summary.Critical.TotalMs))
        : [];

    private static string MetricPart(string tool) => tool.Length == 0
        ? "unnamed"
        : string.Concat(tool.ToLowerInvariant()
            .Select(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) ? letter : '_'));
}
