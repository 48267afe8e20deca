namespace AgentSim.Engines;

/// <summary>Which running request gives way when blocks run out.</summary>
public enum PreemptionMode
{
    /// <summary>The one admitted last.</summary>
    Lifo,

    /// <summary>The one admitted first.</summary>
    Fifo,
}

/// <summary>The block manager behind a vLLM or TensorRT-LLM worker.</summary>
public enum KvBackend
{
    /// <summary>Physical copies per block, LRU of single blocks (behaviour 02#5).</summary>
    Native,

    /// <summary>One physical block per identity, lineage eviction (behaviour 02#11).</summary>
    Kvbm,
}

/// <summary>What a worker does with a request.</summary>
public enum WorkerType
{
    /// <summary>Prompt and output.</summary>
    Aggregated,

    /// <summary>The prompt only; the result is handed over to a decode worker.</summary>
    Prefill,

    /// <summary>The output only, from a prompt that a prefill worker computed.</summary>
    Decode,
}

/// <summary>Which tokens a hand-over between prefill and decode workers moves.</summary>
public enum KvTransferTimingMode
{
    /// <summary>Those of the whole prompt.</summary>
    FullPrompt,

    /// <summary>Those that the destination does not hold yet.</summary>
    DestinationMissing,
}
