using AgentSim.Collections;

namespace AgentSim.Workload;

/// <summary>
/// Which session and which task each request is part of. A session of rows of version 2 belongs to one play; the task is the play.
/// Sessions of rows of version 1 are of one task when a request of one waits for, or has spawned, a request of the other. Elsewhere
/// every session is a task. Both are numbered in load order.
/// </summary>
internal sealed class AgentGroups
{
    private AgentGroups(int[] sessionOf, int[] sessionName, int[] taskOf, int tasks)
    {
        (SessionOf, SessionName, TaskOf, TaskCount) = (sessionOf, sessionName, taskOf, tasks);
        Requests = Group(sessionOf, sessionName.Length);
        Sessions = Group(taskOf, tasks);
    }

    /// <summary>Session by request.</summary>
    public int[] SessionOf { get; }

    /// <summary>By session: its number among the names of the workload.</summary>
    public int[] SessionName { get; }

    /// <summary>Task by session.</summary>
    public int[] TaskOf { get; }

    public int SessionCount => SessionName.Length;

    public int TaskCount { get; }

    /// <summary>The requests of each session, in load order.</summary>
    public Dependencies Requests { get; }

    /// <summary>The sessions of each task.</summary>
    public Dependencies Sessions { get; }

    public static AgentGroups Of(WorkloadColumns load)
    {
        if (load.Agentic?.PlayOf is { } plays) return OfPlays(load, plays);
        int[] names = [.. Enumerable.Range(0, load.SessionNames.Count)];
        if (load.Agentic is not { } agentic) return new AgentGroups(load.SessionOf, names, names, names.Length);

        var joined = new int[names.Length];   // by session: another one of its task, itself at the root
        names.CopyTo(joined, 0);
        ReleaseEdges edges = agentic.OnCompletion;
        for (int source = 0; source < load.SessionOf.Length; source++)
        {
            for (int edge = edges.Start[source]; edge < edges.Start[source + 1]; edge++)
                Join(joined, load.SessionOf[source], load.SessionOf[edges.Requests[edge]]);
        }

        foreach ((int request, int branch) in agentic.Branches) Join(joined, load.SessionOf[request], load.SessionOf[branch]);
        var taskOf = new int[names.Length];
        int tasks = 0;
        for (int session = 0; session < taskOf.Length; session++)
        {
            // The root is the first session of its task.
            int root = Root(joined, session);
            taskOf[session] = root == session ? tasks++ : taskOf[root];
        }

        return new AgentGroups(load.SessionOf, names, taskOf, tasks);
    }

    /// <summary>
    /// The root session of each task, that of its first row: rows of sessions come before rows without one, rows that wait for nothing
    /// before others, then in load order.
    /// </summary>
    public int[] Roots(WorkloadColumns load)
    {
        var roots = new int[TaskCount];
        var ranks = new int[TaskCount];
        Array.Fill(ranks, int.MaxValue);
        for (int request = 0; request < SessionOf.Length; request++)
        {
            int session = SessionOf[request], task = TaskOf[session];
            if (ranks[task] == 0) continue;
            int rank = Array.BinarySearch(load.UnnamedSessions, SessionName[session]) >= 0 ? 2 : 0;
            if (load.Agentic?.DependencyCount[request] > 0) rank++;
            if (rank < ranks[task]) (roots[task], ranks[task]) = (session, rank);
        }

        return roots;
    }

    private static AgentGroups OfPlays(WorkloadColumns load, int[] plays)
    {
        var sessionOf = new int[plays.Length];
        Dictionary<(int Play, int Name), int> numbers = [];
        Dictionary<int, int> tasks = [];
        var sessionName = new List<int>();
        var taskOf = new List<int>();
        for (int request = 0; request < plays.Length; request++)
        {
            (int play, int name) = (plays[request], load.SessionOf[request]);
            if (!numbers.TryGetValue((play, name), out int session))
            {
                numbers.Add((play, name), session = sessionName.Count);
                sessionName.Add(name);
                tasks.TryAdd(play, tasks.Count);
                taskOf.Add(tasks[play]);
            }

            sessionOf[request] = session;
        }

        return new AgentGroups(sessionOf, [.. sessionName], [.. taskOf], tasks.Count);
    }

    private static void Join(int[] joined, int a, int b)
    {
        if (a == b) return;
        (a, b) = (Root(joined, a), Root(joined, b));
        joined[Math.Max(a, b)] = Math.Min(a, b);
    }

    private static int Root(int[] joined, int session)
    {
        while (joined[session] != session) session = joined[session] = joined[joined[session]];
        return session;
    }

    private static Dependencies Group(int[] groupOf, int groups)
    {
        var start = new int[groups + 1];
        foreach (int group in groupOf) start[group + 1]++;
        for (int group = 0; group < groups; group++) start[group + 1] += start[group];
        int[] next = start[..^1];
        var members = new int[groupOf.Length];
        for (int member = 0; member < groupOf.Length; member++) members[next[groupOf[member]]++] = member;
        return new Dependencies(start, members);
    }
}
