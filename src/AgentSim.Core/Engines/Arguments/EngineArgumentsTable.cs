using AgentSim.Json;
using AgentSim.Routing;

namespace AgentSim.Engines;

/// <summary>The JSON names of the engine arguments: how each is read and written (behaviour 02#2.3).</summary>
internal static class EngineArgumentsTable
{
    private static readonly JsonOptionsChoice<PreemptionMode> PreemptionModes =
        new(true, ("lifo", PreemptionMode.Lifo), ("fifo", PreemptionMode.Fifo));

    private static readonly JsonOptionsChoice<KvBackend> Backends =
        new(false, ("native", KvBackend.Native), ("kvbm", KvBackend.Kvbm));

    private static readonly JsonOptionsChoice<WorkerType> WorkerTypes =
        new(false, ("aggregated", WorkerType.Aggregated), ("prefill", WorkerType.Prefill), ("decode", WorkerType.Decode));

    private static readonly JsonOptionsChoice<KvTransferTimingMode> TimingModes =
        new(true, ("full_prompt", KvTransferTimingMode.FullPrompt), ("destination_missing", KvTransferTimingMode.DestinationMissing));

    private static readonly JsonOptionsTable<SglangArguments> Sglang =
        new JsonOptionsTable<SglangArguments>(JsonOptionsDuplicates.LastWins, ignoreUnknown: true)
            .Custom("schedule_policy", (a, v) => v.IsNull ? a : a with { SchedulePolicy = v.Text() }, (w, a) => w.WriteStringValue(a.SchedulePolicy))
            .OptionalCount("page_size", a => a.PageSize, (a, v) => a with { PageSize = v })
            .OptionalCount("max_prefill_tokens", a => a.MaxPrefillTokens, (a, v) => a with { MaxPrefillTokens = v ?? a.MaxPrefillTokens })
            .OptionalCount("chunked_prefill_size", a => a.ChunkedPrefillSize, (a, v) => a with { ChunkedPrefillSize = v })
            .OptionalCount("clip_max_new_tokens", a => a.ClipMaxNewTokens, (a, v) => a with { ClipMaxNewTokens = v ?? a.ClipMaxNewTokens })
            .OptionalNumber("schedule_conservativeness", a => a.ScheduleConservativeness, (a, v) => a with { ScheduleConservativeness = v ?? a.ScheduleConservativeness });

    private static readonly JsonOptionsTable<TrtllmArguments> Trtllm =
        new JsonOptionsTable<TrtllmArguments>(JsonOptionsDuplicates.LastWins, ignoreUnknown: true)
            .OptionalText("capacity_scheduler_policy", a => a.CapacitySchedulerPolicy, (a, v) => a with { CapacitySchedulerPolicy = v });

    private static readonly JsonOptionsTable<ReasoningArguments> Reasoning =
        new JsonOptionsTable<ReasoningArguments>(JsonOptionsDuplicates.LastWins, ignoreUnknown: true, allRequired: true)
            .Unsigned("start_thinking_token_id", a => a.StartThinkingTokenId, (a, v) => a with { StartThinkingTokenId = (uint)v }, uint.MaxValue)
            .Unsigned("end_thinking_token_id", a => a.EndThinkingTokenId, (a, v) => a with { EndThinkingTokenId = (uint)v }, uint.MaxValue)
            .Number("thinking_ratio", a => a.ThinkingRatio, (a, v) => a with { ThinkingRatio = v });

