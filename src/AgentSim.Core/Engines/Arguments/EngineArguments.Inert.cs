namespace AgentSim.Engines;

// Arguments that are read and checked like the reference does, and that have no effect on offline replay.
public sealed partial record EngineArguments
{
    /// <summary><c>startup_time</c>: seconds until a worker added by scaling is ready. No effect: the first workers are ready at once.</summary>
    public double? StartupTime { get; init; }

    /// <summary><c>aic_backend</c>: AIC latency modelling, which is not available; refused when set.</summary>
    public string? AicBackend { get; init; }

    /// <summary><c>aic_system</c>. No effect without <see cref="AicBackend"/>.</summary>
    public string? AicSystem { get; init; }

    /// <summary><c>aic_backend_version</c>. No effect without <see cref="AicBackend"/>.</summary>
    public string? AicBackendVersion { get; init; }

    /// <summary><c>aic_model_path</c>. No effect without <see cref="AicBackend"/>.</summary>
    public string? AicModelPath { get; init; }

    /// <summary><c>aic_gemm_dtype</c>. No effect without <see cref="AicBackend"/>.</summary>
    public string? AicGemmDtype { get; init; }

    /// <summary><c>aic_moe_dtype</c>. No effect without <see cref="AicBackend"/>.</summary>
    public string? AicMoeDtype { get; init; }

    /// <summary><c>aic_fmha_dtype</c>. No effect without <see cref="AicBackend"/>.</summary>
    public string? AicFmhaDtype { get; init; }

    /// <summary><c>aic_kv_cache_dtype</c>. No effect without <see cref="AicBackend"/>.</summary>
    public string? AicKvCacheDtype { get; init; }

    /// <summary><c>aic_comm_dtype</c>. No effect without <see cref="AicBackend"/>.</summary>
    public string? AicCommDtype { get; init; }

    /// <summary><c>aic_moe_tp_size</c>. No effect without <see cref="AicBackend"/>.</summary>
    public long? AicMoeTpSize { get; init; }

    /// <summary><c>aic_moe_ep_size</c>. No effect without <see cref="AicBackend"/>.</summary>
    public long? AicMoeEpSize { get; init; }

    /// <summary><c>gpu_memory_utilization</c>, 0 to 1. No effect.</summary>
    public double? GpuMemoryUtilization { get; init; }

    /// <summary><c>mem_fraction_static</c>, 0 to 1. No effect.</summary>
    public double? MemFractionStatic { get; init; }

    /// <summary><c>free_gpu_memory_fraction</c>, 0 to 1. No effect.</summary>
    public double? FreeGpuMemoryFraction { get; init; }

    /// <summary><c>offload_batch_size</c>, null or 0 for none. No effect.</summary>
    public long? OffloadBatchSize { get; init; }

    /// <summary><c>bandwidth_g1_to_g2_gbps</c>. No effect.</summary>
    public double? BandwidthG1ToG2Gbps { get; init; }

    /// <summary><c>bandwidth_g2_to_g1_gbps</c>. No effect.</summary>
    public double? BandwidthG2ToG1Gbps { get; init; }

    /// <summary><c>bandwidth_g2_to_g3_gbps</c>. No effect.</summary>
    public double? BandwidthG2ToG3Gbps { get; init; }

    /// <summary><c>bandwidth_g3_to_g2_gbps</c>. No effect.</summary>
    public double? BandwidthG3ToG2Gbps { get; init; }

    /// <summary><c>bandwidth_g2_to_g4_gbps</c>. No effect.</summary>
    public double? BandwidthG2ToG4Gbps { get; init; }

    /// <summary><c>bandwidth_g4_to_g2_gbps</c>. No effect.</summary>
    public double? BandwidthG4ToG2Gbps { get; init; }

    /// <summary><c>enable_local_indexer</c>. No effect.</summary>
    public bool EnableLocalIndexer { get; init; }

    /// <summary><c>bootstrap_port</c>. No effect.</summary>
    public ushort? BootstrapPort { get; init; }

    /// <summary><c>zmq_kv_events_port</c>. No effect.</summary>
    public ushort? ZmqKvEventsPort { get; init; }

    /// <summary><c>zmq_replay_port</c>. No effect.</summary>
    public ushort? ZmqReplayPort { get; init; }

    /// <summary><c>handoff_session_timeout_ms</c>, from 1. No effect.</summary>
    public ulong HandoffSessionTimeoutMs { get; init; } = 300_000;

    /// <summary><c>reasoning</c>. No effect.</summary>
    public ReasoningArguments? Reasoning { get; init; }

    /// <summary><c>response_replay_trace_path</c>. No effect.</summary>
    public string? ResponseReplayTracePath { get; init; }
}
