using AgentSim.Traces;

namespace AgentSim.Lowering;

/// <summary>What is kept of a request until the rows are made.</summary>
internal readonly struct LoweredRequest
{
    public required int Session { get; init; }       // -1 in standard traces
    public required long Start { get; init; }        // milliseconds since 1970
    public required long End { get; init; }
    public required long InputLength { get; init; }
    public required long OutputTokens { get; init; }
    public required int FirstRun { get; init; }      // in the HashIndex
    public required int RunCount { get; init; }
    public string? Model { get; init; }              // this and the next for rows of version 2 only
    public ExplicitEdges? Explicit { get; init; }
    public int File { get; init; }                   // of the files there are; -1 for a record made in memory
    public int Line { get; init; }
}

/// <summary>The explicit edges of a request and where it was recorded.</summary>
internal sealed record ExplicitEdges(TracePlace Place, IReadOnlyList<RecordedDependency> Dependencies);

/// <summary>What is kept of a finished tool call.</summary>
internal readonly struct LoweredTool
{
    public required int Kind { get; init; }          // in the ToolTable
    public required int Session { get; init; }
    public required bool HasBytes { get; init; }
    public required bool HasTokens { get; init; }
    public required long Start { get; init; }        // orders the calls of a session; negative if the duration says so
    public required long End { get; init; }
    public required double Duration { get; init; }
    public required ulong Bytes { get; init; }
    public required ulong Tokens { get; init; }
    public ToolRecord? Explicit { get; init; }       // the record itself where it carries explicit causality

    public bool IsBackground => Explicit?.Causality!.ExecutionMode == "background";
    public string? ConsumerId => Explicit?.Causality!.ConsumerRequestId;
}
