using System.Text.Json;
using AgentSim.Routing;

namespace AgentSim.Tests.Routing;

public sealed class RouterSettingsTests : IDisposable
{
    private const string Option = "--router-config";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("agentsim-router");

    public void Dispose() => _folder.Delete(recursive: true);

    private static RouterSettings Parse(string json) => RouterSettings.Parse(json, Option);

    private static string Refusal(string json)
    {
        AgentSimException error = Assert.Throws<AgentSimException>(() => Parse(json));
        Assert.Equal("RouterConfigInvalid", error.ErrorId);
        Assert.StartsWith(Option + ": ", error.Message, StringComparison.Ordinal);
        return error.Message;
    }

    [Fact]
    public void An_empty_object_means_all_defaults()
    {
        RouterSettings settings = Parse("{}");
        Assert.Equal(RouterSettings.Default, settings);
        Assert.Equal(1.0, settings.OverlapScoreCredit);
        Assert.Equal(0.0, settings.OverlapScoreCreditDecay);
        Assert.Equal(1.0, settings.PrefillLoadScale);
        Assert.Equal(0.0, settings.DecodeActiveRequestWeight);
        Assert.Equal(0.0, settings.RouterTemperature);
        Assert.True(settings.RouterTrackActiveBlocks);
        Assert.True(settings.RouterAssumeKvReuse);
        Assert.True(settings.RouterTrackPrefillTokens);
        Assert.Null(settings.RouterQueueThreshold);
        Assert.Equal(RouterQueuePolicy.Fcfs, settings.RouterQueuePolicy);
        Assert.Empty(settings.Inert.Names);
        using JsonDocument json = JsonDocument.Parse(settings.ToJson());
        foreach ((string name, double expected) in (ReadOnlySpan<(string, double)>)
            [("host_cache_hit_weight", 0.75), ("disk_cache_hit_weight", 0.25), ("router_ttl_secs", 120), ("router_event_threads", 4),
            ("conditional_disagg_eff_isl_threshold", 2048), ("conditional_disagg_eff_isl_ratio_threshold", 0.7)])
        {
            Assert.Equal(expected, json.RootElement.GetProperty(name).GetDouble());
        }
    }

