using AgentSim.Json;

namespace AgentSim.Routing;

/// <summary>
/// The settings of the router: a row for each (behaviour 05#11). Reading, ranges, writing, parameters, completions, help and
/// documentation come from here.
/// </summary>
internal static class RouterSettingsTable
{
    private const string Tiers = "Lower cache tiers are not simulated.";
    private const string Live = "For live routers.";
    private const string Disaggregated = "Every disaggregated request is prefilled remotely.";
    private const string Identity = "Changes identities of blocks only.";

    private static readonly JsonOptionsChoice<RouterPrefillLoadModel> LoadModels =
        new(false, ("none", RouterPrefillLoadModel.None), ("aic", RouterPrefillLoadModel.Aic));

    private static readonly JsonOptionsChoice<RouterSharedCacheType> SharedCaches =
        new(false, ("none", RouterSharedCacheType.None), ("hicache", RouterSharedCacheType.Hicache));

    private static readonly JsonOptionsChoice<RouterTrackingHash> Hashes =
        new(false, ("public-xxh3-v1", RouterTrackingHash.Public), ("keyed-xxh3-v1", RouterTrackingHash.Keyed));

    private static readonly JsonOptionsChoice<ConditionalDisaggPolicy> DisaggPolicies = new(
        false,
        ("isl_bounding", ConditionalDisaggPolicy.IslBounding),
        ("prefill_load", ConditionalDisaggPolicy.PrefillLoad),
        ("isl_or_load", ConditionalDisaggPolicy.IslOrLoad));

    /// <summary>All settings, in the order they are checked and written.</summary>
    public static readonly JsonOptionsTable<RouterSettings> Settings = Create();

    private static JsonOptionsTable<RouterSettings> Create()
    {
        JsonOptionsTable<RouterSettings> table = new(JsonOptionsDuplicates.Refused);
        InertRows<RouterSettings> inert = new(table, s => s.Inert, (s, bag) => s with { Inert = bag });
        AddScore(table);
        inert.Number("host_cache_hit_weight", Tiers, NumberBounds.Fraction, 0.75)
            .Number("disk_cache_hit_weight", Tiers, NumberBounds.Fraction, 0.25);
        AddChoice(table);
        inert.Number("router_ttl_secs", Live, NumberBounds.AtLeastZero, 120.0);
        AddQueue(table);
        AddInert(inert);
        return table;
    }

    private static void AddScore(JsonOptionsTable<RouterSettings> table) => table
        .Number("overlap_score_credit", s => s.OverlapScoreCredit, (s, v) => s with { OverlapScoreCredit = v },
            "Blocks of prefill cost that one cached block of the prompt saves.", NumberBounds.NotNegative)
        .Number("overlap_score_credit_decay", s => s.OverlapScoreCreditDecay, (s, v) => s with { OverlapScoreCreditDecay = v },
            "How fast that credit shrinks on targets with more pending prefill than the idlest one.", NumberBounds.AtLeastZero)
        .Number("prefill_load_scale", s => s.PrefillLoadScale, (s, v) => s with { PrefillLoadScale = v },
            "Weight of the prefill cost.", NumberBounds.AtLeastZero)
        .Name("overlap_score_weight", "number", (s, v) => s with { OverlapScoreWeight = v.IsNull ? null : v.Number() },
            "Deprecated: replaces prefill_load_scale; 0 also sets overlap_score_credit to 0.")
        .Number("decode_active_request_weight", s => s.DecodeActiveRequestWeight, (s, v) => s with { DecodeActiveRequestWeight = v },
            "Blocks of cost that one active request counts for.", NumberBounds.AtLeastZero);

    private static void AddChoice(JsonOptionsTable<RouterSettings> table) => table
        .Number("router_temperature", s => s.RouterTemperature, (s, v) => s with { RouterTemperature = v },
            "0 takes the target of lowest cost; above, targets are drawn with a probability that falls with cost.",
                NumberBounds.AtLeastZero)
        .Flag("router_track_active_blocks", s => s.RouterTrackActiveBlocks, (s, v) => s with { RouterTrackActiveBlocks = v },
            "Whether the blocks of active requests count as cost.")
        .Flag("router_assume_kv_reuse", s => s.RouterAssumeKvReuse, (s, v) => s with { RouterAssumeKvReuse = v },
            "Whether blocks shared by active requests of a target count once.")
        .Flag("router_track_prefill_tokens", s => s.RouterTrackPrefillTokens, (s, v) => s with { RouterTrackPrefillTokens = v },
            "Whether pending prompt tokens count as cost. Without, nothing ever queues.");

