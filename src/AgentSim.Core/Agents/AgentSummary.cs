using System.Dynamic;
using System.Linq.Expressions;
using AgentSim.Statistics;

namespace AgentSim.Agents;

/// <summary>
/// What the tasks of a replay come to. Means, rates and shares are of the tasks that completed. Percentiles rank all tasks that began,
/// those that did not complete behind all others: one that falls on these has no value and is infinite, so that it fails every limit.
/// </summary>
public sealed record AgentSummary : IDynamicMetaObjectProvider
{
    /// <summary>Tasks that began, whatever became of them.</summary>
    public int Tasks { get; init; }

    /// <summary>Tasks of which every request completed.</summary>
    public int CompletedTasks { get; init; }

    /// <summary>Tasks of which a request was rejected, cancelled, failed or skipped.</summary>
    public int FailedTasks { get; init; }

    /// <summary>Tasks that the time cap of the run cut off after they had begun.</summary>
    public int UnfinishedTasks { get; init; }

    /// <summary>Tasks that the time cap of the run kept from beginning; they are in no other number.</summary>
    public int NotBegunTasks { get; init; }

    /// <summary>Sessions of all tasks that began.</summary>
    public int Sessions { get; init; }

    /// <summary>Begin to end of a task, milliseconds.</summary>
    public Distribution TaskMakespan { get; init; }

    /// <summary>Completed tasks per simulated hour; the time in which the last ones run out counts.</summary>
    public double TasksPerHour { get; init; }

    /// <summary><see cref="TasksPerHour"/> by the number of workers of all pools.</summary>
    public double TasksPerHourPerWorker { get; init; }

    /// <summary>The critical paths of the completed tasks, one behind the other, milliseconds.</summary>
    public TimeSplit Critical { get; init; } = TimeSplit.None;

    /// <summary>Their tool parts by class of tool, longest first.</summary>
    public IReadOnlyList<ToolTime> Tools { get; init; } = [];

    /// <summary>Share of a part in the critical paths of the completed tasks, 0 to 1; null where it is not known.</summary>
    /// <param name="part">The part.</param>
    public double? ShareOf(TimePart part) => Critical.TotalMs > 0 ? Critical[part] / Critical.TotalMs : null;

    DynamicMetaObject IDynamicMetaObjectProvider.GetMetaObject(Expression parameter) =>
        new StrictNames(parameter, this, typeof(AgentSummary));

    /// <summary>The summary of some tasks.</summary>
    /// <param name="tasks">All of a run.</param>
    /// <param name="durationMs">Simulated time 0 to the end of the last completed request.</param>
    /// <param name="workers">Workers of all pools.</param>
    internal static AgentSummary Of(IReadOnlyList<TaskResult> tasks, double durationMs, int workers)
    {
        int begun = 0, failed = 0, sessions = 0;
        var makespans = new List<double>(tasks.Count);
        var parts = new double[TimeSplit.Parts];
        Dictionary<string, double> tools = new(StringComparer.Ordinal);
        bool hasTools = true;
        foreach (TaskResult task in tasks)
        {
            if (task.Status == AgentStatus.Failed) failed++;
            if (task.BeginMs is null) continue;
            begun++;
            sessions += task.Sessions;
            if (task is not { Status: AgentStatus.Completed, MakespanMs: { } makespan, Critical: { } critical }) continue;
            makespans.Add(makespan);
            hasTools &= critical.ToolMs is not null;
            for (int part = 0; part < parts.Length; part++) parts[part] += critical[(TimePart)part] ?? 0.0;
            foreach (ToolTime tool in task.Tools) tools[tool.ToolClass] = tools.GetValueOrDefault(tool.ToolClass) + tool.Ms;
        }

        double perHour = makespans.Count > 0 && durationMs > 0 ? makespans.Count / durationMs * 3.6e6 : double.NegativeInfinity;
        return new AgentSummary
        {
            Tasks = begun,
            CompletedTasks = makespans.Count,
            FailedTasks = failed,
            UnfinishedTasks = tasks.Count(task => task.BeginMs is not null && task.Status == AgentStatus.Unfinished),
            NotBegunTasks = tasks.Count - begun,
            Sessions = sessions,
            TaskMakespan = Makespans(makespans, begun),
            TasksPerHour = perHour,
            TasksPerHourPerWorker = perHour / workers,
            Critical = TimeSplit.Of(parts, hasTools),
            Tools = [.. tools.Select(tool => new ToolTime(tool.Key, tool.Value))
                .OrderByDescending(tool => tool.Ms).ThenBy(tool => tool.ToolClass, StringComparer.Ordinal)],
        };
    }

    private static Distribution Makespans(List<double> completed, int begun)
    {
        if (completed.Count == 0) return Distribution.NoLatency;
        double[] sorted = [.. completed.Order()];
        double Ranked(int percentile) => Distribution.Rank(begun, percentile) is var rank && rank < sorted.Length ? sorted[rank]
            : double.PositiveInfinity;
        return Distribution.Of(sorted) with
        {
            Max = begun == sorted.Length ? sorted[^1] : double.PositiveInfinity,
            Median = Ranked(50),
            P75 = Ranked(75),
            P90 = Ranked(90),
            P95 = Ranked(95),
            P99 = Ranked(99),
        };
    }
}
