using System.Text.Json.Serialization;

namespace AgentSim.Agents;

/// <summary>The sessions and tasks of a replay, both in load order.</summary>
public sealed class AgentResults
{
    private readonly Lazy<IReadOnlyList<SessionResult>> _sessions;

    /// <param name="tasks">The tasks.</param>
    /// <param name="sessions">The sessions.</param>
    /// <param name="summary">What they come to.</param>
    [JsonConstructor]
    public AgentResults(IReadOnlyList<TaskResult> tasks, IReadOnlyList<SessionResult> sessions, AgentSummary summary) =>
        (Tasks, _sessions, Summary) = (tasks, new(sessions), summary);

    internal AgentResults(IReadOnlyList<TaskResult> tasks, Func<IReadOnlyList<SessionResult>> sessions, AgentSummary summary) =>
        (Tasks, _sessions, Summary) = (tasks, new(sessions), summary);

    /// <summary>
    /// Tasks: plays of rows of version 2; of version 1, sessions that wait for, or have spawned, each other; elsewhere the sessions.
    /// </summary>
    public IReadOnlyList<TaskResult> Tasks { get; }

    /// <summary>Sessions; one of rows of version 2 belongs to one play. They are made when they are first asked for.</summary>
    public IReadOnlyList<SessionResult> Sessions => _sessions.Value;

    /// <summary>What the tasks come to.</summary>
    public AgentSummary Summary { get; }

    /// <summary>The sessions of each task one after the other, each before those that it spawned.</summary>
    public IEnumerable<SessionResult> InTree()
    {
        // Names may come again in other plays.
        ILookup<(string?, string), SessionResult> byTask = Sessions.ToLookup(session => (session.PlayId, session.TaskId));
        return Tasks.SelectMany(task => Tree([.. byTask[(task.PlayId, task.TaskId)]]));
    }

    private static IEnumerable<SessionResult> Tree(SessionResult[] sessions)
    {
        ILookup<string?, SessionResult> children = sessions
            .OrderBy(session => session.BeginMs ?? double.PositiveInfinity).ToLookup(session => session.ParentSessionId);
        var open = new Stack<SessionResult>(children[null].Reverse());
        while (open.TryPop(out SessionResult? next))
        {
            yield return next;
            foreach (SessionResult child in children[next.SessionId].Reverse()) open.Push(child);
        }
    }
}