    private static void AddQueue(JsonOptionsTable<RouterSettings> table) => table
        .OptionalNumber("router_queue_threshold", s => s.RouterQueueThreshold, (s, v) => s with { RouterQueueThreshold = v },
            "Requests wait while every target has more pending prompt tokens than this share of the token budget of a pass.",
            NumberBounds.AtLeastZero, none: "no queue")
        .Choice("router_queue_policy", RouterQueuePolicies.Names, s => s.RouterQueuePolicy, (s, v) => s with { RouterQueuePolicy = v },
            "Order of waiting requests: first or last come, first served, or weighted shortest uncached prompt first.")
        .OptionalText("router_policy_config", s => s.RouterPolicyConfig, (s, v) => s with { RouterPolicyConfig = v },
            "Path of a YAML file with queue policies.")
        .Choice("router_prefill_load_model", LoadModels, s => s.RouterPrefillLoadModel, (s, v) => s with { RouterPrefillLoadModel = v },
            "aic is not available; refused by replays.")
        .Flag("durable_kv_events", s => s.DurableKvEvents, (s, v) => s with { DurableKvEvents = v }, "No longer supported: must be false.");

    private static void AddInert(InertRows<RouterSettings> inert) => inert
        .Unsigned("router_event_threads", Live, new WholeBounds(1, uint.MaxValue), 4)
        .Number("shared_cache_multiplier", Tiers, NumberBounds.Fraction, 0)
        .Choice("shared_cache_type", SharedCaches, Tiers)
        .Flag("use_kv_events", "The router always knows the caches.", byDefault: true)
        .OptionalNumber("router_predicted_ttl_secs", Live, NumberBounds.AtLeastZero)
        .Flag("router_track_output_blocks", Live)
        .Flag("router_replica_sync", Live)
        .Flag("skip_initial_worker_wait", Live)
        .Flag("use_remote_indexer", Live)
        .Flag("serve_indexer", Live)
        .Flag("conditional_disagg_enabled", Disaggregated)
        .Choice("conditional_disagg_policy", DisaggPolicies, Disaggregated)
        .Count("conditional_disagg_eff_isl_threshold", Disaggregated, 2048)
        .Number("conditional_disagg_eff_isl_ratio_threshold", Disaggregated, NumberBounds.Fraction, 0.7)
        .OptionalNumber("conditional_disagg_prefill_busy_threshold", Disaggregated, NumberBounds.AtLeastZero)
        .OptionalNumber("conditional_disagg_decode_busy_threshold", Disaggregated, NumberBounds.AtLeastZero)
        .OptionalCount("router_snapshot_threshold", Live, new WholeBounds(0, uint.MaxValue))
        .Flag("router_reset_states", Live)
        .Mark(rows => rows.Choice("router_tracking_hash", Hashes, s => s.RouterTrackingHash, (s, v) => s with { RouterTrackingHash = v },
            Identity))
        .Mark(rows => rows.OptionalText("router_tracking_key_file", s => s.RouterTrackingKeyFile,
            (s, v) => s with { RouterTrackingKeyFile = v },
            "File of exactly 32 bytes, which the keyed hash needs. " + Identity))
        .Mark(rows => rows.OptionalText("router_tracking_key_id", s => s.RouterTrackingKeyId, (s, v) => s with { RouterTrackingKeyId = v },
            "Needed by the keyed hash. " + Identity));
}

/// <summary>The settings of the router explained, from their table.</summary>
public static class RouterHelp
{
    /// <summary>Every setting in two lines, as the command line shows it.</summary>
    public static string Text => OptionHelp.Text(RouterSettingsTable.Settings, RouterSettings.Default);
}
