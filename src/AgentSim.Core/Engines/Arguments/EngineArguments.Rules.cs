using System.Globalization;

namespace AgentSim.Engines;

public sealed partial record EngineArguments
{
    /// <summary>
    /// Fills in the defaults that depend on other arguments and checks ranges and combinations (behaviour 02#2.1 to 02#2.4).
    /// </summary>
    /// <param name="optionName">What the user calls these arguments, for messages.</param>
    /// <returns>Effective arguments; validating them again changes nothing.</returns>
    /// <exception cref="AgentSimException"><c>EngineArgumentsInvalid</c> (all range violations together) or <c>AicNotAvailable</c>.</exception>
    public EngineArguments Validated(string optionName)
    {
        EngineArguments effective = WithAttentionRanks(optionName);
        effective.CheckProfilePath(optionName);
        if (AicBackend is not null)
        {
            throw Errors.AicNotAvailable.Error(
                $"{optionName}: aic_backend needs NVIDIA's AIConfigurator (AIC), whose performance database is not available in AgentSim; leave it out to use the built-in latencies, scaled by speedup_ratio if need be, or give measured ones in planner_profile_data (an .npz file)");
        }

        effective.CheckRanges(optionName);
        effective = effective with
        {
            BlockSize = BlockSize != 0 ? BlockSize : EngineType.DefaultBlockSize(this),
            NumG2Blocks = NumG2Blocks == 0 ? null : NumG2Blocks,
            NumG3Blocks = NumG3Blocks == 0 ? null : NumG3Blocks,
            OffloadBatchSize = OffloadBatchSize == 0 ? null : OffloadBatchSize,
        };
        if (effective.FirstConflict() is { } conflict) throw InvalidId.Error($"{optionName}: {conflict}");
        return effective with { AcceptRates = SpeculationRates.Parse(AicNextn, AicNextnAcceptRates, optionName, InvalidId) };
    }

    /// <summary>Refuses effective arguments that the simulated engine accepts but cannot run with (behaviour 00#differences).</summary>
    /// <param name="optionName">What the user calls these arguments, for messages.</param>
    /// <exception cref="AgentSimException"><c>BlockSizeNotRunnable</c>.</exception>
    public void CheckRunnable(string optionName)
    {
        string? wanted = BlockSize > int.MaxValue ? $"must be at most {int.MaxValue}" : EngineType.FindUnrunnableBlockSize(this);
        if (wanted is not null)
            throw Errors.BlockSizeNotRunnable.Error($"{optionName}: block_size {wanted} (is {BlockSize})");
    }

    // The command line lets attention data parallelism decide the number of ranks, also without AIC.
    private EngineArguments WithAttentionRanks(string optionName)
    {
        long attention = AicAttentionDpSize is null or 0 ? 1 : AicAttentionDpSize.Value;
        if ((AicBackend is not null || AicAttentionDpSize is not null) && DpSize > 1 && DpSize != attention)
            throw InvalidId.Error($"{optionName}: dp_size {DpSize} must equal aic_attention_dp_size {attention}; leave dp_size out");
        return attention > 1 ? this with { DpSize = attention } : this;
    }

    private void CheckProfilePath(string optionName)
    {
        if (PlannerProfileData is null || PlannerProfileData.EndsWith(".npz", StringComparison.Ordinal)) return;
        throw InvalidId.Error(
            $"{optionName}: planner_profile_data must name an .npz file (is '{Quote.Path(PlannerProfileData)}'); profiler result folders have to be converted to .npz first");
    }

