namespace AgentSim.Zmtp;

/// <summary>What a peer may ask of a <see cref="ZmtpPullEndpoint"/>; together they bound its memory.</summary>
internal sealed record ZmtpLimits
{
    /// <summary>Bytes of a message, the headers of its frames included. Longer ones are passed over.</summary>
    public int MessageBytes { get; init; } = 256 << 10;

    /// <summary>Frames of a message. Messages with more are passed over.</summary>
    public int MessageFrames { get; init; } = 16;

    /// <summary>
    /// Connections at the same time. Further ones are closed at once. Half of the 1,024 files that a process can mostly have
    /// open: the trace files need some, too.
    /// </summary>
    public int Peers { get; init; } = 512;

    /// <summary>Time from the connection to the end of the handshake.</summary>
    public TimeSpan Handshake { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time for taking what comes when the endpoint closes, and as much again for peers to close.</summary>
    public TimeSpan Closing { get; init; } = TimeSpan.FromSeconds(2);
}
