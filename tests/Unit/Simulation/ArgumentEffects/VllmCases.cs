using static AgentSim.Tests.Simulation.ArgumentEffects.ArgumentCase;
using static AgentSim.Tests.Simulation.ArgumentEffects.Benches;
using static AgentSim.Tests.Simulation.ArgumentEffects.Option;

namespace AgentSim.Tests.Simulation.ArgumentEffects;

/// <summary>Engine arguments on a vLLM worker (behaviour 02).</summary>
internal static class VllmCases
{
    private static readonly Bench Twins = new("twins", Lines(Row(0, 32, 3, [1, 2]), Row(0, 32, 3, [1, 2])));

    private static readonly Bench Twins48 = Twins with { Name = "twins in blocks of 48", Engine = """{"block_size":48}""" };

    private static readonly Bench Long = new("9000 tokens", Row(0, 9000, 2, [.. Enumerable.Range(1, 563)]));

    private static readonly Bench Crowd = new("257 requests", Lines(Enumerable.Range(1, 257).Select(id => Row(0, 16, 2, [id]))));

    private static readonly Bench Faster = One with { Name = "one request, four times as fast",
        Engine = """{"block_size":16,"speedup_ratio":4}""" };

    private static readonly Bench Offload = Twins with { Name = "twins with offload", Engine = """{"block_size":16,"num_g2_blocks":8}""" };

