namespace AgentSim.Imports.Codex;

/// <summary>What is said of every line.</summary>
/// <param name="TimeMs">When it was written, milliseconds since 1970.</param>
/// <param name="Place">Where it was found.</param>
/// <param name="Ordinal">Its number among the lines of a thread; only newer versions write one.</param>
/// <param name="Hash">Equal for equal lines: a line of a thread that is in two files counts once.</param>
internal readonly record struct CodexLine(long TimeMs, SourcePlace Place, long? Ordinal, ulong Hash);

/// <summary>What a line of a rollout says, as far as an import needs it. Nothing of the text is kept.</summary>
internal abstract class CodexEvent
{
    public required CodexLine At { get; set; }

    public long TimeMs => At.TimeMs;
}

/// <summary>The header of a thread: its own, or that of a thread whose history was copied into the file.</summary>
internal sealed class CodexMeta : CodexEvent
{
    public string? ThreadId { get; init; }

    public long? CreatedMs { get; init; }

    public string? Folder { get; init; }

    public string? Version { get; init; }

    /// <summary>The thread that spawned it as a sub-agent.</summary>
    public string? ParentId { get; init; }

    /// <summary>The thread whose history it began with.</summary>
    public string? ForkedFromId { get; init; }

    /// <summary>The first ordinal that is its own; those before are copied.</summary>
    public long? OwnFromOrdinal { get; init; }

    /// <summary>The thread whose history comes before it and is not in its file, and the ordinal at which that ends.</summary>
    public (string ThreadId, long EndOrdinal)? HistoryBase { get; init; }

    /// <summary>The system prompt, if it is written.</summary>
    public PromptSegment? Instructions { get; init; }
}

/// <summary>Something the model is given: a message of the user, of the developer, of another agent.</summary>
internal sealed class CodexInput : CodexEvent
{
    public PromptSegment Segment { get; init; }

    public bool IsUser { get; init; }
}

/// <summary>Something the model made: a message, reasoning, a tool call.</summary>
internal sealed class CodexItem : CodexEvent
{
    public PromptSegment Segment { get; set; }

    public bool IsReasoning { get; init; }

    /// <summary>Of a tool call that is answered by a <see cref="CodexOutput"/>.</summary>
    public string? CallId { get; init; }

    public string? Tool { get; init; }
}

/// <summary>The result of a tool call.</summary>
internal sealed class CodexOutput : CodexEvent
{
    public PromptSegment Segment { get; init; }

    public required string CallId { get; init; }

    public long Bytes { get; init; }

    public bool IsError { get; init; }

    /// <summary>How long the tool itself took, if it says so.</summary>
    public double? DurationMs { get; init; }

    /// <summary>A thread it names as started.</summary>
    public string? StartedThread { get; init; }
}

/// <summary>How long a tool took, which some versions write beside its result.</summary>
internal sealed class CodexDuration : CodexEvent
{
    public required string CallId { get; init; }

    public double DurationMs { get; init; }
}

/// <summary>Token counts: of one answer, of the thread up to it, or both.</summary>
internal sealed class CodexUsage : CodexEvent
{
    /// <summary>Whether it is the record of one answer (newer versions), not a count shown in the terminal, which may come again.</summary>
    public bool IsRecord { get; init; }

    public string? ResponseId { get; init; }

    public string? Model { get; init; }

    /// <summary>Of the answer alone.</summary>
    public CodexTokens? Last { get; init; }

    /// <summary>Of the thread up to here.</summary>
    public CodexTokens? Total { get; init; }
}

/// <summary>Token counts. The input includes what was cached, the output includes reasoning.</summary>
internal readonly record struct CodexTokens(long Input, long Cached, long Output, long Reasoning)
{
    public bool IsZero => Input == 0 && Output == 0;

    /// <summary>What was added since an earlier total; a total that is smaller began again at zero.</summary>
    public CodexTokens Since(CodexTokens before) =>
        Input < before.Input || Output < before.Output || Cached < before.Cached || Reasoning < before.Reasoning ? this
            : new CodexTokens(Input - before.Input, Cached - before.Cached, Output - before.Output, Reasoning - before.Reasoning);
}

/// <summary>The beginning of a turn of the user.</summary>
internal sealed class CodexTurnStart : CodexEvent
{
    public string? TurnId { get; init; }

    public long? StartedMs { get; init; }
}

/// <summary>The settings with which the model is asked next.</summary>
internal sealed class CodexContext : CodexEvent
{
    public string? TurnId { get; init; }

    public string? Model { get; init; }
}

/// <summary>A turn that was broken off.</summary>
internal sealed class CodexAbort : CodexEvent;

/// <summary>The history was replaced by a shorter one.</summary>
internal sealed class CodexCompaction : CodexEvent
{
    public IReadOnlyList<PromptSegment> Replacement { get; init; } = [];
}

/// <summary>The last turns were taken back.</summary>
internal sealed class CodexRollback : CodexEvent
{
    public int Turns { get; init; }
}

/// <summary>A sub-agent was started by a tool call.</summary>
internal sealed class CodexAgentStart : CodexEvent
{
    public required string CallId { get; init; }

    public required string ThreadId { get; init; }
}
