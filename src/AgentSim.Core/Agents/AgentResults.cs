namespace AgentSim.Agents;

/// <summary>The sessions and tasks of a replay, both in load order.</summary>
public sealed class AgentResults
{
    internal AgentResults(IReadOnlyList<TaskResult> tasks, IReadOnlyList<SessionResult> sessions) => (Tasks, Sessions) = (tasks, sessions);

    /// <summary>Tasks: plays of rows of version 2; of version 1, sessions that wait for, or have spawned, each other; elsewhere the sessions.</summary>
    public IReadOnlyList<TaskResult> Tasks { get; }

    /// <summary>Sessions; one of rows of version 2 belongs to one play.</summary>
    public IReadOnlyList<SessionResult> Sessions { get; }
}
