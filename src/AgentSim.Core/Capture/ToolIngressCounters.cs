namespace AgentSim.Capture;

/// <summary>What a <see cref="ToolEventIngress"/> received so far (behaviour 07#A8); a snapshot that does not change.</summary>
public sealed record ToolIngressCounters
{
    /// <summary>Messages received.</summary>
    public long Received { get; init; }

    /// <summary>Events accepted as records.</summary>
    public long Accepted { get; init; }

    /// <summary>Messages dropped because they did not have three frames.</summary>
    public long WrongFrames { get; init; }

    /// <summary>Messages dropped because they had another topic.</summary>
    public long OtherTopic { get; init; }

    /// <summary>Messages dropped because their map was malformed.</summary>
    public long Malformed { get; init; }

    /// <summary>Messages dropped because they were no tool events, or had a duration that is no finite number.</summary>
    public long Unusable { get; init; }

    /// <summary>Times that a producer left out sequence numbers. Diagnostic: no event is dropped for that.</summary>
    public long SequenceGaps { get; init; }

    /// <summary>Sequence numbers left out: events that never came.</summary>
    public long SequenceMissing { get; init; }

    /// <summary>Sequence numbers that came again, or after a later one.</summary>
    public long SequenceOutOfOrder { get; init; }

    /// <summary>Why the last message was dropped; null if none was.</summary>
    public string? LastDrop { get; init; }

    /// <summary>Messages dropped for any reason.</summary>
    public long Dropped => WrongFrames + OtherTopic + Malformed + Unusable;
}
