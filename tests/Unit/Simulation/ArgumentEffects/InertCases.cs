using static AgentSim.Tests.Simulation.ArgumentEffects.ArgumentCase;

namespace AgentSim.Tests.Simulation.ArgumentEffects;

/// <summary>Values that are read and checked, and change nothing in any kind of replay.</summary>
internal static class InertCases
{
    private const string Reasoning = """{"start_thinking_token_id":1,"end_thinking_token_id":2,"thinking_ratio":0.5}""";

    // With the reasoning object in place, so that its members can be changed one by one.
    private static readonly IEnumerable<Bench> Thinking = [.. Benches.Everywhere.Select(bench =>
        bench.With(Option.Engine, "reasoning", Reasoning))];

    public static IEnumerable<ArgumentCase> All { get; } =
    [
        .. Engine("startup_time", "12.5"),
        .. Engine("aic_system", "\"h200_sxm\""),
        .. Engine("aic_backend_version", "\"1.0\""),
        .. Engine("aic_model_path", "\"some/model\""),
        .. Engine("aic_gemm_dtype", "\"fp8\""),
        .. Engine("aic_moe_dtype", "\"fp8\""),
        .. Engine("aic_fmha_dtype", "\"fp8\""),
        .. Engine("aic_kv_cache_dtype", "\"fp8\""),
        .. Engine("aic_comm_dtype", "\"half\""),
        .. Engine("aic_moe_tp_size", "2"),
        .. Engine("aic_moe_ep_size", "2"),
        Refused(Option.Engine, "aic_backend", Benches.One, "\"vllm\"", "its data are not available", "AicNotAvailable"),
        .. Engine("gpu_memory_utilization", "0.5"),
        .. Engine("mem_fraction_static", "0.5"),
        .. Engine("free_gpu_memory_fraction", "0.5"),
        .. Engine("offload_batch_size", "4"),
        .. Engine("bandwidth_g1_to_g2_gbps", "0.001"),
        .. Engine("bandwidth_g2_to_g1_gbps", "0.001"),
        .. Engine("bandwidth_g2_to_g3_gbps", "0.001"),
        .. Engine("bandwidth_g3_to_g2_gbps", "0.001"),
        .. Engine("bandwidth_g2_to_g4_gbps", "0.001"),
        .. Engine("bandwidth_g4_to_g2_gbps", "0.001"),
        .. Engine("enable_local_indexer", "true"),
        .. Engine("bootstrap_port", "1"),
        .. Engine("zmq_kv_events_port", "1"),
        .. Engine("zmq_replay_port", "1"),
        .. Engine("handoff_session_timeout_ms", "1"),
        .. Engine("reasoning", Reasoning),
        .. Thinking.Select(bench => Inert(Option.Engine, "reasoning.start_thinking_token_id", bench, "9")),
        .. Thinking.Select(bench => Inert(Option.Engine, "reasoning.end_thinking_token_id", bench, "9")),
        .. Thinking.Select(bench => Inert(Option.Engine, "reasoning.thinking_ratio", bench, "0.9")),
        .. Engine("response_replay_trace_path", "\"{folder}/none.jsonl\""),
        .. Engine("has_perf_model", "true"),

        .. Router("host_cache_hit_weight", "0.1"),
        .. Router("disk_cache_hit_weight", "0.9"),
        .. Router("shared_cache_multiplier", "1.0"),
        .. Router("shared_cache_type", "\"hicache\""),
        .. Router("use_kv_events", "false"),
        .. Router("router_ttl_secs", "0.0"),
        .. Router("router_predicted_ttl_secs", "0.0"),
        .. Router("router_track_output_blocks", "true"),
        .. Router("router_replica_sync", "true"),
        .. Router("router_event_threads", "1"),
        .. Router("skip_initial_worker_wait", "true"),
        .. Router("use_remote_indexer", "true"),
        .. Router("serve_indexer", "true"),
        .. Router("conditional_disagg_enabled", "true"),
        .. Router("conditional_disagg_policy", "\"prefill_load\""),
        .. Router("conditional_disagg_eff_isl_threshold", "0"),
        .. Router("conditional_disagg_eff_isl_ratio_threshold", "0.0"),
        .. Router("conditional_disagg_prefill_busy_threshold", "0.0"),
        .. Router("conditional_disagg_decode_busy_threshold", "0.0"),
        .. Router("router_snapshot_threshold", "1"),
        .. Router("router_reset_states", "true"),
    ];

    private static IEnumerable<ArgumentCase> Engine(string path, string value) =>
        Benches.Everywhere.Select(bench => Inert(Option.Engine, path, bench, value));

    private static IEnumerable<ArgumentCase> Router(string path, string value) =>
        Benches.Routers.Select(bench => Inert(Option.Router, path, bench, value));

    private static ArgumentCase Inert(Option option, string path, Bench bench, string value) =>
        NoEffect(option, path, bench, value, "no effect on offline replay");
}
