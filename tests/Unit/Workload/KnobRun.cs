using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Tests.Workload;

/// <summary>Workloads for knobs, and when the tasks of a replay of them began and ended, found out the plain way.</summary>
internal static class KnobRun
{
    /// <summary>A row of version 1.</summary>
    public static MooncakeRow Row(string id, string session, double? start, double delay = 0, double tools = 0,
        params string[] waitFor) => new()
    {
        IsAgentic = true,
        RequestId = id,
        SessionId = session,
        Timestamp = start,
        Delay = delay,
        ToolWaitMs = tools,
        WaitFor = waitFor,
        InputLength = 32,
        OutputLength = 5,
        HashIds = [1, (ulong)id.GetHashCode(StringComparison.Ordinal)],
        TraceBlockSize = 16,
    };

    /// <summary>Three tasks: one with a sub-agent, and two of one session.</summary>
    public static MooncakeRow[] Tasks() =>
    [
        Row("a1", "a", 1000), Row("b1", "b", 1600), Row("a2", "a", 1200, 100, 40, "a1"), Row("k1", "k", null, 30, 0, "a1"),
        Row("a3", "a", 1700, 10, 60, "a2", "k1"), Row("b2", "b", null, 7.5, 300, "b1"), Row("c1", "c", 2500),
    ];

    /// <summary>Rows of version 2 at random: plays of several sessions, some of which start at times of their own.</summary>
    public static MooncakeRow[] Plays(Random random, int plays)
    {
        var rows = new List<MooncakeRow>();
        for (int play = 0; play < plays; play++)
        {
            double start = random.Next(0, 300);
            int count = random.Next(1, 7);
            for (int at = 0; at < count; at++)
            {
                var edges = new List<RowDependency>();
                for (int other = 0; other < at; other++)
                {
                    if (random.Next(3) > 0) continue;
                    bool isSpawn = random.Next(4) == 0;
                    edges.Add(isSpawn ? Tests.Rows.PlayRows.WithStartOf($"p{play}-{other}", random.Next(0, 40))
                        : Tests.Rows.PlayRows.After($"p{play}-{other}", random.Next(0, 40)));
                }

                rows.Add(Tests.Rows.PlayRows.Row($"p{play}-{at}", $"P{play}", start + (at * random.Next(0, 60)), [.. edges]));
            }
        }

        return [.. rows];
    }

    /// <summary>Rows of version 1 at random: tasks of several sessions.</summary>
    public static MooncakeRow[] Graphs(Random random, int tasks)
    {
        var rows = new List<MooncakeRow>();
        for (int task = 0; task < tasks; task++)
        {
            int count = random.Next(1, 7);
            double start = random.Next(0, 300);
            for (int at = 0; at < count; at++)
            {
                string[] waits = at == 0 ? [] : [.. Enumerable.Range(0, at).Where(other => other == 0 || random.Next(3) == 0)
                    .Select(other => $"t{task}-{other}")];
                rows.Add(Row($"t{task}-{at}", $"s{task}-{random.Next(0, 3)}", at == 0 ? start : null, random.Next(0, 50),
                    random.Next(0, 50), waits));
            }
        }

        return [.. rows];
    }

    /// <summary>Sessions of plain rows at random.</summary>
    public static MooncakeRow[] Sessions(Random random, int sessions) =>
    [
        .. from session in Enumerable.Range(0, sessions)
           let start = random.Next(0, 300)
           from turn in Enumerable.Range(0, random.Next(2, 5))
           select new MooncakeRow
           {
               SessionId = $"s{session}",
               Timestamp = turn == 0 ? start : null,
               Delay = turn == 0 ? null : random.Next(0, 80),
               InputLength = 32,
               OutputLength = 4,
               HashIds = [1, (ulong)((session * 10) + turn + 2)],
               TraceBlockSize = 16,
           },
    ];

    /// <summary>Begin and end of each task, in the order of the tasks of the workload that the knobs make.</summary>
    public static (double Begin, double End)[] TasksOf(ReplayWorkload workload, ReplaySettings settings)
    {
        ReplayResult result = Replay.Run(workload, settings);
        WorkloadTasks tasks = WorkloadTasks.Of(AppliedKnobs.To(workload, settings.Knobs).Columns);
        return
        [
            .. from request in result.Requests
               group request by tasks.TaskOf[request.Ordinal - 1] into task
               orderby task.Key
               select (task.Min(request => request.ArrivalTimeMs), task.Max(request => request.TerminalTimeMs)),
        ];
    }

    /// <summary>The most tasks that were open at the same time; one that begins when another ends is not beside it.</summary>
    public static int MostOpen((double Begin, double End)[] tasks) =>
        tasks.Max(task => tasks.Count(other => other.Begin <= task.Begin && other.End > task.Begin));
}
