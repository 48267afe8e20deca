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

/// <summary>Settings of a <see cref="TraceFileSink"/>, with the defaults of behaviour 07#A2.</summary>
public sealed record TraceSinkOptions
{
    /// <summary>The file, or for segments their prefix; a trailing <c>.jsonl.gz</c> or <c>.jsonl</c> is no part of a prefix.</summary>
    public required string Path { get; init; }

    /// <summary>Form of the files.</summary>
    public TraceFileFormat Format { get; init; } = TraceFileFormat.JsonlGz;

    /// <summary>Records a producer that cannot wait may be ahead before the oldest are dropped; rounded up to a power of two.</summary>
    public int Capacity { get; init; } = 1024;

    /// <summary>Uncompressed bytes that are written at once without waiting for the interval.</summary>
    public int BufferBytes { get; init; } = 1 << 20;

    /// <summary>Milliseconds after which a record is written at the latest: what a killed process can lose.</summary>
    public int FlushIntervalMs { get; init; } = 1000;

    /// <summary>Uncompressed bytes after which the next segment begins.</summary>
    public long RollBytes { get; init; } = 256 << 20;

    /// <summary>Records after which the next segment begins; null for any number.</summary>
    public long? RollLines { get; init; }

    internal void Check()
    {
        if (string.IsNullOrWhiteSpace(Path)) throw Errors.CapturePathMissing.Error("the path to write to is empty; name a file prefix");
        if (Path.Contains('\0', StringComparison.Ordinal))
            throw Errors.CapturePathInvalid.Error("the path to write to holds a NUL character");
        Positive(Capacity, "capacity");
        if (Capacity > 1 << 20) throw Invalid("capacity", Capacity, $"at most {1 << 20}");
        Positive(BufferBytes, Setting.BufferBytes);
        if (BufferBytes > 1 << 30) throw Invalid(Setting.BufferBytes, BufferBytes, $"at most {1 << 30}");
        Positive(FlushIntervalMs, Setting.FlushIntervalMs);
        Positive(RollBytes, Setting.RollBytes);
        Positive(RollLines ?? 1, Setting.RollLines);
    }

    private static void Positive(long value, string name)
    {
        if (value < 1) throw Invalid(name, value, "at least 1");
    }

    private static AgentSimException Invalid(string name, long value, string rule) =>
        Errors.CaptureSettingInvalid.Error($"{name} must be {rule} (is {value})");
}

/// <summary>Form of captured files (behaviour 07#A3).</summary>
public enum TraceFileFormat
{
    /// <summary>Numbered segments of gzipped JSON lines, <c>PREFIX.000000.jsonl.gz</c>; several processes may share a prefix.</summary>
    JsonlGz,

    /// <summary>One file of JSON lines that is appended to.</summary>
    Jsonl,
}
