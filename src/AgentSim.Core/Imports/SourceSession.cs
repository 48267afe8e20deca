namespace AgentSim.Imports;

/// <summary>A session: one conversation of one agent. Made by <see cref="ImportSink.Session"/>, which keeps names unique.</summary>
internal sealed class SourceSession
{
    internal SourceSession(string format, string name) => (Format, Name) = (format, name);

    /// <summary>Name of the format it was found in.</summary>
    public string Format { get; }

    /// <summary>Its id in the records; a sub-agent whose own id is short has its parent's before it (<c>PARENT/CHILD</c>).</summary>
    public string Name { get; }

    /// <summary>The session that started it, if any. It is only written if that one has requests in the import, too.</summary>
    public SourceSession? Parent { get; set; }

    /// <summary>Its requests that are kept, by start, end and id; filled when all files are read.</summary>
    internal List<SourceRequest> Requests { get; } = [];

    /// <summary>Its tool calls that are kept, by start and end.</summary>
    internal List<SourceTool> Tools { get; } = [];

    /// <summary>Its id in the records, anonymous if asked for.</summary>
    internal string Id { get; set; } = "";

    /// <summary>The session at the root of its tree.</summary>
    internal SourceSession Root
    {
        get
        {
            SourceSession session = this;
            while (session.Parent is { } parent) session = parent;
            return session;
        }
    }
}

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
