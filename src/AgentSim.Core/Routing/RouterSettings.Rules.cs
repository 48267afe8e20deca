using System.Globalization;

namespace AgentSim.Routing;

public sealed partial record RouterSettings
{
    private const int TrackingKeyBytes = 32;

    /// <summary>Checks ranges and combinations; the first violation is reported (behaviour 05#11).</summary>
    /// <param name="optionName">What the user calls these settings, for messages.</param>
    /// <exception cref="AgentSimException"><c>RouterConfigInvalid</c>.</exception>
    public void Validate(string optionName)
    {
        if (FirstViolation() is { } violation) throw InvalidId.Error($"{optionName}: {violation}");
    }

    /// <summary>Refuses what a run with the KV router cannot do: the AIC load model, and a tracking key that cannot be read.</summary>
    /// <param name="optionName">What the user calls these settings, for messages.</param>
    /// <exception cref="AgentSimException"><c>AicNotAvailable</c> or <c>RouterTrackingKeyInvalid</c>.</exception>
    public void CheckRunnable(string optionName)
    {
        if (RouterPrefillLoadModel == RouterPrefillLoadModel.Aic)
        {
            throw Errors.AicNotAvailable.Error(
                $"{optionName}: router_prefill_load_model aic needs NVIDIA's AIConfigurator (AIC), whose performance database is not available in AgentSim; use none, which measures prefill load in prompt tokens");
        }

        if (RouterTrackingHash != RouterTrackingHash.Keyed) return;
        string? fault = null;
        try
        {
            long bytes = new FileInfo(RouterTrackingKeyFile!).Length;
            if (bytes != TrackingKeyBytes) fault = $"must hold exactly {TrackingKeyBytes} bytes (holds {bytes})";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            fault = "cannot be read";
        }

        if (fault is not null) throw Errors.RouterTrackingKeyInvalid.At(RouterTrackingKeyFile!, 0, $"the file of router_tracking_key_file {fault}");
    }

    private string? FirstViolation()
    {
        if (DurableKvEvents) return "durable_kv_events must be false; it is no longer supported";
        if (!double.IsFinite(OverlapScoreCredit) || OverlapScoreCredit < 0) return Bad("overlap_score_credit", OverlapScoreCredit, "a finite number, at least 0");
        return NotNegative("overlap_score_credit_decay", OverlapScoreCreditDecay)
            ?? NotNegative("prefill_load_scale", PrefillLoadScale)
            ?? NotNegative("decode_active_request_weight", DecodeActiveRequestWeight)
            ?? Fraction("host_cache_hit_weight", HostCacheHitWeight)
            ?? Fraction("disk_cache_hit_weight", DiskCacheHitWeight)
            ?? NotNegative("router_temperature", RouterTemperature)
            ?? NotNegative("router_ttl_secs", RouterTtlSecs)
            ?? NotNegative("router_queue_threshold", RouterQueueThreshold)
            ?? (RouterEventThreads == 0 ? "router_event_threads must be at least 1" : null)
            ?? Fraction("shared_cache_multiplier", SharedCacheMultiplier)
            ?? NotNegative("router_predicted_ttl_secs", RouterPredictedTtlSecs)
            ?? Fraction("conditional_disagg_eff_isl_ratio_threshold", ConditionalDisaggEffIslRatioThreshold)
            ?? NotNegative("conditional_disagg_prefill_busy_threshold", ConditionalDisaggPrefillBusyThreshold)
            ?? NotNegative("conditional_disagg_decode_busy_threshold", ConditionalDisaggDecodeBusyThreshold)
            ?? TrackingKeyViolation()
            ?? ConflictViolation();
    }

    private string? TrackingKeyViolation()
    {
        if (RouterTrackingHash == RouterTrackingHash.Public)
        {
            return RouterTrackingKeyFile is null && RouterTrackingKeyId is null
                ? null
                : "router_tracking_key_file and router_tracking_key_id are for router_tracking_hash keyed-xxh3-v1 only";
        }

        if (RouterTrackingKeyFile is null) return "router_tracking_hash keyed-xxh3-v1 needs router_tracking_key_file";
        if (string.IsNullOrEmpty(RouterTrackingKeyId)) return "router_tracking_hash keyed-xxh3-v1 needs a router_tracking_key_id";
        return RouterTrackingKeyId.Trim() == RouterTrackingKeyId ? null : "router_tracking_key_id must not begin or end with blanks";
    }

    private string? ConflictViolation()
    {
        if (RouterTrackOutputBlocks && !RouterTrackActiveBlocks) return "router_track_output_blocks needs router_track_active_blocks true";
        if (RouterPrefillLoadModel != RouterPrefillLoadModel.None && !RouterTrackPrefillTokens) return "router_prefill_load_model needs router_track_prefill_tokens true";
        if (UseRemoteIndexer && ServeIndexer) return "use_remote_indexer and serve_indexer exclude each other";
        if (ServeIndexer && OverlapScoreCredit <= 0) return "serve_indexer needs overlap_score_credit above 0";
        if (RouterPredictedTtlSecs is not null && !UseKvEvents) return "router_predicted_ttl_secs needs use_kv_events true";
        return null;
    }

    private static string? NotNegative(string name, double? value) =>
        value is null || (value >= 0 && double.IsFinite(value.Value)) ? null : Bad(name, value.Value, "at least 0");

    private static string? Fraction(string name, double value) =>
        value is >= 0 and <= 1 ? null : Bad(name, value, "from 0 to 1");

    private static string Bad(string name, double value, string range) =>
        $"{name} must be {range} (is {value.ToString(CultureInfo.InvariantCulture)})";
}
