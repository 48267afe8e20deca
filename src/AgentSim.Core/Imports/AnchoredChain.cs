namespace AgentSim.Imports;

/// <summary>
/// Finds out what prompts consist of. The lengths are differences of the reported totals, so that they are exact at every
/// request however wrong the estimates of single texts are; texts only say what is equal. A prompt that goes on from
/// another one has all of its tokens; the rest is divided among what came between – the answer, tool results, user
/// text – in proportion to their estimates.
/// </summary>
/// <param name="identity">Makes identities.</param>
/// <param name="rule">By what prompts count as equal where no ids are recorded.</param>
/// <param name="blockSize">Tokens of a block.</param>
internal sealed class AnchoredChain(TextIdentity identity, PrefixRule rule, int blockSize)
{
    private readonly Dictionary<string, ulong> _pools = new(StringComparer.Ordinal);

    /// <summary>Gives every request its prompt.</summary>
    /// <param name="sessions">The requests that are kept, by session and in order; those without a session are one-element lists.</param>
    /// <param name="cancel">Ends the work.</param>
    public void Resolve(IReadOnlyList<IReadOnlyList<SourceRequest>> sessions, CancellationToken cancel)
    {
        foreach (IReadOnlyList<SourceRequest> requests in sessions) ChainOrder.Settle(requests, rule);
        foreach (IReadOnlyList<SourceRequest> requests in sessions) CapOutputs(requests);
        foreach (IReadOnlyList<SourceRequest> requests in sessions)
        {
            cancel.ThrowIfCancellationRequested();
            foreach (SourceRequest request in requests) Build(request);
        }

        // The texts have done their work.
        foreach (IReadOnlyList<SourceRequest> requests in sessions)
        {
            foreach (SourceRequest request in requests) request.Prompt = null;
        }
    }

    // An answer cannot be longer than what the next prompt has more than its own.
    private static void CapOutputs(IReadOnlyList<SourceRequest> requests)
    {
        foreach (SourceRequest request in requests)
        {
            if (request.Prompt is not ChainedPrompt { IsReset: false, Predecessor: { Output: OutputOrigin.Estimated } before }) continue;
            long more = request.InputTokens - before.InputTokens;
            if (more >= 0) before.OutputTokens = Math.Max(before.OutputFloor, Math.Min(before.OutputTokens, more));
        }
    }

    // Predecessors first; chains can be too long for recursion.
    private void Build(SourceRequest request)
    {
        var waiting = new Stack<SourceRequest>();
        for (SourceRequest? next = request; next is { Path: null }; next = next.Prompt?.Predecessor)
        {
            next.IsWaiting = true;
            waiting.Push(next);
            // A chain that leads back to itself, as no sound file has, begins here.
            if (next.Prompt is { Predecessor.IsWaiting: true } prompt) prompt.Predecessor = null;
        }

        while (waiting.TryPop(out SourceRequest? next))
        {
            next.Before = next.Prompt?.Predecessor;
            BuildOne(next);
            next.IsWaiting = false;
        }
    }

    private void BuildOne(SourceRequest request)
    {
        SourceRequest? before = request.Prompt?.Predecessor;
        if (request.Prompt is RecordedPrompt { BlockTokens: var tokens } ids && tokens == blockSize)
        {
            TakeBlocks(request, ids);
            return;
        }

        List<PromptRun> runs = [];
        long kept = request.Prompt switch
        {
            RecordedPrompt recorded => Recorded(request, recorded, runs),
            ChainedPrompt when rule == PrefixRule.None => 0,
            ChainedPrompt chained when rule == PrefixRule.Usage => ByUsage(request, chained, runs),
            ChainedPrompt chained => ByChain(request, chained, runs),
            _ => 0,
        };

        long rest = request.InputTokens - kept - runs.Sum(run => run.Tokens);
        if (rest > 0) runs.Add(new PromptRun(Own(request), 0, rest));
        request.KeptTokens = kept;
        request.Path = PromptPath.After(kept > 0 ? before!.Path : null, kept, runs, blockSize);
    }

