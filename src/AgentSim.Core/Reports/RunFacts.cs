using System.Globalization;
using System.Text.Json;
using AgentSim.Agents;
using AgentSim.Engines;
using AgentSim.Metrics;
using AgentSim.Recording;
using AgentSim.Routing;
using AgentSim.Simulation;

namespace AgentSim.Reports;

/// <summary>What ran, in the words of readers: load, engine, workers, router. By the settings of a run, so of stored ones, too.</summary>
/// <param name="Load">Requests, sessions and tasks, and how they arrived.</param>
/// <param name="Engine">Engine and what of its arguments is not default.</param>
/// <param name="Workers">How many of which kind.</param>
/// <param name="Router">How requests got to workers.</param>
/// <param name="Duration">Simulated time and what it costs.</param>
internal sealed record RunFacts(string Load, string Engine, string Workers, string Router, string Duration)
{
    /// <param name="result">The run.</param>
    /// <param name="agents">Its sessions and tasks, where they are known.</param>
    public static RunFacts Of(ReplayResult result, AgentResults? agents)
    {
        IReadOnlyDictionary<string, object?> settings = result.Run.Settings;
        bool hasPools = settings.ContainsKey("num_prefill_workers");
        string engine = hasPools
            ? EnginesOf(settings)
            : EngineOf(settings, "engine_args");
        return new RunFacts(LoadOf(result, agents), engine, WorkersOf(settings, hasPools), RouterOf(settings, hasPools),
            DurationOf(result.Summary));
    }

    private static string LoadOf(ReplayResult result, AgentResults? agents)
    {
        var parts = new List<string> { PeopleUnits.Count(result.Summary.NumRequests, "request") };
        if (agents is not null)
        {
            parts.Add($"in {PeopleUnits.Count(agents.Summary.Sessions, "session")} of {PeopleUnits.Count(agents.Summary.Tasks, "task")}");
        }
        else
        {
            int sessions = result.Requests is RequestResults requests ? requests.CountSessions()
                : result.Requests.Select(request => request.SessionId).Where(id => id is not null).Distinct().Count();
            if (sessions > 0 && sessions < result.Requests.Count) parts.Add($"in {PeopleUnits.Count(sessions, "session")}");
        }

        string load = string.Join(' ', parts);
        string arrivals = LoadAssessor.ClosedLoop(result.Run) is { } closed ? $"closed loop, {closed}" : "as they arrive";
        if (Text(result.Run.Settings, "arrival_speedup_ratio") is { } ratio && ratio != "1") arrivals += $", {ratio} times as fast";
        return $"{load}, {arrivals}{NotCompleted(result)}";
    }

    private static string NotCompleted(ReplayResult result)
    {
        IEnumerable<TerminalStatus> ends = result.Requests is RequestResults requests
            ? Enumerable.Range(0, requests.Count).Select(request => requests.Outcome(request).Status)
            : result.Requests.Select(request => request.TerminalStatus);
        string[] others = [.. ends.Where(end => end != TerminalStatus.Completed).GroupBy(end => end)
            .Select(group => $"{group.Count().ToString("N0", CultureInfo.InvariantCulture)} {group.Key.ToString().ToLowerInvariant()}")];
        return others.Length == 0 ? "" : $"; {string.Join(", ", others)}";
    }

    private static string EnginesOf(IReadOnlyDictionary<string, object?> settings)
    {
        string prefill = EngineOf(settings, "prefill_engine_args"), decode = EngineOf(settings, "decode_engine_args");
        return prefill == decode ? prefill : $"prefill {prefill}; decode {decode}";
    }

    private static string EngineOf(IReadOnlyDictionary<string, object?> settings, string name) =>
        settings.GetValueOrDefault(name) is JsonElement { ValueKind: JsonValueKind.Object } json
            ? EngineArguments.Read(json.GetRawText(), name).ToString() : "not stated";

    private static string WorkersOf(IReadOnlyDictionary<string, object?> settings, bool hasPools) => hasPools
        ? $"{Text(settings, "num_prefill_workers")} prefill and {Text(settings, "num_decode_workers")} decode"
        : Text(settings, "num_workers") ?? "not stated";

    private static string RouterOf(IReadOnlyDictionary<string, object?> settings, bool hasPools)
    {
        if (Text(settings, "router_mode") != "kv_router")
            return !hasPools && Text(settings, "num_workers") == "1" ? "none, there is one worker" : "round robin";
        string changed = settings.GetValueOrDefault("router_config") is JsonElement { ValueKind: JsonValueKind.Object } json
            ? RouterSettings.Parse(json.GetRawText(), "router_config").ToString() : "";
        return changed.Length == 0 || changed == "defaults" ? "KV router" : $"KV router, {changed}";
    }

    private static string DurationOf(ReplayReport report)
    {
        if (!double.IsFinite(report.DurationMs)) return "nothing completed";
        // Hours of workers that never end are no finite number.
        string hours = double.IsFinite(report.GpuHours) ? $", {MetricText.Value(report.GpuHours)} GPU hours" : "";
        return $"{PeopleUnits.Duration(report.DurationMs)} simulated{hours}";
    }

    private static string? Text(IReadOnlyDictionary<string, object?> settings, string name) =>
        settings.GetValueOrDefault(name) is { } value ? Convert.ToString(value, CultureInfo.InvariantCulture) : null;
}
