namespace AgentSim.Capture;

/// <summary>What happened on a pulling socket; a snapshot that does not change.</summary>
public sealed record PullCounters
{
    /// <summary>Connections there are.</summary>
    public int Peers { get; init; }

    /// <summary>Connections there were so far.</summary>
    public long Connections { get; init; }

    /// <summary>Connections closed because the peer did not speak the protocol, or is no pushing socket.</summary>
    public long Refused { get; init; }

    /// <summary>Messages handed over.</summary>
    public long Messages { get; init; }

    /// <summary>Messages dropped because they were too long.</summary>
    public long TooLong { get; init; }

    /// <summary>Messages that came whole and could not be handed over before the socket was closed.</summary>
    public long Lost { get; init; }

    /// <summary>Connections that were cut off in the middle of what they sent, when the socket was closed.</summary>
    public long CutOff { get; init; }

    /// <summary>Why the last connection was refused; null if none was.</summary>
    public string? LastRefusal { get; init; }
}
