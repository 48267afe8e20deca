using AgentSim.Imports;
using AgentSim.Metrics;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Cli;

/// <summary>What the user asked of <c>agentsim replay</c>; options that were not given are null where they have no fixed default.</summary>
internal sealed class ReplayArguments(OptionValues values, IReadOnlyList<string> files)
{
    /// <summary>Options that belong to the AIC estimator of the router.</summary>
    private static readonly string[] AicTexts =
    [
        "--aic-backend", "--aic-system", "--aic-model-path", "--aic-backend-version", "--aic-nextn-accept-rates",
    ];

    private static readonly string[] AicTypes =
    [
        "--aic-gemm-dtype", "--aic-moe-dtype", "--aic-fmha-dtype", "--aic-kv-cache-dtype", "--aic-comm-dtype",
    ];

    public IReadOnlyList<string> Files { get; } = files;

    public TraceFormat Format { get; } = values.Choice(
        "--trace-format", TraceFormat.Mooncake,
        [.. Enum.GetValues<TraceFormat>().Select(format => (format.Name(), format))]);

    /// <summary>Whether the files are recordings of another program.</summary>
    public bool IsRecording => Format.RecordingName() is not null;

    public string? Model { get; } = values.Text("--model");
    public ImportOptions Import { get; } = ImportArguments.ForReplay(values);

    public Int128? TraceBlockSize { get; } = values.Whole("--trace-block-size");
    public bool AllowCut { get; } = values.Has("--allow-cut");
    public bool AllowTorn { get; } = values.Has("--allow-torn");
    public bool DropSessionless { get; } = values.Has("--drop-sessionless");
    public bool DropMissing { get; } = values.Has("--drop-missing-dependencies");
    public double TraceSharedPrefixRatio { get; } = values.Real("--trace-shared-prefix-ratio") ?? 0.0;
    public Int128 TraceNumPrefixGroups { get; } = values.Whole("--trace-num-prefix-groups") ?? 0;

    public string? ExtraEngineArgs { get; } = values.Text("--extra-engine-args");
    public string? PrefillEngineArgs { get; } = values.Text("--prefill-engine-args");
    public string? DecodeEngineArgs { get; } = values.Text("--decode-engine-args");
    public string? TimingProfile { get; } = values.Text("--timing-profile");
    public Int128 NumWorkers { get; } = values.Whole("--num-workers") ?? 1;
    public Int128 NumPrefillWorkers { get; } = values.Whole("--num-prefill-workers") ?? 1;
    public Int128 NumDecodeWorkers { get; } = values.Whole("--num-decode-workers") ?? 1;

    public RouterMode RouterMode { get; } = values.Choice(
        "--router-mode", RouterMode.RoundRobin, ("round_robin", RouterMode.RoundRobin), ("kv_router", RouterMode.KvRouter));

    public string? RouterConfig { get; } = values.Text("--router-config");
    public string? RouterPolicyConfig { get; } = values.Text("--router-policy-config");
    public string? ModelName { get; } = values.Text("--model-name");
    public Int128 RouterSeed { get; } = values.Whole("--router-seed") ?? ReplaySettings.DefaultRouterSeed;

    public bool IsOnline { get; } = values.Choice("--replay-mode", false, ("offline", false), ("online", true));
    public Int128? Concurrency { get; } = values.Whole("--replay-concurrency");
    public double ArrivalSpeedupRatio { get; } = values.Real("--arrival-speedup-ratio") ?? 1.0;
    public WorkloadKnobs Knobs { get; } = KnobArguments.Read(values).All()[0];
    public IReadOnlyList<MetricLimit> Limits { get; } = [.. values.All("--fail-on").Select(FailureRule.Parse)];
    public double? MaxSimTimeSeconds { get; } = values.Real("--max-sim-time-seconds");
    public string? ReportJson { get; } = values.Text("--report-json");
    public string? ReportJsonl { get; } = values.Text("--report-jsonl");
    public string? Name { get; } = values.Text("--name");
    public string? ReportAgents { get; } = values.Text("--report-agents");
    public bool Agents { get; } = values.Has("--agents") || values.Has("--report-agents");
    public bool Plots { get; } = values.Has("--plot");
    public bool IsReferenceTable { get; } = values.Has("--reference-table");
    public string? ReportHtml { get; } = values.Text("--report-html");
    public string? Timeline { get; } = values.Text("--timeline");
    public double? SlaTtftMs { get; } = values.Real("--sla-ttft-ms");
    public double? SlaItlMs { get; } = values.Real("--sla-itl-ms");
    public double? SlaE2eMs { get; } = values.Real("--sla-e2e-ms");

    public Int128? InputTokens { get; } = values.Whole("--input-tokens");
    public Int128? OutputTokens { get; } = values.Whole("--output-tokens");
    public Int128? RequestCount { get; } = values.Whole("--request-count");
    public double? RequestRate { get; } = values.Real("--request-rate");
    public double? ArrivalIntervalMs { get; } = values.Real("--arrival-interval-ms");
    public Int128 ArrivalSeed { get; } = values.Whole("--arrival-seed") ?? 42;
    public Int128 TurnsPerSession { get; } = values.Whole("--turns-per-session") ?? 1;
    public double SharedPrefixRatio { get; } = values.Real("--shared-prefix-ratio") ?? 0.0;
    public Int128 NumPrefixGroups { get; } = values.Whole("--num-prefix-groups") ?? 0;
    public double InterTurnDelayMs { get; } = values.Real("--inter-turn-delay-ms") ?? 0.0;

    public string? PlannerConfig { get; } = values.Text("--planner-config");
    public Int128? BenchmarkGranularity { get; } = values.Whole("--benchmark-granularity");

    /// <summary>The options of the AIC estimator that were given, in the order of the help.</summary>
    public IReadOnlyList<string> AicOptions { get; } =
    [
        .. AicTexts.Where(name => values.Text(name) is not null),
        .. ((string[])["--aic-tp-size", "--aic-moe-tp-size", "--aic-moe-ep-size", "--aic-attention-dp-size", "--aic-nextn"])
            .Where(name => values.Whole(name) is not null),
        .. AicTypes.Where(name => values.Text(name)?.Trim().ToLowerInvariant() is not (null or "" or "auto" or "none" or "null")),
    ];

    /// <summary>Whether an option was given, whatever its value.</summary>
    public bool IsGiven(string name) => values.Has(name);

    /// <summary>True when any option asks for synthetic load.</summary>
    public bool IsSynthetic =>
        InputTokens is not null || OutputTokens is not null || RequestCount is not null
        || TurnsPerSession != 1 || SharedPrefixRatio != 0.0 || NumPrefixGroups != 0 || InterTurnDelayMs != 0.0;
}
