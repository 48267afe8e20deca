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
