using System.Globalization;
using System.Linq.Expressions;
using System.Text.Json.Serialization;

namespace AgentSim.Agents;

/// <summary>What one task did in a replay: an agent's run with its sub-agents.</summary>
public sealed class TaskResult : AgentResult
{
    [JsonConstructor]
    internal TaskResult()
    {
    }

    /// <summary>Its root session, by which it is named.</summary>
    [JsonInclude]
    public string TaskId { get; internal init; } = "";

    /// <summary>Its sessions.</summary>
    [JsonInclude]
    public int Sessions { get; internal init; }

    /// <summary>Begin of the task to the end of its root session, which sub-agents that nobody awaits may outlive.</summary>
    [JsonInclude]
    public double? RootMakespanMs { get; internal init; }

    /// <summary>The task and the most important numbers.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
            $"task {TaskId}: {Status}, {Sessions} sessions, {Requests} requests, makespan {MakespanMs:#,0.##} ms");

    private protected override StrictNames Strict(Expression parameter) => new(parameter, this, typeof(TaskResult));
}
