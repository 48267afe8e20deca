using AgentSim.Json;

namespace AgentSim.Routing;

// Which settings change nothing in a replay. ArgumentEffects in the tests shows it for each of them.
public sealed partial record RouterSettings
{
    private static readonly HashSet<string> Inert =
    [
        "host_cache_hit_weight", "disk_cache_hit_weight", "shared_cache_multiplier", "shared_cache_type", "use_kv_events", "router_ttl_secs",
        "router_predicted_ttl_secs", "router_track_output_blocks", "router_replica_sync", "router_event_threads", "skip_initial_worker_wait",
        "use_remote_indexer", "serve_indexer", "conditional_disagg_enabled", "conditional_disagg_policy", "conditional_disagg_eff_isl_threshold",
        "conditional_disagg_eff_isl_ratio_threshold", "conditional_disagg_prefill_busy_threshold", "conditional_disagg_decode_busy_threshold",
        "router_snapshot_threshold", "router_reset_states", "router_tracking_hash", "router_tracking_key_file", "router_tracking_key_id",
    ];

    /// <summary>What was set and changes nothing in a replay.</summary>
    /// <param name="optionName">What the user calls these settings, for messages.</param>
    internal IEnumerable<RunWarning> Ignored(string optionName)
    {
        string[] names = [.. JsonOptionsText.ChangedNames(Default.ToJson(), ToJson()).Where(Inert.Contains)];
        if (names.Length > 0)
            yield return new RunWarning(WarningCodes.ArgumentsIgnored, $"{optionName}: {string.Join(", ", names)} without effect: offline replay does not simulate what they are for", names.Length);
    }
}
