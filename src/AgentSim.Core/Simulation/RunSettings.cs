using System.Text.Json;
using AgentSim.Rows;
using AgentSim.Workload;

namespace AgentSim.Simulation;

/// <summary>The effective settings of a run by name, as the provenance of its report holds them (specification 00).</summary>
internal static class RunSettings
{
    public static Dictionary<string, object?> Describe(ReplayWorkload workload, ReplaySettings settings) => new()
    {
        ["trace_format"] = FormatName(workload.Format),
        ["trace_block_size"] = workload.TraceBlockSize,
        ["engine_args"] = Json(settings.Engine.ToJson()),
        ["num_workers"] = settings.Workers,
        ["router_mode"] = settings.RouterMode == RouterMode.KvRouter ? "kv_router" : "round_robin",
        ["router_config"] = Json(settings.Router.ToJson()),
        ["model_name"] = settings.ModelName,
        ["replay_concurrency"] = settings.Concurrency,
        ["arrival_speedup_ratio"] = settings.ArrivalSpeedupRatio,
        ["max_sim_time_ms"] = settings.MaxSimTimeMs,
        ["sla_ttft_ms"] = settings.ServiceLevel?.TtftMs,
        ["sla_itl_ms"] = settings.ServiceLevel?.ItlMs,
        ["sla_e2e_ms"] = settings.ServiceLevel?.E2eMs,
    };

    private static string FormatName(TraceFormat format) => format switch
    {
        TraceFormat.Mooncake => "mooncake",
        TraceFormat.MooncakeDelta => "mooncake-delta",
        TraceFormat.AgenticMooncake => "agentic_mooncake",
        TraceFormat.AppliedComputeAgentic => "applied_compute_agentic",
        _ => "dynamo",
    };

    private static JsonElement Json(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
