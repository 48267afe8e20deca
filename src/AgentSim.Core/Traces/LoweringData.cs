using AgentSim.Rows;

namespace AgentSim.Traces;

/// <summary>What is kept of a request until the rows are made.</summary>
internal readonly struct LoweredRequest
{
    public required string Id { get; init; }
    public required int Session { get; init; }       // -1 in standard traces
    public required long Start { get; init; }        // milliseconds since 1970
    public required long End { get; init; }
    public required long InputLength { get; init; }
    public required long OutputTokens { get; init; }
    public required int FirstRun { get; init; }      // in the HashIndex
    public required int RunCount { get; init; }
    public string? Model { get; init; }              // this and the next for rows of version 2 only
    public ExplicitEdges? Explicit { get; init; }
}

/// <summary>The explicit edges of a request and where it was recorded.</summary>
internal sealed record ExplicitEdges(TracePlace Place, IReadOnlyList<RecordedDependency> Dependencies);

/// <summary>What is kept of a finished tool call.</summary>
/// <param name="Span">The call as rows list it: a start derived from the duration is at least 0 there.</param>
/// <param name="Start">Its start, which orders the calls of a session.</param>
/// <param name="Session">Its session.</param>
/// <param name="Explicit">The record itself where it carries explicit causality, else null.</param>
internal readonly record struct LoweredTool(ToolSpan Span, long Start, int Session, ToolRecord? Explicit)
{
    public bool IsBackground => Explicit?.Causality!.ExecutionMode == "background";
    public string? ConsumerId => Explicit?.Causality!.ConsumerRequestId;
}