    [Theory]
    [InlineData("""{"router_temperatur":1}""", "unknown name 'router_temperatur'; did you mean 'router_temperature'?")]
    [InlineData("""{"router_temperature":1,"router_temperature":2}""", "router_temperature is given twice")]
    [InlineData("""{"router_temperature":null}""", "router_temperature must not be null")]
    [InlineData("""{"router_temperature":"1"}""", "router_temperature must be a number")]
    [InlineData("""{"router_track_active_blocks":0}""", "router_track_active_blocks must be true or false")]
    [InlineData("""{"router_queue_policy":"FCFS"}""", "router_queue_policy must be one of fcfs, lcfs, wspt (is 'FCFS')")]
    [InlineData("""{"shared_cache_type":"x"}""", "shared_cache_type must be one of none, hicache")]
    [InlineData("""{"router_tracking_hash":"x"}""", "router_tracking_hash must be one of")]
    [InlineData("""{"conditional_disagg_policy":"x"}""",
        "conditional_disagg_policy must be one of isl_bounding, prefill_load, isl_or_load")]
    [InlineData("""{"conditional_disagg_eff_isl_threshold":2.0}""", "conditional_disagg_eff_isl_threshold must be an integer")]
    [InlineData("""{"router_event_threads":4294967296}""", "router_event_threads must be at most 4294967295")]
    [InlineData("""{"router_snapshot_threshold":-1}""", "router_snapshot_threshold must not be negative")]
    [InlineData("""{"router_policy_config":1}""", "router_policy_config must be a string")]
    [InlineData("""{"router_\ud800temperature":1}""", "one half of a surrogate pair")]
    [InlineData("[]", "must be a JSON object")]
    public void A_malformed_configuration_is_refused(string json, string expected) =>
        Assert.Contains(expected, Refusal(json), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"durable_kv_events":true,"overlap_score_credit":-1}""", "durable_kv_events must be false")]
    [InlineData("""{"overlap_score_credit":-1,"overlap_score_credit_decay":-1}""",
        "overlap_score_credit must be a finite number, at least 0 (is -1)")]
    [InlineData("""{"overlap_score_credit_decay":-1,"prefill_load_scale":-1}""", "overlap_score_credit_decay must be at least 0")]
    [InlineData("""{"prefill_load_scale":-1,"decode_active_request_weight":-1}""", "prefill_load_scale must be at least 0")]
    [InlineData("""{"decode_active_request_weight":-1,"host_cache_hit_weight":2}""", "decode_active_request_weight must be at least 0")]
    [InlineData("""{"host_cache_hit_weight":2,"disk_cache_hit_weight":2}""", "host_cache_hit_weight must be from 0 to 1 (is 2)")]
    [InlineData("""{"disk_cache_hit_weight":2,"router_temperature":-1}""", "disk_cache_hit_weight must be from 0 to 1")]
    [InlineData("""{"router_temperature":-1,"router_ttl_secs":-1}""", "router_temperature must be at least 0")]
    [InlineData("""{"router_ttl_secs":-1,"router_queue_threshold":-1}""", "router_ttl_secs must be at least 0")]
    [InlineData("""{"router_queue_threshold":-1,"router_event_threads":0}""", "router_queue_threshold must be at least 0")]
    [InlineData("""{"router_event_threads":0,"shared_cache_multiplier":2}""", "router_event_threads must be at least 1")]
    [InlineData("""{"shared_cache_multiplier":2,"router_predicted_ttl_secs":-1}""", "shared_cache_multiplier must be from 0 to 1")]
    [InlineData("""{"router_predicted_ttl_secs":-1,"conditional_disagg_eff_isl_ratio_threshold":2}""",
        "router_predicted_ttl_secs must be at least 0")]
    [InlineData("""{"conditional_disagg_eff_isl_ratio_threshold":2,"conditional_disagg_prefill_busy_threshold":-1}""",
        "conditional_disagg_eff_isl_ratio_threshold must be from 0 to 1")]
    [InlineData("""{"conditional_disagg_prefill_busy_threshold":-1,"conditional_disagg_decode_busy_threshold":-1}""",
        "conditional_disagg_prefill_busy_threshold must be at least 0")]
    [InlineData("""{"conditional_disagg_decode_busy_threshold":-1,"router_tracking_key_id":"a"}""",
        "conditional_disagg_decode_busy_threshold must be at least 0")]
    [InlineData("""{"router_tracking_key_id":"a","router_track_output_blocks":true,"router_track_active_blocks":false}""",
        "for router_tracking_hash keyed-xxh3-v1 only")]
    [InlineData("""{"router_tracking_key_file":"k"}""", "for router_tracking_hash keyed-xxh3-v1 only")]
    [InlineData("""{"router_tracking_hash":"keyed-xxh3-v1","router_tracking_key_id":"a"}""", "needs router_tracking_key_file")]
    [InlineData("""{"router_tracking_hash":"keyed-xxh3-v1","router_tracking_key_file":"k"}""", "needs a router_tracking_key_id")]
    [InlineData("""{"router_tracking_hash":"keyed-xxh3-v1","router_tracking_key_file":"k","router_tracking_key_id":" a"}""",
        "must not begin or end with blanks")]
    [InlineData("""{"router_track_output_blocks":true,"router_track_active_blocks":false}""",
        "router_track_output_blocks needs router_track_active_blocks true")]
    [InlineData("""{"router_prefill_load_model":"aic","router_track_prefill_tokens":false}""",
        "router_prefill_load_model needs router_track_prefill_tokens true")]
    [InlineData("""{"use_remote_indexer":true,"serve_indexer":true,"overlap_score_credit":0}""",
        "use_remote_indexer and serve_indexer exclude each other")]
    [InlineData("""{"serve_indexer":true,"overlap_score_credit":0}""", "serve_indexer needs overlap_score_credit above 0")]
    [InlineData("""{"router_predicted_ttl_secs":5,"use_kv_events":false}""", "router_predicted_ttl_secs needs use_kv_events true")]
    [InlineData("""{"overlap_score_weight":-1}""", "prefill_load_scale must be at least 0")]
    [InlineData("""{"overlap_score_weight":0,"serve_indexer":true}""", "serve_indexer needs overlap_score_credit above 0")]
    public void The_first_broken_rule_is_reported(string json, string expected) =>
        Assert.Contains(expected, Refusal(json), StringComparison.Ordinal);

    [Fact]
    public void The_deprecated_weight_replaces_the_scale_wherever_it_stands()
    {
        Assert.Equal(3.0, Parse("""{"overlap_score_weight":3,"prefill_load_scale":2}""").PrefillLoadScale);
        Assert.Equal(1.0, Parse("""{"overlap_score_weight":3}""").OverlapScoreCredit);
        RouterSettings zero = Parse("""{"prefill_load_scale":2,"overlap_score_credit":0.5,"overlap_score_weight":0}""");
        Assert.Equal(0.0, zero.PrefillLoadScale);
        Assert.Equal(0.0, zero.OverlapScoreCredit);
        Assert.Equal(RouterSettings.Default, Parse("""{"overlap_score_weight":null}"""));
    }

    [Fact]
    public void Integers_and_large_values_are_numbers()
    {
        RouterSettings settings =
            Parse("""{"router_temperature":1,"decode_active_request_weight":1.7976931348623157e308,"overlap_score_credit":3}""");
        Assert.Equal(1.0, settings.RouterTemperature);
        Assert.Equal(double.MaxValue, settings.DecodeActiveRequestWeight);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"overlap_score_weight":2,"router_queue_threshold":0.5,"router_queue_policy":"wspt","router_snapshot_threshold":7}""")]
    [InlineData("""{"router_tracking_hash":"keyed-xxh3-v1","router_tracking_key_file":"k","router_tracking_key_id":"a","conditional_disagg_policy":"isl_or_load"}""")]
    public void Written_settings_read_back_as_the_same(string json) => Assert.Equal(Parse(json), Parse(Parse(json).ToJson()));

    [Fact]
    public void Pools_of_disaggregated_workers_change_the_settings()
    {
        RouterConfig config = RouterConfig.Parse("""{"overlap_score_credit":2,"router_queue_policy":"lcfs"}""", Option);
        RouterConfig prefill = config.ForPrefillPool();
        Assert.Equal((false, true, true, 2.0), (prefill.TracksActiveBlocks, prefill.AssumesKvReuse, prefill.TracksPrefillTokens,
            prefill.OverlapScoreCredit));
        RouterConfig decode = config.ForDecodePool();
        Assert.Equal(0.0, decode.OverlapScoreCredit);
        Assert.False(decode.AssumesKvReuse);
        Assert.False(decode.TracksPrefillTokens);
        Assert.True(decode.TracksActiveBlocks);
        Assert.Equal(RouterQueuePolicy.Lcfs, decode.QueuePolicy);
    }

    [Fact]
    public void The_load_model_without_its_database_is_accepted_but_not_run()
    {
        RouterSettings settings = Parse("""{"router_prefill_load_model":"aic"}""");
        Assert.Equal("AicNotAvailable", Assert.Throws<AgentSimException>(() => settings.Resolve(Option).CheckRunnable(Option)).ErrorId);
        RouterConfig.Default.CheckRunnable(Option);
    }

    [Theory]
    [InlineData(32, null)]
    [InlineData(31, "must hold exactly 32 bytes (holds 31)")]
    [InlineData(-1, "cannot be read")]
    public void A_tracking_key_must_be_readable_before_the_run(int bytes, string? expected)
    {
        string path = Path.Combine(_folder.FullName, "key");
        if (bytes >= 0) File.WriteAllBytes(path, new byte[bytes]);
        RouterSettings settings = RouterSettings.Default with { RouterTrackingHash = RouterTrackingHash.Keyed, RouterTrackingKeyFile = path,
            RouterTrackingKeyId = "a" };
        settings.Validate(Option);
        if (expected is null) settings.Resolve(Option).CheckRunnable(Option);
        else Assert.Contains(expected, Assert.Throws<AgentSimException>(() => settings.Resolve(Option).CheckRunnable(Option)).Message,
            StringComparison.Ordinal);
    }
}
