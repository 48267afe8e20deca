using static AgentSim.Tests.Simulation.ArgumentEffects.ArgumentCase;
using static AgentSim.Tests.Simulation.ArgumentEffects.Benches;
using static AgentSim.Tests.Simulation.ArgumentEffects.Option;

namespace AgentSim.Tests.Simulation.ArgumentEffects;

/// <summary>Engine arguments of disaggregated workers (behaviour 04#7; 03#A.10).</summary>
internal static class PoolCases
{
    // The second prompt shares two of its three blocks with the first, which has ended by then. 0.1 ms of transfer a token.
    private static readonly Bench Vllm = new("vllm pools", Lines(Row(0, 32, 3, [1, 2]), Row(100, 48, 3, [1, 2, 3])))
    {
        Prefill = """{"block_size":16,"worker_type":"prefill","kv_bytes_per_token":100000,"kv_transfer_bandwidth":1.0}""",
        Decode = """{"block_size":16,"worker_type":"decode","kv_bytes_per_token":100000,"kv_transfer_bandwidth":1.0}""",
    };

    private static readonly Bench Sglang = Vllm.With(Engine, "engine_type", "\"sglang\"") with { Name = "sglang pools" };

    private static readonly Bench Roles = Vllm with
    {
        Name = "pools by flags",
        Prefill = """{"block_size":16,"is_prefill":true}""",
        Decode = """{"block_size":16,"is_decode":true}""",
    };

    private static readonly Bench PoolDrafts = new("pools with drafts", Benches.Drafts.Rows)
    {
        Prefill = """{"block_size":16,"worker_type":"prefill","aic_nextn":2}""",
        Decode = """{"block_size":16,"worker_type":"decode","aic_nextn":2}""",
    };

    private static readonly Bench NoPoolDrafts = PoolDrafts.With(Decode, "aic_nextn",
        null) with { Name = "pools with drafts on the prefill side" };

    private static readonly Bench Waiting = RouterCases.Waiting with
    {
        Name = "pools with a waiting queue",
        Prefill = """{"block_size":16,"worker_type":"prefill"}""",
        Decode = """{"block_size":16,"worker_type":"decode"}""",
    };

