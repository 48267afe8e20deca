namespace AgentSim.Engines;

public sealed partial record EngineArguments
{
    /// <summary>
    /// Fills in the defaults that depend on other arguments and checks ranges and combinations (behaviour 02#2.1 to 02#2.4).
    /// </summary>
    /// <param name="optionName">What the user calls these arguments, for messages.</param>
    /// <returns>Effective arguments; validating them again changes nothing.</returns>
    /// <exception cref="AgentSimException"><c>EngineArgumentsInvalid</c> (all range violations together) or
    /// <c>AicNotAvailable</c>.</exception>
    public EngineArguments Validated(string optionName)
    {
        EngineArguments effective = WithAttentionRanks(optionName);
        effective.CheckProfilePath(optionName);
        if (AicBackend is not null)
        {
            throw Errors.AicNotAvailable.Error(
                $"{optionName}: aic_backend needs NVIDIA's AIConfigurator (AIC), whose performance database is not available in " +
                    "AgentSim; leave it out to use the built-in latencies, scaled by speedup_ratio if need be, or give measured ones in " +
                    "planner_profile_data (an .npz file)");
        }

        effective.CheckRanges(optionName);
        effective = effective with
        {
            BlockSize = BlockSize != 0 ? BlockSize : EngineType.DefaultBlockSize(this),
            NumG2Blocks = NumG2Blocks == 0 ? null : NumG2Blocks,
            NumG3Blocks = NumG3Blocks == 0 ? null : NumG3Blocks,
        };
        if (effective.FirstConflict() is { } conflict) throw InvalidId.Error($"{optionName}: {conflict}");
        SpeculationRates.Parse(AicNextn, AicNextnAcceptRates, optionName, InvalidId);   // refused when they are no rates
        return effective;
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
            $"{optionName}: planner_profile_data must name an .npz file (is '{Quote.Path(PlannerProfileData)}'); profiler result folders " +
                "have to be converted to .npz first");
    }

    private void CheckRanges(string optionName)
    {
        string[] violations = [.. EngineArgumentsTable.Arguments.Violations(this)];
        if (violations.Length > 0) throw InvalidId.Error($"{optionName}: {string.Join("; ", violations)}");
    }

    private string? FirstConflict()
    {
        if (BlockSize == 0) return "block_size must be greater than 0; sglang.page_size is 0";
        if (G1Backend == KvBackend.Native && RequestsOffload)
            return "g1_backend native cannot be combined with num_g2_blocks, num_g3_blocks or enable_g4_storage; leave " +
                "g1_backend out or use kvbm";
        if (NumG3Blocks is not null && NumG2Blocks is null) return "num_g3_blocks needs num_g2_blocks";
        if (MaxModelLen is not null && !EngineType.HasLengthLimit)
            return "max_model_len is for engine_type " +
                $"{string.Join(" or ", EngineType.All.Where(type => type.HasLengthLimit))} only; leave it out";
        if (EnableG4Storage && NumG2Blocks is null) return "enable_g4_storage needs num_g2_blocks";
        if (AicNextn is not null && DecodeSpeedupRatio != 1.0)
            return "aic_nextn cannot be combined with a decode_speedup_ratio other than 1.0; speculative decoding " +
                "models the speed-up itself";
        if (AicNextnAcceptRates is not null && AicNextn is null) return "aic_nextn_accept_rates needs aic_nextn";
        if (Trtllm.CapacitySchedulerPolicy is not (null or "guaranteed_no_evict"))
            return $"trtllm.capacity_scheduler_policy must be guaranteed_no_evict (is {Quote.Of(Trtllm.CapacitySchedulerPolicy)})";
        return EngineType.FindConflict(this);
    }
}
