namespace AgentSim.Serving;

/// <summary>What a server did so far.</summary>
public sealed record ServerCounters
{
    /// <summary>Requests to models that came.</summary>
    public long Requests { get; init; }

    /// <summary>Requests that are being answered.</summary>
    public long Active { get; init; }

    /// <summary>Of these, requests that the engines have not admitted.</summary>
    public long Waiting { get; init; }

    /// <summary>Requests that got all their tokens.</summary>
    public long Completed { get; init; }

    /// <summary>Requests whose client went away; they ended early.</summary>
    public long Abandoned { get; init; }

    /// <summary>Requests that were refused, as wrong or as too many.</summary>
    public long Refused { get; init; }

    /// <summary>Prompt tokens that came.</summary>
    public long PromptTokens { get; init; }

    /// <summary>Of these, tokens that were in the cache.</summary>
    public long CachedTokens { get; init; }

    /// <summary>Tokens given out.</summary>
    public long OutputTokens { get; init; }

    /// <summary>Requests that were preempted and admitted again after their first token.</summary>
    public long Preemptions { get; init; }

    /// <summary>Connections refused, or closed to make room.</summary>
    public long RefusedConnections { get; init; }

    /// <summary>Mean delay of the clock: how long after their time tokens were handed over, milliseconds.</summary>
    public double MeanDelayMs { get; init; }
}

/// <summary>How a server stands.</summary>
public sealed record ServerStatus
{
    /// <summary>Where it listens.</summary>
    public required string Address { get; init; }

    /// <summary>The name of its model.</summary>
    public required string Model { get; init; }

    /// <summary>Simulated time per time.</summary>
    public required double Speed { get; init; }

    /// <summary>How long after an answer's end requests still count as having come with it, milliseconds of the wall clock.</summary>
    public required double TurnaroundMs { get; init; }

    /// <summary>Whose timing its answers have.</summary>
    public required string Timing { get; init; }

    /// <summary>The engine of its workers.</summary>
    public required string Engine { get; init; }

    /// <summary>The process that serves.</summary>
    public required int ProcessId { get; init; }

    /// <summary>Whether it runs.</summary>
    public required bool IsRunning { get; init; }

    /// <summary>What it did so far; the last that is known if it does not answer.</summary>
    public required ServerCounters Counters { get; init; }
}
