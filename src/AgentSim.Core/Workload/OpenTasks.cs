using AgentSim.Collections;

namespace AgentSim.Workload;

/// <summary>
/// A closed loop of tasks: they wait in one queue, in the order of their starts and, of equal ones, of their ids; so many are open at a
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

    private OpenTasks(WorkloadColumns load, int most)
    {
        WorkloadTasks tasks = WorkloadTasks.Of(load);
        (_tasks, _most) = (tasks, most);
        _order = [.. Enumerable.Range(0, tasks.Count).Order(Comparer<int>.Create((a, b) => Compare(load, a, b)))];
        Starts = new TaskStarts(tasks.Start);
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
    public static OpenTasks? Of(WorkloadColumns load, int? most) => most is { } limit ? new OpenTasks(load, limit) : null;

    /// <summary>The requests of a task, in load order.</summary>
    public ReadOnlySpan<int> Requests(int task) => _requests[task];

    /// <summary>When tasks were let in.</summary>
    public TaskStarts Starts { get; }

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

    // Tasks of plain rows may have no start.
    private int Compare(WorkloadColumns load, int a, int b)
    {
        int byStart = Start(a).CompareTo(Start(b));
        if (byStart != 0) return byStart;
        int byId = Utf8Order.Compare(_tasks.Id(load, a), _tasks.Id(load, b));
        return byId != 0 ? byId : a.CompareTo(b);
    }

    private double Start(int task) => double.IsNaN(_tasks.Start[task]) ? _tasks.Origin : _tasks.Start[task];
}
