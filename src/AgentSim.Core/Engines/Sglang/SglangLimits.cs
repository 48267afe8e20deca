namespace AgentSim.Engines.Sglang;

/// <summary>The engine arguments an SGLang scheduler reads in every pass, and the constants that follow from them (behaviour
/// 03#A.1).</summary>
internal readonly struct SglangLimits
{
    public SglangLimits(EngineConfig config)
    {
        PageSize = checked((int)config.BlockSize);
        TotalPages = config.NumGpuBlocks;
        MaxRunning = config.MaxNumSeqs ?? long.MaxValue;
        MaxPrefillTokens = config.Sglang.MaxPrefillTokens;
        ChunkSize = config.Sglang.ChunkSize;
        OutputClip = config.Sglang.ClipMaxNewTokens;
        LongestPrefixFirst = config.Sglang.UsesLongestPrefixMatch;
        InitialRatio = SglangRules.InitialRatio(config.Sglang.ScheduleConservativeness);
        LeastRatio = SglangRules.LeastRatio(InitialRatio);
        RatioDecay = SglangRules.RatioDecay(InitialRatio, LeastRatio);
    }

    /// <summary>Tokens of a page.</summary>
    public int PageSize { get; }

    public long TotalPages { get; }

    public long TotalTokens => TotalPages > long.MaxValue / PageSize ? long.MaxValue : TotalPages * PageSize;

    public long MaxRunning { get; }

    /// <summary>Prompt tokens of one pass.</summary>
    public long MaxPrefillTokens { get; }

    /// <summary>Chunk budget of one pass; longer prompts are cut.</summary>
    public long ChunkSize { get; }

    /// <summary>Most output tokens reserved for one request.</summary>
    public long OutputClip { get; }

    public bool LongestPrefixFirst { get; }

    /// <summary>Share of the remaining output that is reserved for running requests, at first and after each retraction.</summary>
    public double InitialRatio { get; }

    /// <summary>Where the decay of the ratio ends.</summary>
    public double LeastRatio { get; }

    /// <summary>What every pass takes off the ratio.</summary>
    public double RatioDecay { get; }

    public double Decayed(double ratio) => Math.Max(ratio - RatioDecay, LeastRatio);
}
