namespace AgentSim.Imports;

/// <summary>A tool call that ended, as the reader of a format found it.</summary>
internal sealed class SourceTool
{
    /// <summary>The session whose request asked for it.</summary>
    public required SourceSession Session { get; init; }

    /// <summary>Id of the call; with <see cref="Session"/> it tells calls apart, and repeated ones are dropped.</summary>
    public required string CallId { get; init; }

    /// <summary>Name of the tool.</summary>
    public required string Class { get; init; }

    /// <summary>Where it was found.</summary>
    public required SourcePlace Place { get; init; }

    /// <summary>When the call was made, in the time of the requests.</summary>
    public long StartMs { get; set; }

    /// <summary>When its result was there.</summary>
    public long EndMs { get; set; }

    /// <summary>How long the tool itself took, if recorded; null: the time between start and end.</summary>
    public double? DurationMs { get; set; }

    /// <summary><c>succeeded</c>, <c>error</c> or <c>cancelled</c>.</summary>
    public string Status { get; init; } = "succeeded";

    /// <summary>Kind of error, if there was one and it is known.</summary>
    public string? ErrorType { get; init; }

    /// <summary>Size of the result in bytes, if known.</summary>
    public long? OutputBytes { get; init; }

    /// <summary>The request whose answer made the call, if known.</summary>
    public SourceRequest? Source { get; init; }

    /// <summary>The request that read the result, if known and there was one.</summary>
    public SourceRequest? Consumer { get; set; }

    /// <summary>The session that the call started, if any.</summary>
    public SourceSession? Child { get; set; }

    /// <summary>Whether the agent went on without waiting for the result.</summary>
    public bool IsBackground { get; set; }

    /// <summary>Whether the time is a person's, e.g. a question to the user: such a call is idle time and not written as a tool.</summary>
    public bool IsPerson { get; init; }
}