    private void CheckRanges(string optionName)
    {
        var violations = new List<string>();
        AtLeast("num_gpu_blocks", NumGpuBlocks, 1);
        AtLeast("block_size", BlockSize, 0);
        AtLeast("max_model_len", MaxModelLen, 1);
        AtLeast("max_num_seqs", MaxNumSeqs, 1);
        AtLeast("max_num_batched_tokens", MaxNumBatchedTokens, 1);
        Within("speedup_ratio", SpeedupRatio, double.MaxValue);
        Within("decode_speedup_ratio", DecodeSpeedupRatio, double.MaxValue);
        AtLeast("dp_size", DpSize, 1);
        if (DpSize > uint.MaxValue) violations.Add($"dp_size must be at most {uint.MaxValue} (is {DpSize})");
        if (AicNextn is < 1 or > 5) violations.Add($"aic_nextn must be from 1 to 5 (is {AicNextn})");
        AtLeast("sglang.page_size", Sglang.PageSize, 0);
        AtLeast("sglang.max_prefill_tokens", Sglang.MaxPrefillTokens, 0);
        AtLeast("sglang.chunked_prefill_size", Sglang.ChunkedPrefillSize, 0);
        AtLeast("sglang.clip_max_new_tokens", Sglang.ClipMaxNewTokens, 0);
        if (!double.IsFinite(Sglang.ScheduleConservativeness)) violations.Add("sglang.schedule_conservativeness must be a finite number");
        if (Reasoning is not null && !double.IsFinite(Reasoning.ThinkingRatio)) violations.Add("reasoning.thinking_ratio must be a finite number");
        AtLeast("aic_tp_size", AicTpSize, 0);
        AtLeast("aic_attention_dp_size", AicAttentionDpSize, 0);
        AtLeast("aic_moe_tp_size", AicMoeTpSize, 0);
        AtLeast("aic_moe_ep_size", AicMoeEpSize, 0);
        AtLeast("kv_bytes_per_token", KvBytesPerToken, 0);
        Within("kv_transfer_bandwidth", KvTransferBandwidth, double.MaxValue);
        AtLeast("num_g2_blocks", NumG2Blocks, 0);
        AtLeast("num_g3_blocks", NumG3Blocks, 0);
        AtLeast("offload_batch_size", OffloadBatchSize, 0);
        Within("startup_time", StartupTime, double.MaxValue);
        Within("gpu_memory_utilization", GpuMemoryUtilization, 1);
        Within("mem_fraction_static", MemFractionStatic, 1);
        Within("free_gpu_memory_fraction", FreeGpuMemoryFraction, 1);
        Within("bandwidth_g1_to_g2_gbps", BandwidthG1ToG2Gbps, double.MaxValue);
        Within("bandwidth_g2_to_g1_gbps", BandwidthG2ToG1Gbps, double.MaxValue);
        Within("bandwidth_g2_to_g3_gbps", BandwidthG2ToG3Gbps, double.MaxValue);
        Within("bandwidth_g3_to_g2_gbps", BandwidthG3ToG2Gbps, double.MaxValue);
        Within("bandwidth_g2_to_g4_gbps", BandwidthG2ToG4Gbps, double.MaxValue);
        Within("bandwidth_g4_to_g2_gbps", BandwidthG4ToG2Gbps, double.MaxValue);
        if (HandoffSessionTimeoutMs == 0) violations.Add("handoff_session_timeout_ms must be at least 1 (is 0)");
        if (violations.Count > 0) throw InvalidId.Error($"{optionName}: {string.Join("; ", violations)}");

        void AtLeast(string name, long? value, long min)
        {
            if (value < min) violations.Add($"{name} must be at least {min} (is {value})");
        }

        void Within(string name, double? value, double max)
        {
            if (value is null || (value >= 0 && value <= max)) return;
            string range = max == double.MaxValue ? "a finite number, at least 0" : $"from 0 to {max}";
            violations.Add($"{name} must be {range} (is {value.Value.ToString(CultureInfo.InvariantCulture)})");
        }
    }

    private string? FirstConflict()
    {
        if (BlockSize == 0) return "block_size must be greater than 0; sglang.page_size is 0";
        if (G1Backend == KvBackend.Native && RequestsOffload)
            return "g1_backend native cannot be combined with num_g2_blocks, num_g3_blocks or enable_g4_storage; leave g1_backend out or use kvbm";
        if (NumG3Blocks is not null && NumG2Blocks is null) return "num_g3_blocks needs num_g2_blocks";
        if (MaxModelLen is not null && !EngineType.HasLengthLimit)
            return $"max_model_len is for engine_type {string.Join(" or ", EngineType.All.Where(type => type.HasLengthLimit))} only; leave it out";
        if (EnableG4Storage && NumG2Blocks is null) return "enable_g4_storage needs num_g2_blocks";
        if (AicNextn is not null && DecodeSpeedupRatio != 1.0)
            return "aic_nextn cannot be combined with a decode_speedup_ratio other than 1.0; speculative decoding models the speed-up itself";
        if (AicNextnAcceptRates is not null && AicNextn is null) return "aic_nextn_accept_rates needs aic_nextn";
        if (Trtllm.CapacitySchedulerPolicy is not (null or "guaranteed_no_evict"))
            return $"trtllm.capacity_scheduler_policy must be guaranteed_no_evict (is {Quote.Of(Trtllm.CapacitySchedulerPolicy)})";
        return EngineType.FindConflict(this);
    }
}
