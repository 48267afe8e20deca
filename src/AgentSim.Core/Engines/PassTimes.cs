namespace AgentSim.Engines;

/// <summary>The prompt work of a pass, summed over its requests.</summary>
internal struct PromptWork
{
    /// <summary>Requests with prompt work.</summary>
    public int Requests;

    /// <summary>Their prompt tokens up to where the pass computes them.</summary>
    public long Tokens;

    /// <summary>Those of them that were there before.</summary>
    public long CachedTokens;

    public void Add(long tokens, long cachedTokens)
    {
        Requests++;
        Tokens += tokens;
        CachedTokens += cachedTokens;
    }

    public void TakeBack(long tokens, long cachedTokens)
    {
        Requests--;
        Tokens -= tokens;
        CachedTokens -= cachedTokens;
    }
}

/// <summary>How long the parts of a pass take on the ranks of a pool, and who is told.</summary>
/// <param name="prefill">The model by which prompts take their time; null: they take none.</param>
/// <param name="decode">The lengths of decode steps; null: they take no time.</param>
/// <param name="observer">Told of what passes did; null: nobody asked.</param>
internal sealed class PassTimes(PerformanceModel? prefill, DecodeTimes? decode, PassObserver? observer)
{
    /// <summary>Told of what passes did; null: nobody asked.</summary>
    public PassObserver? Observer { get; } = observer;

    /// <summary>The lengths of decode steps, where they take time.</summary>
    public DecodeTimes? Steps { get; } = decode;

    /// <summary>How long the prompt work of a pass takes.</summary>
    public double Prefill(in PromptWork work)
    {
        if (work.Requests == 0 || prefill is null) return 0.0;
        double ms = prefill.Prefill(work.Requests, work.Tokens, work.CachedTokens);
        if (ms > 0) Observer?.Prefill(work.Requests, work.Tokens - work.CachedTokens, work.CachedTokens, ms);
        return ms;
    }

    /// <summary>How long a decode step takes.</summary>
    /// <param name="active">Active blocks of the rank.</param>
    /// <param name="context">Mean sequence length of the emitting requests, rounded down.</param>
    public double Decode(int active, long context) => Steps is null ? 0.0 : Steps[active, context];
}
