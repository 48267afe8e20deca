namespace AgentSim.Workload;

/// <summary>The tasks of a workload: who is in which, and when each starts on its own.</summary>
internal sealed class WorkloadTasks
{
    private readonly AgentGroups _groups;
    private int[]? _rootOf;   // session by task; few need it

    private WorkloadTasks(AgentGroups groups, int[] taskOf, double[] start, double origin) =>
        (_groups, TaskOf, Start, Origin) = (groups, taskOf, start, origin);

    /// <summary>Task by request.</summary>
    public int[] TaskOf { get; }

    /// <summary>By task: its earliest start on the clock of the rows; NaN where sessions have none.</summary>
    public double[] Start { get; }

    /// <summary>The time of the rows at which a replay starts.</summary>
    public double Origin { get; }

    public int Count => Start.Length;

    public static WorkloadTasks Of(WorkloadColumns load)
    {
        AgentGroups groups = AgentGroups.Of(load);
        int[] taskOf = [.. groups.SessionOf.Select(session => groups.TaskOf[session])];
        if (load.Agentic is not { } agentic)
        {
            double first = load.FirstArrival.Where(double.IsFinite).DefaultIfEmpty(0.0).Min();
            return new WorkloadTasks(groups, taskOf, load.FirstArrival, first);
        }

        double origin = double.IsFinite(agentic.Origin) ? agentic.Origin : 0.0;
        var start = new double[groups.TaskCount];
        Array.Fill(start, double.PositiveInfinity);
        for (int request = 0; request < taskOf.Length; request++)
        {
            // Something starts every task: rows do not wait for each other in a circle.
            if (agentic.DependencyCount[request] > 0) continue;
            ref double earliest = ref start[taskOf[request]];
            earliest = Math.Min(earliest, StartOf(agentic, request, origin));
        }

        return new WorkloadTasks(groups, taskOf, start, origin);
    }

    /// <summary>The id of a task: its play, or else its root session.</summary>
    /// <param name="load">The workload.</param>
    /// <param name="task">The task.</param>
    public ReadOnlySpan<char> Id(WorkloadColumns load, int task)
    {
        if (load.Agentic is { PlayOf: { } playOf, PlayNames: { } names })
            return names[playOf[_groups.Requests[_groups.Sessions[task][0]][0]]];
        _rootOf ??= _groups.Roots(load);
        return load.SessionNames.Characters(_groups.SessionName[_rootOf[task]]);
    }

    /// <summary>Whether there are tasks at all, or only requests that know nothing of each other.</summary>
    public static bool AreKnown(WorkloadColumns load) => load.Agentic is { } agentic
        ? agentic.PlayOf is not null || load.SessionNames.Count < load.InputLength.Length || agentic.DependencyCount.Any(count => count > 0)
        : !load.IsSingleTurn;

    /// <summary>When a request that waits for no other starts; one without a time starts with the replay.</summary>
    public static double StartOf(AgenticColumns agentic, int request, double origin) =>
        double.IsNaN(agentic.EarliestStart[request]) ? origin : agentic.EarliestStart[request];
}
