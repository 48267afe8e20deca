using AgentSim.Json;

namespace AgentSim.Engines;

/// <summary>Arguments that are read, checked and written like the reference does, and that have no effect on offline replay.</summary>
internal static class InertArguments
{
    private const string Aic = "Part of the AIC latency model, which is not available.";
    private const string Offload = "Offload between cache tiers is not simulated.";
    private const string Live = "For live workers.";

    private static readonly WholeBounds Port = new(0, ushort.MaxValue);

    /// <summary>Adds them.</summary>
    public static void AddTo(JsonOptionsTable<EngineArguments> table) =>
        new InertRows<EngineArguments>(table, a => a.Inert, (a, inert) => a with { Inert = inert })
            .OptionalNumber("startup_time", "Seconds until a worker added by scaling is ready; the first ones are at once.",
                NumberBounds.NotNegative)
            .OptionalText("aic_system", Aic)
            .OptionalText("aic_backend_version", Aic)
            .OptionalText("aic_model_path", Aic)
            .OptionalText("aic_gemm_dtype", Aic)
            .OptionalText("aic_moe_dtype", Aic)
            .OptionalText("aic_fmha_dtype", Aic)
            .OptionalText("aic_kv_cache_dtype", Aic)
            .OptionalText("aic_comm_dtype", Aic)
            .OptionalCount("aic_moe_tp_size", Aic)
            .OptionalCount("aic_moe_ep_size", Aic)
            .OptionalNumber("gpu_memory_utilization", Aic, NumberBounds.Fraction)
            .OptionalNumber("mem_fraction_static", Aic, NumberBounds.Fraction)
            .OptionalNumber("free_gpu_memory_fraction", Aic, NumberBounds.Fraction)
            .OptionalCount("offload_batch_size", Offload, zeroIsNone: true)
            .OptionalNumber("bandwidth_g1_to_g2_gbps", Offload, NumberBounds.NotNegative)
            .OptionalNumber("bandwidth_g2_to_g1_gbps", Offload, NumberBounds.NotNegative)
            .OptionalNumber("bandwidth_g2_to_g3_gbps", Offload, NumberBounds.NotNegative)
            .OptionalNumber("bandwidth_g3_to_g2_gbps", Offload, NumberBounds.NotNegative)
            .OptionalNumber("bandwidth_g2_to_g4_gbps", Offload, NumberBounds.NotNegative)
            .OptionalNumber("bandwidth_g4_to_g2_gbps", Offload, NumberBounds.NotNegative)
            .Flag("enable_local_indexer", Live)
            .OptionalCount("bootstrap_port", Live, Port)
            .OptionalCount("zmq_kv_events_port", Live, Port)
            .OptionalCount("zmq_replay_port", Live, Port)
            .Unsigned("handoff_session_timeout_ms", Live, WholeBounds.Positive, 300_000)
            .OptionalText("response_replay_trace_path", Live)
            .Table
            .Nested("reasoning", Reasoning(), a => a.Reasoning, (a, v) => a with { Reasoning = v }, Live, isInert: true);

    private static JsonOptionsTable<ReasoningArguments> Reasoning() =>
        new JsonOptionsTable<ReasoningArguments>(JsonOptionsDuplicates.LastWins, ignoreUnknown: true, allRequired: true)
            .Unsigned32("start_thinking_token_id", a => a.StartThinkingTokenId, (a, v) => a with { StartThinkingTokenId = v }, Live)
            .Unsigned32("end_thinking_token_id", a => a.EndThinkingTokenId, (a, v) => a with { EndThinkingTokenId = v }, Live)
            .Number("thinking_ratio", a => a.ThinkingRatio, (a, v) => a with { ThinkingRatio = v }, Live);
}
