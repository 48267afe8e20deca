namespace AgentSim.Imports.Codex;

/// <summary>One answer of the model and the request for it, as the lines around it tell.</summary>
internal sealed class CodexAnswer
{
    public required CodexUsage Count { get; init; }

    /// <summary>Its own token counts.</summary>
    public required CodexTokens Tokens { get; init; }

    /// <summary>The provider's id of the answer.</summary>
    public string? ResponseId { get; set; }

    /// <summary>Whether it is in a copy of another thread's history.</summary>
    public bool IsCopy { get; init; }

    public long StartMs { get; init; }

    public long EndMs { get; init; }

    /// <summary>Whether nothing but the count is there, so that its start is not known.</summary>
    public bool IsGuess { get; init; }

    public string? Model { get; init; }

    /// <summary>The turn it belongs to.</summary>
    public string? TurnId { get; init; }

    /// <summary>Number of its turn in the history.</summary>
    public int Turn { get; init; }

    /// <summary>The answer whose prompt this one's goes on from.</summary>
    public CodexAnswer? Previous { get; init; }

    /// <summary>Whether the history before was replaced.</summary>
    public bool IsReset { get; init; }

    public List<PromptSegment> Added { get; init; } = [];

    public List<PromptSegment> Made { get; init; } = [];

    public List<SourceToolCall> Calls { get; init; } = [];

    /// <summary>The request it became.</summary>
    public SourceRequest? Request { get; set; }
}

/// <summary>A tool call and its result.</summary>
internal sealed class CodexCall
{
    public required CodexItem Item { get; init; }

    public required CodexOutput Result { get; set; }

    public double? DurationMs { get; set; }

    /// <summary>The answer that made the call; null if it was broken off.</summary>
    public CodexAnswer? Answer { get; set; }

    /// <summary>The thread it started.</summary>
    public string? StartedThread { get; set; }

    public bool IsCopy { get; init; }
}
