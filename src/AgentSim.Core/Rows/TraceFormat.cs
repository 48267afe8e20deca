namespace AgentSim.Rows;

/// <summary>The file formats a replay reads (behaviour 01#6.1).</summary>
public enum TraceFormat
{
    /// <summary>Mooncake rows, sessions optional.</summary>
    Mooncake,

    /// <summary>Mooncake rows whose prompts hold only what each turn adds.</summary>
    MooncakeDelta,

    /// <summary>Agentic Mooncake rows with dependencies.</summary>
    AgenticMooncake,

    /// <summary>One agent session a line, lengths only.</summary>
    AppliedComputeAgentic,

    /// <summary>Raw Dynamo request traces, one or more files.</summary>
    Dynamo,

    /// <summary>Sessions of Claude Code, imported as they are read.</summary>
    ClaudeCode,

    /// <summary>Sessions of Codex, imported as they are read.</summary>
    Codex,

    /// <summary>WEKA traces, imported as they are read.</summary>
    Weka,

    /// <summary>OpenTelemetry spans, imported as they are read.</summary>
    Otel,

    /// <summary>Tables of requests, imported as they are read.</summary>
    Table,
}

/// <summary>What kinds of formats there are.</summary>
public static class TraceFormats
{
    /// <summary>The name of the import format for recordings of other programs; null for rows and request traces.</summary>
    /// <param name="format">The format.</param>
    public static string? RecordingName(this TraceFormat format) => format switch
    {
        TraceFormat.ClaudeCode => "claude-code",
        TraceFormat.Codex => "codex",
        TraceFormat.Weka => "weka",
        TraceFormat.Otel => "otel",
        TraceFormat.Table => "table",
        _ => null,
    };
    /// <summary>The name that files and reports have for it.</summary>
    /// <param name="format">The format.</param>
    public static string Name(this TraceFormat format) => format switch
    {
        TraceFormat.MooncakeDelta => "mooncake-delta",
        TraceFormat.AgenticMooncake => "agentic_mooncake",
        TraceFormat.AppliedComputeAgentic => "applied_compute_agentic",
        TraceFormat.Dynamo => "dynamo",
        _ => RecordingName(format) ?? "mooncake",
    };

    /// <summary>The format in messages, as a value of <see cref="Setting.TraceFormat"/>.</summary>
    /// <param name="format">The format.</param>
    internal static Term Term(this TraceFormat format) => new(Name(format), $"{nameof(TraceFormat)}.{format}");
}