    // Ids of the block size in use stay what they are; what they do not cover is the request's own.
    private void TakeBlocks(SourceRequest request, RecordedPrompt prompt)
    {
        request.Prefix = PrefixOrigin.Recorded;
        long whole = request.InputTokens / blockSize, all = (request.InputTokens + blockSize - 1) / blockSize;
        int kept = (int)Math.Min(prompt.KeptBlocks, whole);
        var blocks = new ulong[all - kept];
        int known = (int)Math.Min(prompt.NewBlocks.Length, whole - kept);
        prompt.NewBlocks.AsSpan(0, known).CopyTo(blocks);
        if (known < blocks.Length)
        {
            ulong own = Own(request);
            for (int i = known; i < blocks.Length; i++) blocks[i] = own + (ulong)(i - known);
        }

        request.KeptTokens = (long)kept * blockSize;
        request.Path = PromptPath.OfBlocks(kept > 0 ? prompt.Predecessor!.Path : null, kept, blocks, request.InputTokens, blockSize);
    }

    private static long Recorded(SourceRequest request, RecordedPrompt prompt, List<PromptRun> runs)
    {
        request.Prefix = PrefixOrigin.Recorded;
        long left = request.InputTokens;
        long kept = Math.Min(left, (long)prompt.KeptBlocks * prompt.BlockTokens);
        left -= kept;
        foreach (ulong block in prompt.NewBlocks)
        {
            if (left < prompt.BlockTokens) break;   // an id of a partial block is not that of the whole one
            runs.Add(new PromptRun(block, 0, prompt.BlockTokens));
            left -= prompt.BlockTokens;
        }

        return kept;
    }

    // The reference's rule: what was cached is what the request before began with.
    private long ByUsage(SourceRequest request, ChainedPrompt prompt, List<PromptRun> runs)
    {
        request.Prefix = PrefixOrigin.Usage;
        long cached = Math.Min(request.CachedTokens ?? 0, request.InputTokens);
        if (prompt.Predecessor is { } before) return Math.Min(cached, before.InputTokens);
        AddPool(request, prompt, cached, runs);
        return 0;
    }

    private long ByChain(SourceRequest request, ChainedPrompt prompt, List<PromptRun> runs)
    {
        long total = request.InputTokens;
        if (prompt.Predecessor is not { } before)
        {
            AddPool(request, prompt, Math.Min(prompt.PoolTokens, total), runs);
            request.Prefix = request.PoolTokens > 0 ? PrefixOrigin.Pool : prompt.Added.Count > 0 ? PrefixOrigin.Chain : PrefixOrigin.None;
            TokenShares.Add(runs, prompt.Added, total - request.PoolTokens, Own(request));
            return 0;
        }

        request.Prefix = PrefixOrigin.Chain;
        long kept;
        var parts = new List<PromptSegment>();
        if (prompt.IsReset)
        {
            kept = Math.Min(before.PoolTokens, total);
        }
        else if (total >= before.InputTokens || prompt.GoesOn)
        {
            kept = Math.Min(total, before.InputTokens);
            if (before.Prompt is ChainedPrompt chained) TokenShares.AddCapped(parts, chained.Answer, before.OutputTokens);
        }
        else
        {
            // The history shrank, and nobody can see where: what the provider still knew is a lower bound of what stayed.
            kept = Math.Min(total, Math.Max(before.PoolTokens, Math.Min(request.CachedTokens ?? 0, before.InputTokens)));
            double known = prompt.Added.Sum(segment => segment.Estimate);
            if (prompt.KeepsHistory)
                kept = Math.Max(kept, Math.Min(before.InputTokens, total - (long)Math.Ceiling(Math.Min(known, total))));
            if (total - kept > known) parts.Add(new PromptSegment(Own(request), total - kept - known));
        }

        parts.AddRange(prompt.Added);
        (request.Pool, request.PoolTokens) = (before.Pool, Math.Min(before.PoolTokens, kept));
        TokenShares.Add(runs, parts, total - kept, Own(request));
        return kept;
    }

    private void AddPool(SourceRequest request, ChainedPrompt prompt, long tokens, List<PromptRun> runs)
    {
        if (prompt.PoolKey is not { } key || tokens <= 0) return;
        if (!_pools.TryGetValue(key, out ulong pool)) _pools.Add(key, pool = identity.Of("pool", request.Format, key));
        runs.Add(new PromptRun(pool, 0, tokens));
        (request.Pool, request.PoolTokens) = (pool, tokens);
    }

    // What is equal to nothing else.
    private ulong Own(SourceRequest request) =>
        identity.Of("own", request.Format, request.Session?.Name ?? request.Place.Path, request.GlobalId ?? request.SourceId);
}
