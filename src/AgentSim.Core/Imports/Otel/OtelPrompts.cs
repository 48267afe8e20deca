namespace AgentSim.Imports.Otel;

/// <summary>
/// Chains the prompts of a session. With recorded messages a prompt goes on from the request whose whole prompt it begins with;
/// without, from the one before as long as lengths grow.
/// </summary>
internal static class OtelPrompts
{
    /// <summary>Gives each request of a session its prompt.</summary>
    /// <param name="requests">The requests, in order, with what their spans say.</param>
    /// <returns>Whether any was chained by lengths alone.</returns>
    public static bool Chain(IReadOnlyList<(SourceRequest Request, OtelCall Call)> requests)
    {
        var whole = new Dictionary<ulong, (SourceRequest Request, ChainedPrompt Prompt)>();   // by all messages of the prompt
        SourceRequest? before = null;
        bool isGuessed = false;
        foreach ((SourceRequest request, OtelCall call) in requests)
        {
            if (call.Messages.Count == 0)
            {
                bool goesOn = before is not null && request.InputTokens >= before.InputTokens;
                isGuessed |= goesOn;
                request.Prompt = new ChainedPrompt { Predecessor = goesOn ? before : null, MayInterleave = request.CachedTokens > 0 };
            }
            else
            {
                request.Prompt = ByMessages(request, call, before, whole);
            }

            before = request;
        }

        return isGuessed;
    }

    private static ChainedPrompt ByMessages(SourceRequest request, OtelCall call, SourceRequest? before, Dictionary<ulong,
        (SourceRequest Request, ChainedPrompt Prompt)> whole)
    {
        ulong[] hashes = Prefixes(call);
        ChainedPrompt? prompt = null;
        for (int shared = call.Messages.Count; shared > 0 && prompt is null; shared--)
        {
            if (!whole.TryGetValue(hashes[shared], out (SourceRequest Request, ChainedPrompt Prompt) earlier)) continue;
            // What the model said comes next, as it is sent back from now on.
            int answer = shared;
            while (answer < call.Messages.Count && call.Messages[answer].IsAnswer) answer++;
            if (answer > shared) earlier.Prompt.Answer = [.. call.Messages.Take(answer).Skip(shared).Select(message => message.Segment)];
            prompt = new ChainedPrompt { Predecessor = earlier.Request, Added = Segments(call, answer), KeepsHistory = true };
        }

        (string? key, long tokens) = Pool(call);
        prompt ??= new ChainedPrompt
        {
            Predecessor = before,   // a history that was cut or rewritten has only the fixed beginning in common
            IsReset = before is not null,
            Added = Segments(call, 0),
            PoolKey = key,
            PoolTokens = tokens,
        };
        whole[hashes[^1]] = (request, prompt);
        return prompt;
    }

    private static PromptSegment[] Segments(OtelCall call, int from) => [.. call.Messages.Skip(from).Select(message => message.Segment)];

    // An own hash for each beginning of the prompt: of the fixed part, and of that and the first, the first two, … messages.
    private static ulong[] Prefixes(OtelCall call)
    {
        var hashes = new ulong[call.Messages.Count + 1];
        ulong hash = 0x9E3779B97F4A7C15;
        foreach (PromptSegment segment in call.Fixed) hash = Join(hash, segment.Identity);
        hashes[0] = hash;
        for (int i = 0; i < call.Messages.Count; i++) hashes[i + 1] = hash = Join(hash, call.Messages[i].Segment.Identity);
        return hashes;
    }

    private static (string? Key, long Tokens) Pool(OtelCall call)
    {
        if (call.Fixed.Count == 0) return (null, 0);
        ulong hash = 0;
        double tokens = 0;
        foreach (PromptSegment segment in call.Fixed)
        {
            hash = Join(hash, segment.Identity);
            tokens += segment.Estimate;
        }

        return (FormattableString.Invariant($"{call.Model}/{hash:x16}"), (long)tokens);
    }

    private static ulong Join(ulong hash, ulong next)
    {
        hash = (hash ^ next) * 0xD6E8FEB86659FD93UL;
        return (hash ^ (hash >> 32)) * 0x9E3779B97F4A7C15UL;
    }
}
