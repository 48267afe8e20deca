using AgentSim.Collections;

namespace AgentSim.Prompts;

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
