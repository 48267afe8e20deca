namespace AgentSim.Zmtp;

/// <summary>What a peer may ask of a <see cref="PullFront"/>; together they bound its memory and its open files.</summary>
internal sealed record PullLimits
{
    /// <summary>Bytes of a message, the headers of its frames included. Longer ones are passed over.</summary>
    public int MessageBytes { get; init; } = 256 << 10;

    /// <summary>Frames of a message. Messages with more are passed over.</summary>
    public int MessageFrames { get; init; } = 16;

    /// <summary>Bytes of a connection's messages that may wait to be taken; its peer is not read on until they are.</summary>
    public int WaitingBytes { get; init; } = 512 << 10;

    /// <summary>
    /// Connections at the same time. Further ones are closed at once. A connection takes three open files – itself, and both
    /// ends of the one to NetMQ –, all of them three quarters of the 1,024 that a process can mostly have: the trace files
    /// need some, too.
    /// </summary>
    public int Peers { get; init; } = 256;

    /// <summary>Time from the connection to the end of the handshake.</summary>
    public TimeSpan Handshake { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// When the front closes: time for taking what comes before peers are asked to close, and then time in which nothing may
    /// have come before those are cut off that did not.
    /// </summary>
    public TimeSpan Closing { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Time for all that peers have on its way when they are asked to close, however much it is.</summary>
    public TimeSpan LongestClosing => Closing * 5;
}
