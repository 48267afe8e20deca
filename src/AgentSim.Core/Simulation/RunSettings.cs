using System.Text.Json;
using AgentSim.Rows;
using AgentSim.Workload;

namespace AgentSim.Simulation;

/// <summary>The effective settings of a run by name, as the provenance of its report holds them (behaviour 00#differences).</summary>
internal static class RunSettings
{
    public static Dictionary<string, object?> Describe(ReplayWorkload workload, ReplaySettings settings)
    {
        var names = new Dictionary<string, object?>();
        AddWorkload(names, workload);
        AddReplay(names, settings);
        AddLoad(names, settings);
        AddKnobs(names, workload, settings.Knobs);
        return names;
    }

    /// <summary>Those of the load alone, without engines and router.</summary>
    public static Dictionary<string, object?> DescribeLoad(ReplayWorkload workload, ReplaySettings settings)
    {
        var names = new Dictionary<string, object?>();
        AddWorkload(names, workload);
        AddLoad(names, settings);
        AddKnobs(names, workload, settings.Knobs);
        return names;
    }

    private static void AddWorkload(Dictionary<string, object?> names, ReplayWorkload workload)
    {
        if (workload.Synthetic is { } synthetic) AddSynthetic(names, synthetic);
        else AddTrace(names, workload);
    }

    private static void AddTrace(Dictionary<string, object?> names, ReplayWorkload workload)
    {
        names["trace_format"] = (workload.Format ?? TraceFormat.Dynamo).Name();
        names["trace_block_size"] = workload.TraceBlockSize;
        if (workload.Columns.Model is { } model) names["model"] = model;
        if (workload.Columns.Import is { } import) names["import"] = import;
        if (workload.AllowsCut) names["allow_cut"] = true;
        if (workload.AllowsTorn) names["allow_torn"] = true;
        if (workload.DropsSessionless) names["drop_sessionless"] = true;
        if (workload.DropsDependencies) names["missing_dependency"] = "drop";
    }

    private static void AddSynthetic(Dictionary<string, object?> names, SyntheticOptions synthetic)
    {
        names["input_tokens"] = synthetic.InputTokens;
        names["output_tokens"] = synthetic.OutputTokens;
        names["request_count"] = synthetic.RequestCount;
        names["request_rate"] = synthetic.RequestRate;
        names["arrival_interval_ms"] = synthetic.ArrivalIntervalMs;
        names["arrival_seed"] = synthetic.ArrivalSeed;
        if (!synthetic.HasSessions) return;
        names["turns_per_session"] = synthetic.TurnsPerSession;
        names["shared_prefix_ratio"] = synthetic.SharedPrefixRatio;
        names["num_prefix_groups"] = synthetic.NumPrefixGroups;
        names["inter_turn_delay_ms"] = synthetic.InterTurnDelayMs;
    }

    private static void AddReplay(Dictionary<string, object?> names, ReplaySettings settings)
    {
        if (settings.Pools is { } pools)
        {
            names["prefill_engine_args"] = Json(pools.Prefill.ToJson());
            names["decode_engine_args"] = Json(pools.Decode.ToJson());
            names["num_prefill_workers"] = pools.PrefillWorkers;
            names["num_decode_workers"] = pools.DecodeWorkers;
        }
        else
        {
            names["engine_args"] = Json(settings.Engine.ToJson());
            names["num_workers"] = settings.Workers;
        }

        if (settings.Calibration is { } calibration)
            names["timing_profile"] = $"{Path.GetFileName(calibration.Profile)} sha256:{calibration.Sha256}";
        names["router_mode"] = settings.RouterMode == RouterMode.KvRouter ? "kv_router" : "round_robin";
        names["router_config"] = Json(settings.Router.ToJson());
        names["model_name"] = settings.ModelName;
    }

    private static void AddLoad(Dictionary<string, object?> names, ReplaySettings settings)
    {
        names["replay_concurrency"] = settings.Concurrency;
        names["arrival_speedup_ratio"] = settings.ArrivalSpeedupRatio;
        names["max_sim_time_ms"] = settings.MaxSimTimeMs;
        names["sla_ttft_ms"] = settings.ServiceLevel?.TtftMs;
        names["sla_itl_ms"] = settings.ServiceLevel?.ItlMs;
        names["sla_e2e_ms"] = settings.ServiceLevel?.E2eMs;
        if (settings.ReportsAgents) names["agents"] = true;
    }

    // Only what changes something, so that reports without are those of the reference. Of copies also what was found for them.
    private static void AddKnobs(Dictionary<string, object?> names, ReplayWorkload workload, WorkloadKnobs knobs)
    {
        foreach ((string name, object? value) in knobs.Settings()) names[name] = value;
        if (workload.Copies is not { } copies) return;
        names["copies_seed"] = knobs.CopiesSeed;
        names["copies_offset"] = knobs.CopiesOffset == CopiesOffset.Gap ? "gap" : "window";
        names[knobs.CopiesOffset == CopiesOffset.Gap ? "copies_gap_seconds" : "copies_window_seconds"] = copies.WindowMs / 1000.0;
        names["copies_shared_tokens"] = copies.SharedTokens;
    }

    private static JsonElement Json(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
