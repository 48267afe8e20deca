namespace AgentSim.Engines;

/// <summary>The simulated engines.</summary>
public enum EngineType
{
    /// <summary>vLLM.</summary>
    Vllm,

    /// <summary>SGLang.</summary>
    Sglang,

    /// <summary>TensorRT-LLM.</summary>
    Trtllm,
}

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
    /// <summary>Physical copies per block, LRU of single blocks (specification 02, 5).</summary>
    Native,

    /// <summary>One physical block per identity, lineage eviction (specification 02, 11).</summary>
    Kvbm,
}