    /// <summary>All arguments, in the order they are written.</summary>
    public static readonly JsonOptionsTable<EngineArguments> Arguments =
        new JsonOptionsTable<EngineArguments>(JsonOptionsDuplicates.LastWins)
            .Custom(
                "engine_type",
                (a, v) => a with { EngineType = EngineType.Find(v.Text()) ?? throw v.Fail(EngineType.WhyUnknown(v.Text())) },
                (w, a) => w.WriteStringValue(a.EngineType.Name))
            .Custom(
                "worker_type",
                (a, v) => v.IsNull ? a : a with { WorkerType = v.Choice(WorkerTypes) },
                (w, a) => w.WriteStringValue(WorkerTypes.NameOf(a.WorkerType)))
            .Custom("is_prefill", (a, v) => WithRole(a, v, WorkerType.Prefill), null)
            .Custom("is_decode", (a, v) => WithRole(a, v, WorkerType.Decode), null)
            .OptionalCount("num_gpu_blocks", a => a.NumGpuBlocks, (a, v) => a with { NumGpuBlocks = v ?? EngineArguments.DefaultNumGpuBlocks })
            .Count("block_size", a => a.BlockSize, (a, v) => a with { BlockSize = v })
            .OptionalCount("max_model_len", a => a.MaxModelLen, (a, v) => a with { MaxModelLen = v })
            .OptionalCount("max_num_seqs", a => a.MaxNumSeqs, (a, v) => a with { MaxNumSeqs = v })
            .OptionalCount("max_num_batched_tokens", a => a.MaxNumBatchedTokens, (a, v) => a with { MaxNumBatchedTokens = v })
            .Flag("enable_prefix_caching", a => a.EnablePrefixCaching, (a, v) => a with { EnablePrefixCaching = v })
            .Flag("enable_chunked_prefill", a => a.EnableChunkedPrefill, (a, v) => a with { EnableChunkedPrefill = v })
            .Choice("g1_backend", Backends, a => a.Backend, (a, v) => a with { G1Backend = v })
            .Number("speedup_ratio", a => a.SpeedupRatio, (a, v) => a with { SpeedupRatio = v })
            .Number("decode_speedup_ratio", a => a.DecodeSpeedupRatio, (a, v) => a with { DecodeSpeedupRatio = v })
            .Choice("preemption_mode", PreemptionModes, a => a.PreemptionMode, (a, v) => a with { PreemptionMode = v })
            .Unsigned("dp_size", a => (ulong)a.DpSize, (a, v) => a with { DpSize = (long)v }, uint.MaxValue)
            .OptionalText("planner_profile_data", a => a.PlannerProfileData, (a, v) => a with { PlannerProfileData = v })
            .OptionalCount("aic_nextn", a => a.AicNextn, (a, v) => a with { AicNextn = v })
            .OptionalText("aic_nextn_accept_rates", a => a.AicNextnAcceptRates, (a, v) => a with { AicNextnAcceptRates = v })
            .Unsigned("aic_mtp_seed", a => a.AicMtpSeed, (a, v) => a with { AicMtpSeed = v })
            .Nested("sglang", Sglang, a => a.Sglang, (a, v) => a with { Sglang = v ?? SglangArguments.Default })
            .Nested("trtllm", Trtllm, a => a.Trtllm, (a, v) => a with { Trtllm = v ?? TrtllmArguments.Default })
            .OptionalChoice("router_queue_policy", RouterQueuePolicies.Names, a => a.RouterQueuePolicy, (a, v) => a with { RouterQueuePolicy = v })
            .OptionalCount("aic_tp_size", a => a.AicTpSize, (a, v) => a with { AicTpSize = v })
            .OptionalCount("aic_attention_dp_size", a => a.AicAttentionDpSize, (a, v) => a with { AicAttentionDpSize = v })
            .OptionalCount("kv_bytes_per_token", a => a.KvBytesPerToken, (a, v) => a with { KvBytesPerToken = v })
            .OptionalNumber("kv_transfer_bandwidth", a => a.KvTransferBandwidth, (a, v) => a with { KvTransferBandwidth = v })
            .Choice("kv_transfer_timing_mode", TimingModes, a => a.KvTransferTimingMode, (a, v) => a with { KvTransferTimingMode = v })
            .OptionalCount("num_g2_blocks", a => a.NumG2Blocks, (a, v) => a with { NumG2Blocks = v })
            .OptionalCount("num_g3_blocks", a => a.NumG3Blocks, (a, v) => a with { NumG3Blocks = v })
            .Flag("enable_g4_storage", a => a.EnableG4Storage, (a, v) => a with { EnableG4Storage = v })
            .OptionalNumber("startup_time", a => a.StartupTime, (a, v) => a with { StartupTime = v })
            .OptionalText("aic_backend", a => a.AicBackend, (a, v) => a with { AicBackend = v })
            .OptionalText("aic_system", a => a.AicSystem, (a, v) => a with { AicSystem = v })
            .OptionalText("aic_backend_version", a => a.AicBackendVersion, (a, v) => a with { AicBackendVersion = v })
            .OptionalText("aic_model_path", a => a.AicModelPath, (a, v) => a with { AicModelPath = v })
            .OptionalText("aic_gemm_dtype", a => a.AicGemmDtype, (a, v) => a with { AicGemmDtype = v })
            .OptionalText("aic_moe_dtype", a => a.AicMoeDtype, (a, v) => a with { AicMoeDtype = v })
            .OptionalText("aic_fmha_dtype", a => a.AicFmhaDtype, (a, v) => a with { AicFmhaDtype = v })
            .OptionalText("aic_kv_cache_dtype", a => a.AicKvCacheDtype, (a, v) => a with { AicKvCacheDtype = v })
            .OptionalText("aic_comm_dtype", a => a.AicCommDtype, (a, v) => a with { AicCommDtype = v })
            .OptionalCount("aic_moe_tp_size", a => a.AicMoeTpSize, (a, v) => a with { AicMoeTpSize = v })
            .OptionalCount("aic_moe_ep_size", a => a.AicMoeEpSize, (a, v) => a with { AicMoeEpSize = v })
            .OptionalNumber("gpu_memory_utilization", a => a.GpuMemoryUtilization, (a, v) => a with { GpuMemoryUtilization = v })
            .OptionalNumber("mem_fraction_static", a => a.MemFractionStatic, (a, v) => a with { MemFractionStatic = v })
            .OptionalNumber("free_gpu_memory_fraction", a => a.FreeGpuMemoryFraction, (a, v) => a with { FreeGpuMemoryFraction = v })
            .OptionalCount("offload_batch_size", a => a.OffloadBatchSize, (a, v) => a with { OffloadBatchSize = v })
            .OptionalNumber("bandwidth_g1_to_g2_gbps", a => a.BandwidthG1ToG2Gbps, (a, v) => a with { BandwidthG1ToG2Gbps = v })
            .OptionalNumber("bandwidth_g2_to_g1_gbps", a => a.BandwidthG2ToG1Gbps, (a, v) => a with { BandwidthG2ToG1Gbps = v })
            .OptionalNumber("bandwidth_g2_to_g3_gbps", a => a.BandwidthG2ToG3Gbps, (a, v) => a with { BandwidthG2ToG3Gbps = v })
            .OptionalNumber("bandwidth_g3_to_g2_gbps", a => a.BandwidthG3ToG2Gbps, (a, v) => a with { BandwidthG3ToG2Gbps = v })
            .OptionalNumber("bandwidth_g2_to_g4_gbps", a => a.BandwidthG2ToG4Gbps, (a, v) => a with { BandwidthG2ToG4Gbps = v })
            .OptionalNumber("bandwidth_g4_to_g2_gbps", a => a.BandwidthG4ToG2Gbps, (a, v) => a with { BandwidthG4ToG2Gbps = v })
            .Flag("enable_local_indexer", a => a.EnableLocalIndexer, (a, v) => a with { EnableLocalIndexer = v })
            .OptionalUnsigned("bootstrap_port", a => a.BootstrapPort, (a, v) => a with { BootstrapPort = (ushort?)v }, ushort.MaxValue)
            .OptionalUnsigned("zmq_kv_events_port", a => a.ZmqKvEventsPort, (a, v) => a with { ZmqKvEventsPort = (ushort?)v }, ushort.MaxValue)
            .OptionalUnsigned("zmq_replay_port", a => a.ZmqReplayPort, (a, v) => a with { ZmqReplayPort = (ushort?)v }, ushort.MaxValue)
            .Unsigned("handoff_session_timeout_ms", a => a.HandoffSessionTimeoutMs, (a, v) => a with { HandoffSessionTimeoutMs = v })
            .Nested("reasoning", Reasoning, a => a.Reasoning, (a, v) => a with { Reasoning = v })
            .OptionalText("response_replay_trace_path", a => a.ResponseReplayTracePath, (a, v) => a with { ResponseReplayTracePath = v })
            .Custom("has_perf_model", (a, _) => a, null);

    private static EngineArguments WithRole(EngineArguments arguments, JsonOptionsValue value, WorkerType role)
    {
        if (!value.Flag()) return arguments;
        if (arguments.WorkerType != WorkerType.Aggregated) throw value.Fail("cannot be true together with the other role: is_prefill and is_decode exclude each other");
        return arguments with { WorkerType = role };
    }
}
