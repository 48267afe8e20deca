using static AgentSim.Tests.Simulation.ArgumentEffects.ArgumentCase;
using static AgentSim.Tests.Simulation.ArgumentEffects.Benches;
using static AgentSim.Tests.Simulation.ArgumentEffects.Option;

namespace AgentSim.Tests.Simulation.ArgumentEffects;

/// <summary>Settings of the KV router (behaviour 05#11), and engine arguments that the router reads.</summary>
internal static class RouterCases
{
    /// <summary>
    /// Two targets. At 0 the first row draws worker 1 (8 blocks); the second goes to worker 0 (2 blocks). At 50 both are in decode, and the
    /// third,
    /// six blocks of which four are those of the first row, costs 6 + (2 + 6) = 14 on worker 0 and 6 - 4 + (8 + 2) = 12 on worker 1.
    /// </summary>
    private static readonly Bench Loaded = new("loaded targets", Lines(
        Row(0, 128, 100, [1, 2, 3, 4, 5, 6, 7, 8]),
        Row(1, 32, 100, [21, 22]),
        Row(50, 96, 2, [1, 2, 3, 4, 9, 10])))
    {
        Workers = 2,
        Router = "{}",
    };

    /// <summary>The same with two shared blocks: 6 + (2 + 6) = 14 on worker 0, 6 - 2 + (8 + 4) = 16 on worker 1.</summary>
    private static readonly Bench LoadedLess = Loaded with
    {
        Name = "loaded targets, less to share",
        Rows = Loaded.Rows.Replace("[1,2,3,4,9,10]", "[1,2,11,12,9,10]", StringComparison.Ordinal),
    };

    /// <summary>Worker 1 has one request of 8 blocks, worker 0 two of one: the last row costs 1 + 3 and 1 + 9.</summary>
    private static readonly Bench ManySmall = new("many small requests", Lines(
        Row(0, 128, 100, [1, 2, 3, 4, 5, 6, 7, 8]), Row(30, 16, 100, [21]), Row(60, 16, 100, [22]), Row(90, 16, 2, [23])))
    {
        Workers = 2,
        Router = "{}",
    };

    /// <summary>Row 5 of behaviour 05#example-3: worker 0 costs 9 + 9, worker 1 has 32 tokens more pending than worker 0.</summary>
    private static readonly Bench Pending = new("pending prefill", Lines(
        Row(0, 64, 2, [1, 2, 3, 4]),
        Row(100, 64, 2, [1, 2, 3, 4]),
        Row(101, 128, 2, [1, 2, 3, 4, 5, 6, 7, 8]),
        Row(200, 160, 2, [1, 2, 3, 4, 5, 6, 7, 8, 11, 12]),
        Row(201, 144, 2, [1, 2, 3, 4, 5, 6, 7, 8, 13])))
    {
        Workers = 2,
        Router = "{}",
    };

    /// <summary>With a threshold of 0 the last three rows (64, 32 and 48 tokens) wait, and leave one by one.</summary>
    public static readonly Bench Waiting = new("waiting requests", Lines(
        Row(0, 64, 3, [1, 2, 3, 4]),
        Row(0, 128, 3, [11, 12, 13, 14, 15, 16, 17, 18]),
        Row(0, 64, 2, [31, 32, 33, 34]),
        Row(1, 32, 2, [21, 22]),
        Row(2, 48, 2, [41, 42, 43])))
    {
        Workers = 2,
        Router = """{"router_queue_threshold":0}""",
    };

    private static readonly Bench NotWaiting = Waiting with { Name = "no waiting requests", Router = "{}" };

    /// <summary>51.2 tokens make a target busy.</summary>
    private static readonly Bench Fraction = Waiting with
    {
        Name = "busy above a fifth",
        Engine = """{"block_size":16,"max_num_batched_tokens":256}""",
        Router = """{"router_queue_threshold":0.2}""",
    };

    private static readonly Bench Pools = AsPools(Loaded);

    // On decode workers the third row costs 8 + 8 beside the first and 2 + 8 beside the second; were blocks shared, 8 and 10.
    private static readonly Bench SamePromptPools = AsPools(Loaded with
    {
        Name = "loaded targets and the same prompt",
        Rows = Loaded.Rows.Replace(Row(50, 96, 2, [1, 2, 3, 4, 9, 10]), Row(50, 128, 2, [1, 2, 3, 4, 5, 6, 7, 8]),
            StringComparison.Ordinal),
    });

    private static readonly Bench SmallPools = AsPools(ManySmall);

    private static readonly Bench Keyed = Loaded with
    {
        Name = "keyed hash",
        Router = """{"router_tracking_hash":"keyed-xxh3-v1","router_tracking_key_file":"{folder}/key.bin","router_tracking_key_id":"a"}""",
    };

