using AgentSim.Collections;
using AgentSim.Traces.Schema;

namespace AgentSim.Traces;

/// <summary>
/// A finished tool call (<c>tool_end</c> or <c>tool_error</c>; behaviour 01#2.3). Times are milliseconds.
/// A tool counts only when it has a session and does not end before it starts.
/// </summary>
public sealed class ToolRecord : TraceRecord
{
    /// <summary>Id of the call.</summary>
    public string ToolCallId { get; set; } = "";

    /// <summary>What kind of tool it was.</summary>
    public string ToolClass { get; set; } = "";

    /// <summary>Recorded start, milliseconds since 1970.</summary>
    public long? StartedUnixMs { get; set; }

    /// <summary>Recorded end, milliseconds since 1970.</summary>
    public long? EndedUnixMs { get; set; }

    /// <summary>Recorded duration.</summary>
    public double? DurationMs { get; set; }

    /// <summary>Recorded status.</summary>
    public string? Status { get; set; }

    /// <summary>Size of the result in bytes.</summary>
    public ulong? OutputBytes { get; set; }

    /// <summary>Size of the result in tokens.</summary>
    public ulong? OutputTokens { get; set; }

    /// <summary>Kind of error.</summary>
    public string? ErrorType { get; set; }

    /// <summary>Digest of the tool's name; written, not read.</summary>
    internal string? ToolNameHash { get; set; }

    /// <summary>Which requests and session the call connects, where the recorder knew.</summary>
    public ToolCausality? Causality { get; set; }

    /// <summary>True for a <c>tool_error</c>, for the status <c>error</c>, and where a kind of error was recorded.</summary>
    public override bool IsError => EventType == TraceNames.ToolError || Status == "error" || ErrorType is not null;

    private protected override int Content => ContentHash.Of(this);

    /// <summary>End of the call, milliseconds since 1970: as recorded, or the time of the event.</summary>
    public override long EndUnixMs => EndedUnixMs ?? EventUnixMs;

    /// <summary>Start of the call, milliseconds since 1970: as recorded, or the end less the rounded duration.</summary>
    public override long StartUnixMs =>
        StartedUnixMs ?? (DurationMs is { } duration ? EndUnixMs - Milliseconds.Round(duration) : EndUnixMs);
}

/// <summary>Explicit causality of a tool call (the <c>claude</c> object; behaviour 01#3.3).</summary>
/// <param name="SourceRequestId">Request whose output asked for the call.</param>
/// <param name="ConsumerRequestId">Request that read the result, if known.</param>
/// <param name="ChildSessionId">Session the call started, if any.</param>
/// <param name="ExecutionMode"><c>blocking</c> or <c>background</c>.</param>
public sealed record ToolCausality(string SourceRequestId, string? ConsumerRequestId, string? ChildSessionId, string ExecutionMode);
