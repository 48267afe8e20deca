namespace AgentSim.Workload;

/// <summary>
/// What messages call the options of a replay and some of their values: as the command line does, unless a caller that
/// has other names gives them here. An option and its name are separate so that a message always names what its reader typed.
/// </summary>
public sealed record OptionNames
{
    /// <summary>The names of the command line.</summary>
    public static OptionNames CommandLine { get; } = new();

    /// <summary>Engine arguments of aggregated workers.</summary>
    public string Engine { get; init; } = "engine arguments";

    /// <summary>Engine arguments of the prefill workers.</summary>
    public string PrefillEngine { get; init; } = "prefill engine arguments";

    /// <summary>Engine arguments of the decode workers.</summary>
    public string DecodeEngine { get; init; } = "decode engine arguments";

    /// <summary>Settings of the KV router.</summary>
    public string RouterSettings { get; init; } = "router settings";

    /// <summary>Number of aggregated workers.</summary>
    public string Workers { get; init; } = "num-workers";

    /// <summary>Number of prefill workers.</summary>
    public string PrefillWorkers { get; init; } = "num-prefill-workers";

    /// <summary>Number of decode workers.</summary>
    public string DecodeWorkers { get; init; } = "num-decode-workers";

    /// <summary>How requests are placed on workers.</summary>
    public string RouterMode { get; init; } = "router-mode";

    /// <summary>The value of <see cref="RouterMode"/> for one worker after the other.</summary>
    public string RoundRobin { get; init; } = "round_robin";

    /// <summary>The value of <see cref="RouterMode"/> for the KV router.</summary>
    public string KvRouter { get; init; } = "kv_router";

    /// <summary>Closed loop.</summary>
    public string Concurrency { get; init; } = "replay-concurrency";

    /// <summary>Speed-up of arrivals and delays.</summary>
    public string ArrivalSpeedupRatio { get; init; } = "arrival-speedup-ratio";

    /// <summary>The time cap.</summary>
    public string MaxSimTimeSeconds { get; init; } = "max-sim-time-seconds";

    /// <summary>Goodput bound of the time to first token.</summary>
    public string SlaTtftMs { get; init; } = "sla-ttft-ms";

    /// <summary>Goodput bound of the mean gap between tokens.</summary>
    public string SlaItlMs { get; init; } = "sla-itl-ms";

    /// <summary>Goodput bound of the latency.</summary>
    public string SlaE2eMs { get; init; } = "sla-e2e-ms";

    /// <summary>Format of the trace.</summary>
    public string TraceFormat { get; init; } = "--trace-format";

    /// <summary>The trace format of plain rows.</summary>
    public string Mooncake { get; init; } = "mooncake";

    /// <summary>The trace format of agentic rows.</summary>
    public string AgenticMooncake { get; init; } = "agentic_mooncake";

    /// <summary>The trace format of request traces.</summary>
    public string Dynamo { get; init; } = "dynamo";

    /// <summary>The trace format of deltas.</summary>
    public string MooncakeDelta { get; init; } = "mooncake-delta";

    /// <summary>The trace format of applied-compute sessions.</summary>
    public string AppliedComputeAgentic { get; init; } = "applied_compute_agentic";

    /// <summary>The trace formats of recordings of other programs.</summary>
    public Func<Rows.TraceFormat, string> Recording { get; init; } = format => Rows.TraceFormats.RecordingName(format)!;

    /// <summary>Chooses among the models of a trace.</summary>
    public string Model { get; init; } = "--model";

    /// <summary>Tokens per hash id.</summary>
    public string TraceBlockSize { get; init; } = "trace-block-size";

    /// <summary>Whether prompts may be cut in more than half of the rows.</summary>
    public string AllowCut { get; init; } = "--allow-cut";

    /// <summary>Whether requests without a session are left out of an agentic trace.</summary>
    public string DropSessionless { get; init; } = "--drop-sessionless";

    /// <summary>Applied-compute sessions: share of a common prefix.</summary>
    public string TraceSharedPrefixRatio { get; init; } = "--trace-shared-prefix-ratio";

    /// <summary>Applied-compute sessions: groups with a common prefix.</summary>
    public string TracePrefixGroups { get; init; } = "--trace-num-prefix-groups";

    /// <summary>The file with queue policies of the KV router.</summary>
    public string RouterPolicy { get; init; } = "--router-policy-config";

    /// <summary>The served model.</summary>
    public string ModelName { get; init; } = "--model-name";

    /// <summary>Seed of the KV router's draws.</summary>
    public string RouterSeed { get; init; } = "--router-seed";

    /// <summary>Synthetic load: seed of the arrivals.</summary>
    public string ArrivalSeed { get; init; } = "--arrival-seed";

    /// <summary>Synthetic load: prompt tokens.</summary>
    public string InputTokens { get; init; } = "input-tokens";

    /// <summary>Synthetic load: output tokens.</summary>
    public string OutputTokens { get; init; } = "output-tokens";

    /// <summary>Synthetic load: requests or sessions.</summary>
    public string RequestCount { get; init; } = "request-count";

    /// <summary>Synthetic load: Poisson arrivals.</summary>
    public string RequestRate { get; init; } = "request-rate";

    /// <summary>Synthetic load: even arrivals.</summary>
    public string ArrivalIntervalMs { get; init; } = "arrival-interval-ms";

    /// <summary>Synthetic load: turns of a session.</summary>
    public string TurnsPerSession { get; init; } = "turns-per-session";

    /// <summary>Synthetic load: share of a common prefix.</summary>
    public string SharedPrefixRatio { get; init; } = "shared-prefix-ratio";

    /// <summary>Synthetic load: groups with a common prefix.</summary>
    public string PrefixGroups { get; init; } = "num-prefix-groups";

    /// <summary>Synthetic load: pause between turns.</summary>
    public string InterTurnDelayMs { get; init; } = "inter-turn-delay-ms";

    /// <summary>An option as it is typed: some names are those of the command line without their dashes, and some are no options at all.</summary>
    internal static string Typed(string name) => name.Contains(' ', StringComparison.Ordinal) || name.StartsWith('-') ? name : "--" + name;

    /// <summary>The value of <see cref="TraceFormat"/> for a format.</summary>
    /// <param name="format">The format.</param>
    public string Of(Rows.TraceFormat format) => format switch
    {
        Rows.TraceFormat.MooncakeDelta => MooncakeDelta,
        Rows.TraceFormat.AgenticMooncake => AgenticMooncake,
        Rows.TraceFormat.AppliedComputeAgentic => AppliedComputeAgentic,
        Rows.TraceFormat.Dynamo => Dynamo,
        _ when Rows.TraceFormats.RecordingName(format) is not null => Recording(format),
        _ => Mooncake,
    };
}
