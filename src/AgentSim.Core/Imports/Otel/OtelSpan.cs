namespace AgentSim.Imports.Otel;

/// <summary>What a span stands for.</summary>
internal enum OtelKind
{
    /// <summary>Something else; only its place in the tree counts.</summary>
    Other,

    /// <summary>A call of a model.</summary>
    Model,

    /// <summary>The work of an agent.</summary>
    Agent,

    /// <summary>A tool call.</summary>
    Tool,
}

/// <summary>A span, with what an import needs of it.</summary>
internal sealed class OtelSpan
{
    public required SourcePlace Place { get; init; }

    public required string TraceId { get; init; }

    public required string SpanId { get; init; }

    public string? ParentId { get; init; }

    public required string Name { get; init; }

    public OtelKind Kind { get; init; }

    public long StartMs { get; init; }

    public long EndMs { get; init; }

    /// <summary>Whether it has an end that is not before its start.</summary>
    public bool HasEnd { get; init; }

    /// <summary>The conversation it names itself.</summary>
    public string? SessionId { get; init; }

    public bool IsError { get; init; }

    /// <summary>Who made it: service, instrumentation and provider, which count tokens in one way.</summary>
    public string Emitter { get; init; } = "";

    /// <summary>Of a model call.</summary>
    public OtelCall? Call { get; init; }

    /// <summary>Of a tool call: its id.</summary>
    public string? ToolId { get; init; }

    /// <summary>Of a tool call: the tool.</summary>
    public string? ToolName { get; init; }

    /// <summary>The span it is in; null at the top, or where that is not among the files.</summary>
    public OtelSpan? Parent { get; set; }

    /// <summary>Whether another model call is in it, whose tokens it repeats.</summary>
    public bool HasInnerCall { get; set; }

    /// <summary>What tells it apart everywhere.</summary>
    public string Key => $"{TraceId}/{SpanId}";
}

/// <summary>What a span says of a model call.</summary>
internal sealed class OtelCall
{
    public string? Model { get; init; }

    /// <summary>As reported; with or without what came from a cache, see <see cref="OtelUsage"/>.</summary>
    public long? Input { get; init; }

    public long? Output { get; init; }

    public long? CacheRead { get; init; }

    public long? CacheCreation { get; init; }

    public double? TtftMs { get; init; }

    public string? FinishReason { get; init; }

    public IReadOnlyList<SourceToolCall> ToolCalls { get; init; } = [];

    /// <summary>System prompt and tool definitions, if recorded.</summary>
    public IReadOnlyList<PromptSegment> Fixed { get; init; } = [];

    /// <summary>The messages of the prompt, if recorded.</summary>
    public IReadOnlyList<OtelMessage> Messages { get; init; } = [];
}

/// <summary>A message of a prompt.</summary>
/// <param name="Segment">What it is, and about how long.</param>
/// <param name="IsAnswer">Whether the model wrote it.</param>
internal readonly record struct OtelMessage(PromptSegment Segment, bool IsAnswer);

/// <summary>
/// Whether reported prompts include what came from a cache: emitters differ, and say it nowhere. One whose cached tokens ever
/// exceed its input does not include them, and then none of its spans does.
/// </summary>
internal sealed class OtelUsage
{
    /// <summary>The emitter of Claude Code's telemetry, which counts as its provider does: without.</summary>
    public const string ClaudeCode = "claude_code";

    private readonly HashSet<string> _exclusive = [ClaudeCode];

    /// <summary>Looks at all spans.</summary>
    public OtelUsage(IEnumerable<OtelSpan> spans)
    {
        foreach (OtelSpan span in spans)
        {
            if (span.Call is { Input: { } input } call && (call.CacheRead ?? 0) + (call.CacheCreation ?? 0) > input)
                _exclusive.Add(span.Emitter);
        }
    }

    /// <summary>The tokens of the whole prompt; null if they are not reported.</summary>
    public long? Input(OtelSpan span)
    {
        if (span.Call is not { } call) return null;
        if (!_exclusive.Contains(span.Emitter)) return call.Input;
        return call.Input is null && call.CacheRead is null && call.CacheCreation is null ? null : (call.Input ?? 0) + (call.CacheRead ?? 0)
            + (call.CacheCreation ?? 0);
    }

    /// <summary>Whether cached tokens were added to the reported ones.</summary>
    public bool IsRepaired(OtelSpan span) => span.Emitter != ClaudeCode && _exclusive.Contains(span.Emitter)
        && (span.Call?.CacheRead ?? 0) + (span.Call?.CacheCreation ?? 0) > 0;
}