    public static IEnumerable<ArgumentCase> All { get; } =
    [
        Changes(Prefill, "kv_bytes_per_token", Vllm, "200000", "32 tokens * 200 kB at 1 GB/s: 6.4 ms instead of 3.2",
            ("1.destination_activated_ms", 20.187721, 23.387721), ("1.first_token_ms", 25.934314, 29.134314)),
        Changes(Prefill, "kv_bytes_per_token", Vllm, null, "unknown, so the transfer takes no time",
            ("1.destination_activated_ms", 20.187721, 16.987721)),
        Changes(Prefill, "kv_bytes_per_token", Sglang, "200000", "32 tokens * 200 kB at 1 GB/s: 6.4 ms instead of 3.2",
            ("1.destination_activated_ms", 37.428118000000005, 40.628118)),
        Changes(Prefill, "kv_transfer_bandwidth", Vllm, "2.0", "1.6 ms instead of 3.2",
            ("1.destination_activated_ms", 20.187721, 18.587721000000002), ("1.first_token_ms", 25.934314, 24.334314000000003)),
        Changes(Prefill, "kv_transfer_bandwidth", Vllm, null, "unknown, so the transfer takes no time",
            ("1.destination_activated_ms", 20.187721, 16.987721)),
        Changes(Prefill, "kv_transfer_bandwidth", Sglang, "2.0", "1.6 ms instead of 3.2",
            ("1.destination_activated_ms", 37.428118000000005, 35.828118)),
        Refused(Prefill, "kv_transfer_bandwidth", Vllm, "0", "no transfer ends at 0 GB/s", "TransferBandwidthInvalid"),
        Changes(Prefill, "kv_transfer_timing_mode", Vllm, "\"destination_missing\"",
            "16 of the second prompt's 48 tokens: 1.6 ms instead of 4.8", ("2.destination_activated_ms", 121.544463, 118.34446299999999)),
        Changes(Prefill, "kv_transfer_timing_mode", Sglang, "\"destination_missing\"",
            "16 of the second prompt's 48 tokens: 1.6 ms instead of 4.8", ("2.destination_activated_ms", 138.794748, 135.59474799999998)),

        .. Transfer(Decode, Vllm, "the prefill side's count"),
        .. Transfer(Decode, Sglang, "the prefill side's count"),
        .. Everywhere.Where(bench => bench.Prefill is null).SelectMany(bench => Transfer(Engine, bench, "nothing is transferred")),

        Refused(Prefill, "worker_type", Vllm, "\"aggregated\"", "a prefill pool needs prefill workers", "ReplaySettingsInvalid"),
        Refused(Decode, "worker_type", Vllm, "\"prefill\"", "a decode pool needs decode workers", "ReplaySettingsInvalid"),
        Refused(Prefill, "is_prefill", Roles, "false", "a prefill pool needs prefill workers", "ReplaySettingsInvalid"),
        Refused(Decode, "is_decode", Roles, "false", "a decode pool needs decode workers", "ReplaySettingsInvalid"),

        Changes(Prefill, "speedup_ratio", Vllm, "4", "the prompt alone", ("1.source_held_ms", 16.987721, 4.246930000000001),
            ("1.itl_ms", 5.749889, 5.749889)),
        Changes(Decode, "speedup_ratio", Vllm, "4", "the output alone", ("1.itl_ms", 5.749889, 1.4374719999999996)),
        NoEffect(Prefill, "decode_speedup_ratio", Vllm, "4", "decode steps of a vLLM prefill worker take no time"),
        Changes(Prefill, "decode_speedup_ratio", Sglang, "4", "a prefill worker of SGLang makes the whole output",
            ("1.source_held_ms", 34.228118, 21.297819999999998)),
        Changes(Decode, "decode_speedup_ratio", Vllm, "4", "the output", ("1.itl_ms", 5.749889, 1.4374719999999996)),
        Changes(Prefill, "aic_tp_size", Vllm, "4", "GPUs of a rank, for the report only", ("prefill_gpus_per_worker", 1, 4),
            ("gpu_hours", 7.711151222222221e-05, 0.00019277878055555555)) with { Only = true },
        Changes(Decode, "max_model_len", Vllm, "40", "the second prompt is longer than decode workers take",
            ("2.terminal_status", "completed", "rejected")),
        NoEffect(Prefill, "", Roles, """{"block_size":16,"worker_type":"prefill"}""",
            "another way to say it") with { Argument = "is_prefill" },
        NoEffect(Decode, "", Roles, """{"block_size":16,"worker_type":"decode"}""",
            "another way to say it") with { Argument = "is_decode" },
        Changes(Decode, "aic_nextn", NoPoolDrafts, "2", "several tokens a step", ("1.terminal_time_ms", 63.219635000000004, 45.960081)),
        Changes(Decode, "aic_nextn_accept_rates", PoolDrafts, "\"1,1\"", "every draft is accepted: three tokens a step",
            ("1.terminal_time_ms", 45.960081, 34.457007000000004)),
        Changes(Decode, "aic_mtp_seed", PoolDrafts, "7", "other draws", ("1.terminal_time_ms", 45.960081, 34.460302999999996)),
        NoEffect(Prefill, "aic_nextn_accept_rates", PoolDrafts, "\"1,1\"", "a prefill worker draws nothing"),
        NoEffect(Prefill, "aic_mtp_seed", PoolDrafts, "7", "a prefill worker draws nothing"),
        Refused(Engine, "dp_size", Vllm, "2", "no ranks in pools", "ReplaySettingsInvalid"),

        Changes(Prefill, "router_queue_policy", Waiting, "\"lcfs\"", "the prompt that came last goes first",
            ("3.prefill_admit_ms", 17.474885, 34.70608), ("5.prefill_admit_ms", 34.94977, 17.474885)),
        NoEffect(Decode, "router_queue_policy", Waiting, "\"lcfs\"", "the decode router never lets a request wait"),
    ];

    private static IEnumerable<ArgumentCase> Transfer(Option option, Bench bench, string why) =>
    [
        NoEffect(option, "kv_bytes_per_token", bench, "777777", why),
        NoEffect(option, "kv_transfer_bandwidth", bench, "0.25", why),
        NoEffect(option, "kv_transfer_timing_mode", bench, "\"DESTINATION_MISSING\"", why),
    ];
}
