using AgentSim.Json;

namespace AgentSim.Routing;

/// <summary>
/// The KV router's settings as they are given, with the reference's names and defaults (behaviour 05#11). They are written down,
/// changed and stored; what runs is the <see cref="RouterConfig"/> that <see cref="Resolve"/> makes of them.
/// </summary>
public sealed partial record RouterSettings
{
    /// <summary>All defaults.</summary>
    public static RouterSettings Default { get; } = new();

    /// <summary><c>overlap_score_credit</c>: blocks of prefill cost that one cached prompt block saves; finite, may exceed 1.</summary>
    public double OverlapScoreCredit { get; init; } = 1.0;

    /// <summary><c>overlap_score_credit_decay</c>: how fast the credit shrinks on targets with more pending prefill than the idlest
    /// one.</summary>
    public double OverlapScoreCreditDecay { get; init; }

    /// <summary><c>prefill_load_scale</c>: weight of the prefill cost. The deprecated <c>overlap_score_weight</c> replaces it, and its
    /// value 0 also sets <see cref="OverlapScoreCredit"/> to 0.</summary>
    public double PrefillLoadScale { get; init; } = 1.0;

    /// <summary><c>decode_active_request_weight</c>: blocks of cost that one active request counts for.</summary>
    public double DecodeActiveRequestWeight { get; init; }

    /// <summary><c>router_temperature</c>: 0 takes the lowest cost; above, targets are drawn with a probability that falls with
    /// cost.</summary>
    public double RouterTemperature { get; init; }

    /// <summary><c>router_track_active_blocks</c>: the blocks of active requests count as cost.</summary>
    public bool RouterTrackActiveBlocks { get; init; } = true;

    /// <summary><c>router_assume_kv_reuse</c>: blocks shared by active requests of a target count once.</summary>
    public bool RouterAssumeKvReuse { get; init; } = true;

    /// <summary><c>router_track_prefill_tokens</c>: pending prompt tokens count as cost; without, nothing ever queues.</summary>
    public bool RouterTrackPrefillTokens { get; init; } = true;

    /// <summary><c>router_queue_threshold</c>: fraction of the token budget of a pass above which a target is busy; null never
    /// queues.</summary>
    public double? RouterQueueThreshold { get; init; }

    /// <summary><c>router_queue_policy</c>: order of waiting requests.</summary>
    public RouterQueuePolicy RouterQueuePolicy { get; init; }

    /// <summary><c>router_policy_config</c>: path of a policy file; see <see cref="RouterConfig.Policy"/>.</summary>
    public string? RouterPolicyConfig { get; init; }

    /// <summary><c>router_prefill_load_model</c>: <see cref="RouterPrefillLoadModel.Aic"/> is not available, see <see
    /// cref="RouterConfig.CheckRunnable"/>.</summary>
    public RouterPrefillLoadModel RouterPrefillLoadModel { get; init; }

    /// <summary><c>router_tracking_hash</c>. Changes identities only, so it has no effect on results.</summary>
    public RouterTrackingHash RouterTrackingHash { get; init; }

    /// <summary><c>router_tracking_key_file</c>: file of exactly 32 bytes, required by the keyed hash. No effect.</summary>
    public string? RouterTrackingKeyFile { get; init; }

    /// <summary><c>router_tracking_key_id</c>: required by the keyed hash. No effect.</summary>
    public string? RouterTrackingKeyId { get; init; }

    /// <summary><c>durable_kv_events</c>: must be false.</summary>
    public bool DurableKvEvents { get; init; }

    /// <summary>The settings without effect on a replay, by their names in JSON; those at their defaults are not in it.</summary>
    public InertOptions Inert { get; init; } = InertOptions.None;
}
