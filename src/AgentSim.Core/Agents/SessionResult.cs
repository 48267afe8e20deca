using System.Globalization;
using System.Linq.Expressions;
using System.Text.Json.Serialization;

namespace AgentSim.Agents;

/// <summary>What one session did in a replay.</summary>
public sealed class SessionResult : AgentResult
{
    [JsonConstructor]
    internal SessionResult()
    {
    }

    /// <summary>Id of the session.</summary>
    [JsonInclude]
    public string SessionId { get; internal init; } = "";

    /// <summary>The task it is part of.</summary>
    [JsonInclude]
    public string TaskId { get; internal init; } = "";

    /// <summary>The session whose request let its first one start, or spawned it; null for those that nobody did.</summary>
    [JsonInclude]
    public string? ParentSessionId { get; internal init; }

    /// <summary>How many sessions are above it.</summary>
    [JsonInclude]
    public int Depth { get; internal init; }

    /// <summary>The session and the most important numbers.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"session {SessionId}: {Status}, {Requests} requests, makespan {MakespanMs:#,0.##} ms");

    private protected override StrictNames Strict(Expression parameter) => new(parameter, this, typeof(SessionResult));
}