    public static IEnumerable<ArgumentCase> All { get; } =
    [
        Changes(Engine, "engine_type", Repeated, "\"trtllm\"", "a fully cached prompt has nothing to compute",
            ("2.first_token_ms", 122.497648, 105.753185), ("2.reused_input_tokens", 48, 64)),
        Changes(Engine, "engine_type", Repeated, "\"sglang\"", "decode counts tokens, not blocks: 65 and 66 instead of 80",
            ("1.terminal_time_ms", 34.74103, 34.735056)),
        NoEffect(Engine, "engine_type", Repeated, "\"VLLM\"", "any letter case"),

        Changes(Engine, "num_gpu_blocks", One, "4", "2 of 4 blocks: p = 0.5, decode -25.74/4 + 54.01/2 + 5.74 = 26.31 ms",
            ("1.first_token_ms", 22.55185, 43.115257)),
        Changes(Engine, "num_gpu_blocks", One, "1", "the prompt needs two blocks", ("1.terminal_status", "completed", "rejected")),
        NoEffect(Engine, "num_gpu_blocks", One, "null", "null is the default"),

        Changes(Engine, "block_size", One, "32", "1 of 16384 blocks instead of 2", ("1.first_token_ms", 22.55185, 22.548553000000002)),
        Changes(Engine, "block_size", SharedPrefix, "32", "the first prompt has no full block to share", ("2.reused_input_tokens", 16, 0),
            ("2.first_token_ms", 45.1711, 45.407873)),
        Changes(Engine, "block_size", SharedPrefix, null, "the engine's own: 64", ("2.reused_input_tokens", 16, 0),
            ("1.first_token_ms", 22.55185, 22.548553000000002)),
        Refused(Engine, "block_size", One, "1", "the scheduler cannot run with 1", "BlockSizeNotRunnable"),

        Changes(Engine, "max_model_len", One, "22", "20 prompt tokens leave room for 2", ("1.output_length", 4, 2),
            ("1.terminal_time_ms", 39.791629, 28.298443000000002), ("1.terminal_status", "completed", "completed")),
        Changes(Engine, "max_model_len", One, "20", "a prompt that fills it is rejected", ("1.terminal_status", "completed", "rejected"),
            ("completed_requests", 1, 0)),

        Changes(Engine, "max_num_seqs", Two, "1", "one at a time", ("2.first_admit_ms", 0, 39.791629),
            ("1.first_token_ms", 23.170422000000002, 22.55185)),
        Changes(Engine, "max_num_seqs", Crowd, "null", "no limit instead of 256", ("257.first_admit_ms", 99.736278, 0)),

        Changes(Engine, "max_num_batched_tokens", Chunks, "32", "b gets 12 tokens, then 31, then 7",
            ("2.first_token_ms", 45.58367700000001, 67.834102), ("1.first_token_ms", 23.231365, 22.73761)),
        Changes(Engine, "max_num_batched_tokens", Long, "null", "one pass instead of 8192 and 808 tokens",
            ("1.first_token_ms", 205.74695400000002, 194.818832)),

        Changes(Engine, "enable_prefix_caching", SharedPrefix, "false", "the shared block is computed again", ("2.reused_input_tokens", 16,
            0), ("2.first_token_ms", 45.1711, 45.417761), ("prefix_cache_reused_ratio", 0.26666666666666666, 0)),
        Changes(Engine, "enable_chunked_prefill", Chunks, "false", "50 tokens do not fit the 44 left", ("2.first_admit_ms", 0, 22.55185),
            ("1.first_token_ms", 23.231365, 22.55185)),

        Changes(Engine, "g1_backend", Twins, "\"kvbm\"",
            "one block per identity: the second request's last block is no copy, 2 blocks in use instead of 3",
                ("1.first_token_ms", 22.981084, 22.977788)),
        NoEffect(Engine, "g1_backend", Twins, "\"native\"", "the choice without offload"),
        Refused(Engine, "g1_backend", Offload, "\"native\"", "offload needs kvbm"),
        Refused(Engine, "g1_backend", Twins48, "\"kvbm\"", "block sizes are powers of two", "BlockSizeNotRunnable"),
        Changes(Engine, "num_g2_blocks", Twins, "8", "switches to kvbm", ("1.first_token_ms", 22.981084, 22.977788)),
        NoEffect(Engine, "num_g2_blocks", Twins, "0", "0 means none"),
        NoEffect(Engine, "num_g3_blocks", Offload, "8", "num_g2_blocks has switched already"),
        Refused(Engine, "num_g3_blocks", Twins, "8", "needs num_g2_blocks"),
        NoEffect(Engine, "enable_g4_storage", Offload, "true", "num_g2_blocks has switched already"),
        Refused(Engine, "enable_g4_storage", Twins, "true", "needs num_g2_blocks"),

        Changes(Engine, "speedup_ratio", One, "4", "4.201314 + 1.436648 ms", ("1.first_token_ms", 22.55185, 5.637962),
            ("1.itl_ms", 5.746593, 1.436648)),
        NoEffect(Engine, "speedup_ratio", One, "0", "0 leaves times as they are"),
        Changes(Engine, "decode_speedup_ratio", One, "4", "16.805257 + 1.436648 ms", ("1.first_token_ms", 22.55185, 18.241905000000003),
            ("1.itl_ms", 5.746593, 1.4366479999999981)),
        Changes(Engine, "decode_speedup_ratio", Faster, "0", "0 leaves decode unscaled altogether: 4.201314 + 5.746593 ms",
            ("1.first_token_ms", 5.637962, 9.947907), ("1.itl_ms", 1.436648, 5.746593000000001)),

        Changes(Engine, "preemption_mode", FourBlocks, "\"fifo\"", "the first request gives way, not the last",
            ("1.terminal_time_ms", 210.02405600000003, 241.79280600000004), ("2.terminal_time_ms", 241.79280600000004, 146.486556)),
        NoEffect(Engine, "preemption_mode", FourBlocks, "\"LIFO\"", "the default, in any letter case"),

        Changes(Engine, "dp_size", ShortAndLong, "2", "a rank each, and both end with the longer pass", ("1.first_token_ms",
            25.651578999999998, 25.337786), ("2.first_token_ms", 25.651578999999998, 25.337786), ("decode_gpus_per_worker", 1, 2)),
        Changes(Engine, "aic_attention_dp_size", ShortAndLong, "2", "sets dp_size", ("1.first_token_ms", 25.651578999999998, 25.337786),
            ("2.first_token_ms", 25.651578999999998, 25.337786), ("decode_gpus_per_worker", 1, 2)),
        NoEffect(Engine, "aic_attention_dp_size", ShortAndLong, "1", "only above 1"),
        Changes(Engine, "aic_tp_size", One, "4", "GPUs of a rank, for the report only", ("decode_gpus_per_worker", 1, 4),
            ("gpu_hours", 1.1053230277777779e-05, 4.4212921111111114e-05)) with { Only = true },

        Changes(Engine, "planner_profile_data", One, "\"{folder}/profile.npz\"", "20 ms; 4 + 2 blocks + context / 10 a step",
            ("1.first_token_ms", 22.55185, 28), ("1.ttst_ms", 5.746593000000001, 8.100000000000001)),
        Changes(Engine, "planner_profile_data", ShortAndLong, "\"{folder}/profile.npz\"", "beyond the last point the last segment goes on",
            ("2.first_token_ms", 25.651578999999998, 370)),
        Refused(Engine, "planner_profile_data", One, "\"{folder}/broken.npz\"", "a profile that cannot be read is refused",
            "ProfileInvalid"),

        Changes(Engine, "aic_nextn", NoDrafts, "2", "several tokens a step", ("1.terminal_time_ms", 63.219635000000004, 40.210192),
            ("2.terminal_time_ms", 45.969967999999994, 34.460302999999996)),
        Changes(Engine, "aic_nextn_accept_rates", Drafts, "\"1,1\"", "every draft is accepted: three tokens a step",
            ("1.terminal_time_ms", 40.210192, 34.457007000000004), ("2.terminal_time_ms", 34.460302999999996, 28.707118)),
        NoEffect(Engine, "aic_nextn_accept_rates", Drafts, "\" 0.85, 0.3 \"", "the default rates"),
        Refused(Engine, "aic_nextn_accept_rates", One, "\"1\"", "needs aic_nextn"),
        Changes(Engine, "aic_mtp_seed", Drafts, "7", "other draws", ("1.terminal_time_ms", 40.210192, 40.203601000000006)),
        NoEffect(Engine, "aic_mtp_seed", One, "7", "nothing is drawn without drafts"),

        Refused(Engine, "worker_type", One, "\"prefill\"", "an aggregated replay needs aggregated workers", "ReplaySettingsInvalid"),
        NoEffect(Engine, "worker_type", One, "\"aggregated\"", "the default"),
        Refused(Engine, "is_prefill", One, "true", "an aggregated replay needs aggregated workers", "ReplaySettingsInvalid"),
        Refused(Engine, "is_decode", One, "true", "an aggregated replay needs aggregated workers", "ReplaySettingsInvalid"),
        NoEffect(Engine, "is_decode", One, "false", "the default"),
    ];
}
