namespace AgentSim.Imports;

/// <summary>Settles which request each prompt goes on from, where the messages alone do not say it.</summary>
internal static class ChainOrder
{
    /// <summary>Settles the predecessors of the requests of a session.</summary>
    /// <param name="requests">The requests of a session, in order.</param>
    /// <param name="rule">By what prompts count as equal.</param>
    public static void Settle(IReadOnlyList<SourceRequest> requests, PrefixRule rule)
    {
        var byTotal = new Dictionary<long, SourceRequest>();   // the last of each length
        SourceRequest? previous = null;
        foreach (SourceRequest request in requests)
        {
            if (request.Prompt is ChainedPrompt prompt)
            {
                prompt.Predecessor = rule switch
                {
                    PrefixRule.Usage => previous,
                    PrefixRule.None => null,
                    _ => prompt.MayInterleave && !prompt.IsReset ? Interleaved(request, prompt.Predecessor?.Kept, byTotal)
                        : prompt.Predecessor?.Kept,
                };
            }

            byTotal[request.InputTokens] = request;
            previous = request;
        }
    }

    // Two contexts may take turns in one file with one chain of messages, or a turn may have left out what the one before had
    // at its end. Either way the cached count of a prompt is exactly the length of an earlier one that is not the one before.
    private static SourceRequest? Interleaved(SourceRequest request, SourceRequest? before, Dictionary<long, SourceRequest> byTotal)
    {
        if (before is null || request.CachedTokens is not (> 0 and long cached) || cached == before.InputTokens
            || cached > request.InputTokens) return before;
        return byTotal.TryGetValue(cached, out SourceRequest? other) ? other : before;
    }
}
