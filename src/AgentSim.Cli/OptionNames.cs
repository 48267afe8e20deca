namespace AgentSim.Cli;

/// <summary>How messages call settings on the command line: as its options.</summary>
internal static class OptionNames
{
    /// <summary>The names.</summary>
    public static Wording Wording { get; } = new(Find);

    private static string? Find(string term) => term switch
    {
        nameof(Setting.Engine) => "--extra-engine-args",
        nameof(Setting.PrefillEngine) => "--prefill-engine-args",
        nameof(Setting.DecodeEngine) => "--decode-engine-args",
        nameof(Setting.RouterConfig) => "--router-config",
        nameof(Setting.RouterPolicy) => "--router-policy-config",
        nameof(Setting.Workers) => "--num-workers",
        nameof(Setting.PrefillWorkers) => "--num-prefill-workers",
        nameof(Setting.DecodeWorkers) => "--num-decode-workers",
        nameof(Setting.RouterMode) => "--router-mode",
        nameof(Setting.RouterSeed) => "--router-seed",
        nameof(Setting.ModelName) => "--model-name",
        nameof(Setting.Concurrency) => "--replay-concurrency",
        nameof(Setting.ArrivalSpeedupRatio) => "--arrival-speedup-ratio",
        nameof(Setting.MaxSimTimeSeconds) => "--max-sim-time-seconds",
        nameof(Setting.SlaTtftMs) => "--sla-ttft-ms",
        nameof(Setting.SlaItlMs) => "--sla-itl-ms",
        nameof(Setting.SlaE2eMs) => "--sla-e2e-ms",
        nameof(Setting.TraceFormat) => "--trace-format",
        nameof(Setting.Model) => "--model",
        nameof(Setting.TraceBlockSize) => "--trace-block-size",
        nameof(Setting.AllowCut) => "--allow-cut",
        nameof(Setting.DropSessionless) => "--drop-sessionless",
        nameof(Setting.Agentic) => "--agentic",
        nameof(Setting.TraceSharedPrefixRatio) => "--trace-shared-prefix-ratio",
        nameof(Setting.TracePrefixGroups) => "--trace-num-prefix-groups",
        nameof(Setting.InputTokens) => "--input-tokens",
        nameof(Setting.OutputTokens) => "--output-tokens",
        nameof(Setting.RequestCount) => "--request-count",
        nameof(Setting.RequestRate) => "--request-rate",
        nameof(Setting.ArrivalIntervalMs) => "--arrival-interval-ms",
        nameof(Setting.ArrivalSeed) => "--arrival-seed",
        nameof(Setting.TurnsPerSession) => "--turns-per-session",
        nameof(Setting.SharedPrefixRatio) => "--shared-prefix-ratio",
        nameof(Setting.PrefixGroups) => "--num-prefix-groups",
        nameof(Setting.InterTurnDelayMs) => "--inter-turn-delay-ms",
        nameof(Setting.MaxIdle) => "--max-idle",
        nameof(Setting.MaxToolWait) => "--max-tool-wait",
        nameof(Setting.SessionRate) => "--rebase",
        nameof(Setting.CharactersPerToken) => "--chars-per-token",
        nameof(Setting.Until) => "--until",
        nameof(Setting.Since) => "--since",
        nameof(Setting.Salt) => "--salt",
        nameof(Setting.ImportFormat) => "--format",
        nameof(Setting.ImportPreset) => "--preset",
        nameof(Setting.BufferBytes) => "--buffer-bytes",
        nameof(Setting.InferSessions) => "--infer-sessions",
        nameof(Setting.FlushIntervalMs) => "--flush-interval-ms",
        nameof(Setting.RollBytes) => "--roll-bytes",
        nameof(Setting.RollLines) => "--roll-lines",
        nameof(Setting.ReportWriter) => "--report-json",
        nameof(Setting.Import) => "agentsim import",
        nameof(Setting.Timeline) => "agentsim timeline",
        nameof(Setting.Compare) => "agentsim compare",
        nameof(Setting.Convert) => "agentsim convert",
        _ => null,   // round_robin, dynamo and the like are values of options as they are
    };
}
