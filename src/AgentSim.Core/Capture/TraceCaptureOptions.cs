namespace AgentSim.Capture;

/// <summary>What to capture, and where to.</summary>
public sealed record TraceCaptureOptions
{
    /// <summary>Where and how to write, for AgentSim as well as for a Dynamo frontend.</summary>
    public required TraceSinkOptions Sink { get; init; }

    /// <summary>Where to receive tool events, e.g. <c>tcp://127.0.0.1:20390</c>; null to receive none.</summary>
    public string? ToolEndpoint { get; init; }

    /// <summary>Topic of the tool events.</summary>
    public string ToolTopic { get; init; } = ToolEventIngress.DefaultTopic;

    /// <summary>A proxy that records requests; null for a Dynamo frontend that writes them itself.</summary>
    public ProxyOptions? Proxy { get; init; }

    /// <summary>
    /// The prefix that a path stands for: a folder, existing or with a separator at its end, stands for the prefix
    /// <c>request-trace</c> in it.
    /// </summary>
    public static string Prefix(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Directory.Exists(path) || Path.EndsInDirectorySeparator(path) ? Path.Combine(path, "request-trace") : path;
    }
}
