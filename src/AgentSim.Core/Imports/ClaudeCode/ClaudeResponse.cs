namespace AgentSim.Imports.ClaudeCode;

/// <summary>An answer of the model: several rows, one for each block of its content, each with the usage known by then.</summary>
internal sealed class ClaudeResponse
{
    private readonly HashSet<ulong> _blocks = [];

    /// <summary>The id of the message, or what else its rows have in common.</summary>
    public required string Id { get; init; }

    /// <summary>Whether <see cref="Id"/> is the provider's, so that the same one elsewhere is the same answer.</summary>
    public bool IsGlobal { get; init; }

    public required ClaudeRow First { get; init; }

    public long? StartMs { get; set; }

    public long? EndMs { get; set; }

    public string? Model { get; set; }

    public string? StopReason { get; set; }

    /// <summary>Whether any row has token counts.</summary>
    public bool HasUsage { get; private set; }

    public long InputTokens { get; private set; }

    public long CachedTokens { get; private set; }

    public long OutputTokens { get; private set; }

    public List<PromptSegment> Blocks { get; } = [];

    /// <summary>Characters of visible text, thinking and tool input.</summary>
    public double Characters { get; private set; }

    /// <summary>Whether there is thinking whose text the log does not have.</summary>
    public bool HidesThinking { get; set; }

    public bool IsRestamped { get; set; }

    public List<ClaudeCall> Calls { get; } = [];

    /// <summary>What it became.</summary>
    public SourceRequest? Request { get; set; }

    /// <summary>Adds a block; false if it is there already.</summary>
    public bool Add(PromptSegment block, double characters)
    {
        if (!_blocks.Add(block.Identity)) return false;
        Blocks.Add(block);
        Characters += characters;
        return true;
    }

    /// <summary>Takes the usage of a row: counts grow while an answer is streamed, so the largest is the latest.</summary>
    public void AddUsage(long input, long cached, long output)
    {
        HasUsage = true;
        if (input >= InputTokens) (InputTokens, CachedTokens) = (input, cached);
        OutputTokens = Math.Max(OutputTokens, output);
    }
}

/// <summary>A tool call in an answer, and its result when there is one.</summary>
internal sealed class ClaudeCall
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required ClaudeRow Row { get; init; }

    public required ClaudeResponse Response { get; init; }

    /// <summary>Identity of the task that it gives to a sub-agent, if it does.</summary>
    public ulong? Task { get; init; }

    public bool IsBackground { get; set; }

    public ClaudeResult? Result { get; set; }

    /// <summary>When a background task said that it is done.</summary>
    public long? DoneMs { get; set; }

    /// <summary>The request that read the result.</summary>
    public ClaudeResponse? Consumer { get; set; }
}

/// <summary>The result of a tool call.</summary>
/// <param name="Row">Its row.</param>
/// <param name="IsError">Whether the tool failed.</param>
/// <param name="IsCancelled">Whether a person ended it.</param>
/// <param name="Bytes">Size of its text.</param>
/// <param name="DurationMs">How long the tool itself took, if recorded.</param>
/// <param name="AgentId">The sub-agent that did it, if one did.</param>
internal sealed record ClaudeResult(ClaudeRow Row, bool IsError, bool IsCancelled, long Bytes, double? DurationMs, string? AgentId);
