using AgentSim.Json;

namespace AgentSim.Routing;

/// <summary>The JSON names of the router settings: how each is read and written (behaviour 05#11).</summary>
internal static class RouterSettingsTable
{
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

    /// <summary>All settings, in the order they are written.</summary>
    public static readonly JsonOptionsTable<RouterSettings> Settings =
        new JsonOptionsTable<RouterSettings>(JsonOptionsDuplicates.Refused)
            .Number("overlap_score_credit", s => s.OverlapScoreCredit, (s, v) => s with { OverlapScoreCredit = v })
            .Number("overlap_score_credit_decay", s => s.OverlapScoreCreditDecay, (s, v) => s with { OverlapScoreCreditDecay = v })
            .Number("prefill_load_scale", s => s.PrefillLoadScale, (s, v) => s with { PrefillLoadScale = v })
            .Custom("overlap_score_weight", (s, v) => s with { OverlapScoreWeight = v.IsNull ? null : v.Number() }, null)
            .Number("decode_active_request_weight", s => s.DecodeActiveRequestWeight, (s, v) => s with { DecodeActiveRequestWeight = v })
            .Number("router_temperature", s => s.RouterTemperature, (s, v) => s with { RouterTemperature = v })
            .Flag("router_track_active_blocks", s => s.RouterTrackActiveBlocks, (s, v) => s with { RouterTrackActiveBlocks = v })
            .Flag("router_assume_kv_reuse", s => s.RouterAssumeKvReuse, (s, v) => s with { RouterAssumeKvReuse = v })
            .Flag("router_track_prefill_tokens", s => s.RouterTrackPrefillTokens, (s, v) => s with { RouterTrackPrefillTokens = v })
            .OptionalNumber("router_queue_threshold", s => s.RouterQueueThreshold, (s, v) => s with { RouterQueueThreshold = v })
            .Choice("router_queue_policy", RouterQueuePolicies.Names, s => s.RouterQueuePolicy, (s, v) => s with { RouterQueuePolicy = v })
            .OptionalText("router_policy_config", s => s.RouterPolicyConfig, (s, v) => s with { RouterPolicyConfig = v })
            .Choice("router_prefill_load_model", LoadModels, s => s.RouterPrefillLoadModel, (s, v) => s with { RouterPrefillLoadModel = v })
            .Number("host_cache_hit_weight", s => s.HostCacheHitWeight, (s, v) => s with { HostCacheHitWeight = v })
            .Number("disk_cache_hit_weight", s => s.DiskCacheHitWeight, (s, v) => s with { DiskCacheHitWeight = v })
            .Number("shared_cache_multiplier", s => s.SharedCacheMultiplier, (s, v) => s with { SharedCacheMultiplier = v })
            .Choice("shared_cache_type", SharedCaches, s => s.SharedCacheType, (s, v) => s with { SharedCacheType = v })
            .Flag("use_kv_events", s => s.UseKvEvents, (s, v) => s with { UseKvEvents = v })
            .Number("router_ttl_secs", s => s.RouterTtlSecs, (s, v) => s with { RouterTtlSecs = v })
            .OptionalNumber("router_predicted_ttl_secs", s => s.RouterPredictedTtlSecs, (s, v) => s with { RouterPredictedTtlSecs = v })
            .Flag("router_track_output_blocks", s => s.RouterTrackOutputBlocks, (s, v) => s with { RouterTrackOutputBlocks = v })
            .Flag("router_replica_sync", s => s.RouterReplicaSync, (s, v) => s with { RouterReplicaSync = v })
            .Choice("router_tracking_hash", Hashes, s => s.RouterTrackingHash, (s, v) => s with { RouterTrackingHash = v })
            .OptionalText("router_tracking_key_file", s => s.RouterTrackingKeyFile, (s, v) => s with { RouterTrackingKeyFile = v })
            .OptionalText("router_tracking_key_id", s => s.RouterTrackingKeyId, (s, v) => s with { RouterTrackingKeyId = v })
            .Unsigned("router_event_threads", s => s.RouterEventThreads, (s, v) => s with { RouterEventThreads = (uint)v }, uint.MaxValue)
            .Flag("skip_initial_worker_wait", s => s.SkipInitialWorkerWait, (s, v) => s with { SkipInitialWorkerWait = v })
            .Flag("use_remote_indexer", s => s.UseRemoteIndexer, (s, v) => s with { UseRemoteIndexer = v })
            .Flag("serve_indexer", s => s.ServeIndexer, (s, v) => s with { ServeIndexer = v })
            .Flag("conditional_disagg_enabled", s => s.ConditionalDisaggEnabled, (s, v) => s with { ConditionalDisaggEnabled = v })
            .Choice("conditional_disagg_policy", DisaggPolicies, s => s.ConditionalDisaggPolicy, (s, v) => s with { ConditionalDisaggPolicy = v })
            .Count("conditional_disagg_eff_isl_threshold", s => s.ConditionalDisaggEffIslThreshold, (s, v) => s with { ConditionalDisaggEffIslThreshold = v })
            .Number("conditional_disagg_eff_isl_ratio_threshold", s => s.ConditionalDisaggEffIslRatioThreshold, (s, v) => s with { ConditionalDisaggEffIslRatioThreshold = v })
            .OptionalNumber("conditional_disagg_prefill_busy_threshold", s => s.ConditionalDisaggPrefillBusyThreshold, (s, v) => s with { ConditionalDisaggPrefillBusyThreshold = v })
            .OptionalNumber("conditional_disagg_decode_busy_threshold", s => s.ConditionalDisaggDecodeBusyThreshold, (s, v) => s with { ConditionalDisaggDecodeBusyThreshold = v })
            .Flag("durable_kv_events", s => s.DurableKvEvents, (s, v) => s with { DurableKvEvents = v })
            .OptionalUnsigned("router_snapshot_threshold", s => s.RouterSnapshotThreshold, (s, v) => s with { RouterSnapshotThreshold = (uint?)v }, uint.MaxValue)
            .Flag("router_reset_states", s => s.RouterResetStates, (s, v) => s with { RouterResetStates = v });
}
