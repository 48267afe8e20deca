using AgentSim.Collections;

namespace AgentSim.Prompts;

/// <summary>
/// The engine-block view of a workload's prompts for one run: which blocks a prompt consists of, and which blocks its
/// output makes (behaviour 01#8.3). Identities are dense integers that only say "same tokens from the start".
/// </summary>
internal abstract class PromptCatalog
{
    /// <summary>
    /// True when generated blocks can equal prompt blocks of other requests, so that they need identities
    /// (<see cref="GeneratedBlock"/>); false when nothing but the request itself can ever match them.
    /// </summary>
    public abstract bool HasGeneratedIdentities { get; }

    /// <summary>The request is handed out: its prompt can be asked for from now on.</summary>
    public virtual void Open(int request)
    {
    }

    /// <summary>Length of the prompt in tokens, earlier turns included where the format accumulates them.</summary>
    public abstract int PromptTokens(int request);

    /// <summary>The complete blocks of the prompt.</summary>
    public abstract PromptBlocks Blocks(int request);

    /// <summary>Identity of the complete block at <paramref name="index"/>, which ends with generated tokens.</summary>
    public virtual int GeneratedBlock(int request, int index) =>
        throw new InvalidOperationException("Generated blocks of this workload have no identity.");

    /// <summary>Appends such blocks, from one index up to, not including, another, to <paramref name="path"/>.</summary>
    public virtual void GeneratedBlocks(int request, int from, int to, ref GrowList<ChainBlocks> path) =>
        throw new InvalidOperationException("Generated blocks of this workload have no identity.");

    /// <summary>First identity that no prompt and no output uses; what is above is free for private use.</summary>
    public abstract int FreeIdentity { get; }

    /// <summary>The request ended after <paramref name="emitted"/> output tokens; a rejected one leaves no trace in its session.</summary>
    public virtual void Close(int request, int emitted, bool rejected)
    {
    }
}

/// <summary>What catalogs read of a workload: the prompts of its requests, as columns by request.</summary>
internal sealed class PromptColumns
{
    /// <summary>The prompts; request r has the runs <c>[PathStart[r], PathEnd[r])</c>.</summary>
    public required PromptTrie Trie { get; init; }
    public required int[] PathStart { get; init; }
    public required int[] PathEnd { get; init; }

    /// <summary>Tokens that a node of the trie stands for.</summary>
    public required int TraceBlockSize { get; init; }

    /// <summary>Tokens of each prompt; of what it adds to those before it where prompts continue each other.</summary>
    public required int[] InputLength { get; init; }

    /// <summary>Authored output tokens by request; null when no row has any.</summary>
    public required IReadOnlyList<uint>?[]? AuthoredOutput { get; init; }

    /// <summary>The sessions whose prompts continue each other; null where every prompt is given in full.</summary>
    public required ContinuedSessions? Continued { get; init; }
}

/// <summary>Sessions in which each prompt continues the earlier prompts and outputs.</summary>
/// <param name="SessionOf">Session of each request.</param>
/// <param name="SessionStart">Requests of session s are <c>[SessionStart[s], SessionStart[s + 1])</c>.</param>
/// <param name="Names">What the sessions are called.</param>
internal sealed record ContinuedSessions(int[] SessionOf, int[] SessionStart, NameTable Names);
