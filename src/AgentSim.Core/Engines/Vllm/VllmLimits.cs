namespace AgentSim.Engines.Vllm;

/// <summary>The engine arguments a vLLM or TensorRT-LLM scheduler reads in every pass, with "unlimited" as a large number.</summary>
internal sealed class VllmLimits
{
    public VllmLimits(EngineConfig config)
    {
        BlockSize = checked((int)config.BlockSize);
        TotalBlocks = config.NumGpuBlocks;
        TokenBudget = config.MaxNumBatchedTokens ?? long.MaxValue;
        MaxSequences = config.MaxNumSeqs ?? long.MaxValue;
        MaxModelLength = config.MaxModelLen ?? long.MaxValue;
        ChunkedPrefill = config.EnableChunkedPrefill;
        PreemptFirst = config.PreemptionMode == PreemptionMode.Fifo;
        Speculates = config.Speculates;
    }

    public int BlockSize { get; }

    public long TotalBlocks { get; }

    public long TokenBudget { get; }

    public long MaxSequences { get; }

    public long MaxModelLength { get; }

    public bool ChunkedPrefill { get; }

    public bool PreemptFirst { get; }

    public bool Speculates { get; }

    /// <summary>Tokens that fit into all blocks.</summary>
    public long CapacityTokens => TotalBlocks > long.MaxValue / BlockSize ? long.MaxValue : TotalBlocks * BlockSize;

    /// <summary>Output tokens that a request has still to produce.</summary>
    public long RemainingOutput(Sequence sequence) =>
        Math.Min(Math.Max(0, sequence.OutputLimit - sequence.Generated), Math.Max(0, MaxModelLength - sequence.Length));
}
