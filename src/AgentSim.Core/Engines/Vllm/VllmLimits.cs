namespace AgentSim.Engines.Vllm;

/// <summary>The engine arguments a vLLM or TensorRT-LLM scheduler reads in every pass, with "unlimited" as a large number.</summary>
internal sealed class VllmLimits
{
    public VllmLimits(EngineConfig config, bool guaranteedNoEvict)
    {
        BlockSize = checked((int)config.BlockSize);
        TotalBlocks = config.NumGpuBlocks;
        TokenBudget = config.MaxNumBatchedTokens ?? long.MaxValue;
        MaxSequences = config.MaxNumSeqs ?? long.MaxValue;
        MaxModelLength = config.MaxModelLen ?? long.MaxValue;
        ChunkedPrefill = config.EnableChunkedPrefill;
        PreemptFirst = config.PreemptionMode == PreemptionMode.Fifo;
        GuaranteedNoEvict = guaranteedNoEvict;
        Role = config.WorkerType;
        Speculates = config.Speculates;
    }

    public int BlockSize { get; }

    public long TotalBlocks { get; }

    public long TokenBudget { get; }

    public long MaxSequences { get; }

    public long MaxModelLength { get; }

    public bool ChunkedPrefill { get; }

    public bool PreemptFirst { get; }

    /// <summary>TensorRT-LLM's policy: admit only what can run to its end, never preempt.</summary>
    public bool GuaranteedNoEvict { get; }

    public bool Speculates { get; }

    /// <summary>Whether the worker does all, or one side of a disaggregated pair.</summary>
    public WorkerType Role { get; }

    /// <summary>Output tokens a request may produce: TensorRT-LLM cuts what the prompt leaves no room for.</summary>
    public int OutputLimit(int promptTokens, int requested)
    {
        long capacity = TotalBlocks > long.MaxValue / BlockSize ? long.MaxValue : TotalBlocks * BlockSize;
        return GuaranteedNoEvict && promptTokens < capacity ? (int)Math.Min(requested, capacity - promptTokens) : requested;
    }
}
