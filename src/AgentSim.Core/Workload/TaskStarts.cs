namespace AgentSim.Workload;

/// <summary>When the tasks of a closed loop were let in; times of their rows count from there.</summary>
/// <param name="own">By task: its start by itself, on the clock of the rows.</param>
internal sealed class TaskStarts(double[] own)
{
    private readonly double[] _letIn = new double[own.Length];

    /// <summary>A task is let in.</summary>
    public void LetIn(int task, double now) => _letIn[task] = now;

    /// <summary>The simulated time of a row of a task that was let in.</summary>
    /// <param name="task">The task.</param>
    /// <param name="time">A time on the clock of the rows.</param>
    /// <param name="ratio">What the time after the start of the task is divided by.</param>
    public double Shifted(int task, double time, double ratio) => _letIn[task] + ((time - own[task]) / ratio);
}
