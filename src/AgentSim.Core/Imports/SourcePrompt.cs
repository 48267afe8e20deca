namespace AgentSim.Imports;

/// <summary>What a prompt consists of: either segments on a chain of messages, or recorded block ids.</summary>
internal abstract class SourcePrompt
{
    /// <summary>
    /// The request whose prompt this one goes on from; null for the first one of a session. It may be of another session (a
    /// fork), and it may be a copy that is not kept in the end.
    /// </summary>
    public SourceRequest? Predecessor { get; set; }
}

/// <summary>
/// A prompt known by its messages. Its length is the reported one; what is equal follows from the predecessor and from the
/// identities of the segments (see <see cref="AnchoredChain"/>).
/// </summary>
internal sealed class ChainedPrompt : SourcePrompt
{
    /// <summary>
    /// What was added after the answer of the predecessor (tool results, user text), in order; without a predecessor, the
    /// whole prompt behind the pool.
    /// </summary>
    public IReadOnlyList<PromptSegment> Added { get; init; } = [];

    /// <summary>What the answer to this prompt adds to the prompts that go on from it.</summary>
    public IReadOnlyList<PromptSegment> Answer { get; set; } = [];

    /// <summary>
    /// Whether the history before was thrown away (compaction): of the predecessor only the pool part stays, and
    /// <see cref="Added"/> is the rest.
    /// </summary>
    public bool IsReset { get; init; }

    /// <summary>Whether it is known to go on from its predecessor even if it is shorter: it has as much of that as fits.</summary>
    public bool GoesOn { get; init; }

    /// <summary>
    /// Whether the source shows the whole history and that nothing was taken from it. A prompt that is shorter than the one
    /// before all the same lacks what is not written down (reasoning that is not sent again), and nobody can see where:
    /// everything but what was added then counts as shared.
    /// </summary>
    public bool KeepsHistory { get; init; }

    /// <summary>
    /// Whether other requests of the session may turn out to be the predecessor, by the totals and cached counts (contexts that
    /// interleave in one file).
    /// </summary>
    public bool MayInterleave { get; init; }

    /// <summary>What the fixed beginning (system prompt, tool definitions) is shared by, e.g. model, folder and version; null:
    /// nobody.</summary>
    public string? PoolKey { get; init; }

    /// <summary>Tokens of the fixed beginning, as far as known; at most the prompt is taken.</summary>
    public long PoolTokens { get; set; }
}

/// <summary>A prompt whose blocks have recorded ids. Made by <see cref="RecordedIds"/>, which keeps only what is new.</summary>
internal sealed class RecordedPrompt : SourcePrompt
{
    /// <summary>Tokens of a block.</summary>
    public required int BlockTokens { get; init; }

    /// <summary>Leading blocks that are those of the predecessor.</summary>
    public required int KeptBlocks { get; init; }

    /// <summary>The identities of the blocks behind them.</summary>
    public required ulong[] NewBlocks { get; init; }
}

/// <summary>A piece of a prompt: equal identities mean equal text.</summary>
/// <param name="Identity">Made by <see cref="TextIdentity"/>.</param>
/// <param name="Estimate">Its tokens, estimated; only the proportions within one step of the chain count. At least 0.</param>
internal readonly record struct PromptSegment(ulong Identity, double Estimate);
