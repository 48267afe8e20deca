namespace AgentSim.Engines.Vllm;

/// <summary>The engine arguments a vLLM or TensorRT-LLM scheduler reads in every pass, with "unlimited" as a large number.</summary>
internal sealed class VllmLimits
{
    public VllmLimits(EngineArguments arguments, bool guaranteedNoEvict)
    {
        BlockSize = checked((int)arguments.BlockSize);
        TotalBlocks = arguments.NumGpuBlocks;
        TokenBudget = arguments.MaxNumBatchedTokens ?? long.MaxValue;
        MaxSequences = arguments.MaxNumSeqs ?? long.MaxValue;
        MaxModelLength = arguments.MaxModelLen ?? long.MaxValue;
        ChunkedPrefill = arguments.EnableChunkedPrefill;
        PreemptFirst = arguments.PreemptionMode == PreemptionMode.Fifo;
        GuaranteedNoEvict = guaranteedNoEvict;
        Role = arguments.WorkerType;
        Speculates = arguments.AicNextn is not null;
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
