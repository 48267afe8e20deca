using AgentSim.Json;

namespace AgentSim.Routing;

// Which settings are invalid, and which change nothing.
public sealed partial record RouterSettings
{
    /// <summary>Checks ranges and combinations; the first violation is reported (behaviour 05#11).</summary>
    /// <param name="optionName">What the user calls these settings, for messages.</param>
    /// <exception cref="AgentSimException"><c>RouterConfigInvalid</c>.</exception>
    public void Validate(string optionName)
    {
        if (FirstViolation() is { } violation) throw InvalidId.Error($"{optionName}: {violation}");
    }

    private string? FirstViolation()
    {
        if (DurableKvEvents) return "durable_kv_events must be false; it is no longer supported";
        return RouterSettingsTable.Settings.Violations(this).FirstOrDefault() ?? TrackingKeyViolation() ?? ConflictViolation();
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
        if (IsSet("router_track_output_blocks") && !RouterTrackActiveBlocks)
            return "router_track_output_blocks needs router_track_active_blocks true";
        if (RouterPrefillLoadModel != RouterPrefillLoadModel.None && !RouterTrackPrefillTokens)
            return "router_prefill_load_model needs router_track_prefill_tokens true";
        if (IsSet("use_remote_indexer") && IsSet("serve_indexer")) return "use_remote_indexer and serve_indexer exclude each other";
        if (IsSet("serve_indexer") && OverlapScoreCredit <= 0) return "serve_indexer needs overlap_score_credit above 0";
        if (Inert["router_predicted_ttl_secs"] is not null && Inert["use_kv_events"] is false)
            return "router_predicted_ttl_secs needs use_kv_events true";
        return null;
    }

    private bool IsSet(string flag) => Inert[flag] is true;

    // ArgumentEffects in the tests shows of each of these settings that it changes nothing.
    /// <summary>What was set and changes nothing in a replay.</summary>
    /// <param name="optionName">What the user calls these settings, for messages.</param>
    internal IEnumerable<RunWarning> Ignored(string optionName)
    {
        HashSet<string> inert = [.. RouterSettingsTable.Settings.Rows.Where(row => row.IsInert).Select(row => row.Name)];
        string[] names = [.. JsonOptionsText.ChangedNames(Default.ToJson(), ToJson()).Where(inert.Contains)];
        if (names.Length > 0)
            yield return new RunWarning(WarningCodes.ArgumentsIgnored,
                $"{optionName}: {string.Join(", ", names)} without effect: offline replay does not simulate what they are for",
                    names.Length);
    }
}
