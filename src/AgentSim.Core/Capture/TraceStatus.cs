namespace AgentSim.Capture;

/// <summary>How a capture stands; a snapshot that does not change.</summary>
public sealed record TraceStatus
{
    /// <summary>The file, or the prefix of the segments.</summary>
    public required string OutputPath { get; init; }

    /// <summary>Whether the capture is running in this process; false also for files of other processes.</summary>
    public bool IsRunning { get; init; }

    /// <summary>When the capture was started; null where that is not known.</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>The files of the capture, those a Dynamo frontend writes included.</summary>
    public IReadOnlyList<TraceSegment> Segments { get; init; } = [];

    /// <summary>Records in the files.</summary>
    public long Rows => Segments.Sum(segment => segment.Rows);

    /// <summary>Size of the files.</summary>
    public long Bytes => Segments.Sum(segment => segment.Bytes);

    /// <summary>Records per second, over the last seconds in which the status was asked for; null where that is not known.</summary>
    public double? RowsPerSecond { get; init; }

    /// <summary>Address where tool events are received, with the actual port; null where none are.</summary>
    public string? ToolEndpoint { get; init; }

    /// <summary>What was written by AgentSim itself; null where that writes nothing.</summary>
    public TraceSinkCounters? Sink { get; init; }

    /// <summary>What was received of tool events; null where none are.</summary>
    public ToolIngressCounters? Tools { get; init; }

    /// <summary>Connections of harnesses; null where no tool events are received.</summary>
    public PullCounters? Peers { get; init; }

    /// <summary>Address where the recording proxy listens, with the actual port; null where there is none.</summary>
    public string? ProxyAddress { get; init; }

    /// <summary>What the recording proxy did; null where there is none.</summary>
    public ProxyCounters? Proxy { get; init; }

    /// <summary>
    /// Environment variables that make a Dynamo frontend write to this capture, or that make OpenAI clients use the
    /// recording proxy.
    /// </summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>What went wrong so far, the first hundred problems.</summary>
    public IReadOnlyList<AgentSimException> Problems { get; init; } = [];

    /// <summary>The files, by the name that the import of traces takes from a pipeline.</summary>
    public IReadOnlyList<string> LiteralPath => [.. Segments.Select(segment => segment.Path)];
}

/// <summary>A captured file.</summary>
/// <param name="Path">The file.</param>
/// <param name="Rows">Records that can be read from it.</param>
/// <param name="Bytes">Its size on disk.</param>
public sealed record TraceSegment(string Path, long Rows, long Bytes)
{
    /// <summary>The path, so that segments can be piped to what reads files.</summary>
    public override string ToString() => Path;
}
