namespace AgentSim.Sessions;

/// <summary>
/// What one session of an agent did. A session runs from its first start to its last end, over its requests and tool
/// calls. The LLM time is the time in which at least one of its requests runs, the tool time that in which at least one of
/// its tool calls runs, so that neither counts overlaps twice; the idle time is the rest of the duration, in which
/// neither runs. Requests and tool calls may overlap each other: LLM, tool and idle time can add up to more than the
/// duration. Waiting for a child session is idle time, unless a tool call of the parent covers it.
/// </summary>
public sealed class AgentSession
{
    /// <summary>Id of the session.</summary>
    public string SessionId { get; init; } = "";

    /// <summary>The session that spawned it, as recorded; it need not be in the trace.</summary>
    public string? ParentSessionId { get; init; }

    /// <summary>The topmost ancestor that is in the trace; the session itself if its parent is not.</summary>
    public string RootSessionId { get; init; } = "";

    /// <summary>How many ancestors are in the trace.</summary>
    public int Depth { get; init; }

    /// <summary>The sessions it spawned, by start.</summary>
    public IReadOnlyList<string> Children { get; init; } = [];

    /// <summary>The models its requests asked, in ordinal order.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>Finished requests.</summary>
    public int Turns { get; init; }

    /// <summary>Finished tool calls.</summary>
    public int ToolCalls { get; init; }

    /// <summary>Requests and tool calls that failed (<see cref="Traces.TraceRecord.IsError"/>).</summary>
    public int Errors { get; init; }

    /// <summary>First start, UTC.</summary>
    public DateTime Start { get; init; }

    /// <summary>Last end, UTC.</summary>
    public DateTime End { get; init; }

    /// <summary>From <see cref="Start"/> to <see cref="End"/>.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Time in which at least one request runs.</summary>
    public TimeSpan LlmTime { get; init; }

    /// <summary>Time in which at least one tool call runs.</summary>
    public TimeSpan ToolTime { get; init; }

    /// <summary>Time in which neither a request nor a tool call runs.</summary>
    public TimeSpan IdleTime { get; init; }

    /// <summary>Prompt tokens of all requests.</summary>
    public long InputTokens { get; init; }

    /// <summary>Output tokens of all requests.</summary>
    public long OutputTokens { get; init; }

    /// <summary>Prompt tokens found in a cache, as recorded; null if no request has recorded any number.</summary>
    public long? CachedTokens { get; init; }
}