    public static IEnumerable<ArgumentCase> All { get; } =
    [
        Changes(Router, "overlap_score_credit", Loaded, "0", "worker 1 costs 6 + 10", ("3.decode_worker_idx", 1, 0),
            ("3.reused_input_tokens", 64, 0)),
        Changes(Router, "overlap_score_credit", LoadedLess, "3", "worker 1 costs max(6 - 6, 0) + 12", ("3.decode_worker_idx", 0, 1)),
        Changes(Router, "overlap_score_credit_decay", Pending, "5",
            "a credit of 8 / (1 + 5 * 2/9) = 3.79: worker 1 costs 11 - 3.79 + 11 and not 14", ("5.decode_worker_idx", 1, 0)),
        Changes(Router, "prefill_load_scale", Loaded, "0", "8 against 10", ("3.decode_worker_idx", 1, 0)),
        Changes(Router, "prefill_load_scale", LoadedLess, "3", "18 + 8 against 12 + 12", ("3.decode_worker_idx", 0, 1)),
        Changes(Router, "overlap_score_weight", LoadedLess, "3", "the old name of prefill_load_scale", ("3.decode_worker_idx", 0, 1)),
        Changes(Router, "overlap_score_weight", Loaded, "0", "the old name of prefill_load_scale", ("3.decode_worker_idx", 1, 0)),
        Changes(Router, "decode_active_request_weight", ManySmall, "10", "4 + 2 * 10 against 10 + 10", ("4.decode_worker_idx", 0, 1)),
        Changes(Router, "router_temperature", ManySmall, "5", "the second row's draw takes the dearer target",
            ("2.decode_worker_idx", 0, 1)),
        Changes(Router, "router_track_active_blocks", LoadedLess, "false", "6 against 4", ("3.decode_worker_idx", 0, 1)),
        Changes(Router, "router_assume_kv_reuse", Loaded, "false", "nothing shared: worker 1 costs 2 + (8 + 6)",
            ("3.decode_worker_idx", 1, 0)),
        Changes(Router, "router_track_prefill_tokens", Loaded, "false", "8 against 10", ("3.decode_worker_idx", 1, 0)),
        Changes(Router, "router_track_prefill_tokens", Waiting, "false", "nothing ever waits", ("3.first_admit_ms", 23.228070000000002, 0)),

        Changes(Router, "router_queue_threshold", NotWaiting, "0", "both targets have pending tokens",
            ("3.first_admit_ms", 0, 23.228070000000002)),
        Changes(Router, "router_queue_policy", Waiting, "\"lcfs\"", "the row that came last goes first",
            ("3.first_admit_ms", 23.228070000000002, 46.225631), ("5.first_admit_ms", 46.472616, 23.228070000000002)),
        Changes(Router, "router_queue_policy", Waiting, "\"wspt\"", "the shortest prompt goes first",
            ("3.first_admit_ms", 23.228070000000002, 45.97886200000001), ("4.first_admit_ms", 24.218164, 23.228070000000002)),
        NoEffect(Router, "router_queue_policy", NotWaiting, "\"wspt\"", "nothing waits"),
        Changes(Engine, "router_queue_policy", Waiting, "\"wspt\"", "the engine's word counts",
            ("3.first_admit_ms", 23.228070000000002, 45.97886200000001), ("4.first_admit_ms", 24.218164, 23.228070000000002)),
        NoEffect(Engine, "router_queue_policy", Waiting, "\"fcfs\"", "the default"),
        .. Everywhere.Where(bench => bench.Router is null).Select(bench =>
            NoEffect(Engine, "router_queue_policy", bench, "\"lcfs\"", "there is no router")),
        Changes(Router, "router_policy_config", Waiting, "\"{folder}/policy.yaml\"", "its only class never waits",
            ("3.first_admit_ms", 23.228070000000002, 0)),
        Refused(Router, "router_policy_config", Waiting, "\"{folder}/none.yaml\"", "the file must be there", "RouterPolicyInvalid"),

        Changes(Engine, "max_num_batched_tokens", Fraction, "null", "a fifth of ten million", ("3.first_admit_ms", 23.228070000000002, 0)),
        Changes(Engine, "max_num_batched_tokens", Fraction.On("sglang"), "null", "the router reads it with sglang too",
            ("3.first_admit_ms", 23.228070000000002, 0)),
        Changes(Engine, "enable_prefix_caching", Loaded, "false", "the router knows of no cached blocks: worker 1 costs 6 + 10",
            ("3.decode_worker_idx", 1, 0)),

        Refused(Router, "router_prefill_load_model", Loaded, "\"aic\"", "its data are not available", "AicNotAvailable"),
        Refused(Router, "durable_kv_events", Loaded, "true", "no longer supported", "RouterConfigInvalid"),
        NoEffect(Router, "router_tracking_key_file", Keyed, "\"{folder}/other.bin\"", "identities only"),
        Refused(Router, "router_tracking_key_file", Keyed, "\"{folder}/short.bin\"", "exactly 32 bytes", "RouterTrackingKeyInvalid"),
        NoEffect(Router, "router_tracking_key_id", Keyed, "\"b\"", "identities only"),
        Refused(Router, "router_tracking_key_id", Keyed, "\" a\"", "no blanks around it", "RouterConfigInvalid"),
        NoEffect(Router, "", Loaded, Keyed.Router, "identities only") with { Argument = "router_tracking_hash" },
        Refused(Router, "router_tracking_hash", Loaded, "\"keyed-xxh3-v1\"", "needs a key", "RouterConfigInvalid"),

        Changes(Router, "overlap_score_credit", Pools, "0", "the prefill router", ("3.prefill_worker_idx", 1, 0)),
        NoEffect(Router, "router_assume_kv_reuse", SamePromptPools, "false",
            "the decode router never does, the prefill router counts no blocks"),
        Changes(Router, "router_track_active_blocks", SmallPools, "false",
            "nothing costs anything on decode workers: the third tie draws worker 1", ("3.decode_worker_idx", 0, 1)),
    ];
    private static Bench AsPools(Bench bench) => bench with
    {
        Name = $"{bench.Name}, in pools",
        Prefill = """{"block_size":16,"worker_type":"prefill"}""",
        Decode = """{"block_size":16,"worker_type":"decode"}""",
    };
}
