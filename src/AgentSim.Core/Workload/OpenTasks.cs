using AgentSim.Collections;

namespace AgentSim.Workload;

/// <summary>
/// A closed loop of tasks: they wait in one queue, in the order of their starts and, of equal ones, in load order; so many are open at a
/// time, and the next one is let in when all requests of one have ended or will never start.
/// </summary>
internal sealed class OpenTasks
{
    private readonly WorkloadTasks _tasks;
    private readonly int _most;
    private readonly int[] _order;
    private readonly int[] _unfinished;   // requests by task
    private readonly Dependencies _requests;
    private int _next;
    private int _open;

    private OpenTasks(WorkloadTasks tasks, int most)
    {
        (_tasks, _most) = (tasks, most);
        _order = [.. Enumerable.Range(0, tasks.Count).OrderBy(task => double.IsNaN(tasks.Start[task]) ? tasks.Origin : tasks.Start[task])];
        _unfinished = new int[tasks.Count];
        foreach (int task in tasks.TaskOf) _unfinished[task]++;
        var first = new int[tasks.Count + 1];
        for (int task = 0; task < tasks.Count; task++) first[task + 1] = first[task] + _unfinished[task];
        int[] next = first[..^1];
        var requests = new int[tasks.TaskOf.Length];
        for (int request = 0; request < requests.Length; request++) requests[next[tasks.TaskOf[request]]++] = request;
        _requests = new Dependencies(first, requests);
    }

    /// <summary>The loop of a workload; null where tasks begin at their starts.</summary>
    public static OpenTasks? Of(WorkloadColumns load, int? most) => most is { } limit ? new OpenTasks(WorkloadTasks.Of(load), limit) : null;

    /// <summary>The requests of a task, in load order.</summary>
    public ReadOnlySpan<int> Requests(int task) => _requests[task];

    /// <summary>When a task starts by itself.</summary>
    public double Start(int task) => _tasks.Start[task];

    /// <summary>Lets in the next task, if there is one and room for it.</summary>
    public bool TryOpen(out int task)
    {
        task = -1;
        if (_open == _most || _next == _order.Length) return false;
        task = _order[_next++];
        _open++;
        return true;
    }

    /// <summary>Requests of a task ended, or will never start.</summary>
    /// <param name="request">One of them.</param>
    /// <param name="count">How many.</param>
    /// <returns>True when they were the last of their task.</returns>
    public bool Ended(int request, int count)
    {
        ref int unfinished = ref _unfinished[_tasks.TaskOf[request]];
        unfinished -= count;
        if (count == 0 || unfinished > 0) return false;
        _open--;
        return true;
    }
}
