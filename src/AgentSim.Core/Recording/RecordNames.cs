namespace AgentSim.Recording;

/// <summary>A <see cref="RequestIdentity"/> without strings.</summary>
internal readonly ref struct RecordNames
{
    public RecordNames(RequestIdentity identity)
    {
        HasSession = identity.SessionId is not null;
        Session = identity.SessionId;
        Turn = identity.TurnIndex;
        HasId = identity.RequestId is not null;
        Id = identity.RequestId;
    }

    /// <summary>Whether there is a session.</summary>
    public bool HasSession { get; init; }

    public ReadOnlySpan<char> Session { get; init; }

    public int? Turn { get; init; }

    /// <summary>Whether there is an id.</summary>
    public bool HasId { get; init; }

    public ReadOnlySpan<char> Id { get; init; }
}
