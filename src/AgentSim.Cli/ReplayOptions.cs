namespace AgentSim.Cli;

/// <summary>
/// The options of <c>agentsim replay</c>: those of the reference (behaviour 06#9.1), <c>--allow-cut</c>, <c>--timing-profile</c>,
/// <c>--drop-sessionless</c>, <c>--router-seed</c>, <c>--report-html</c>, <c>--plot</c>, <c>--name</c>, <c>--agents</c>,
/// <c>--report-agents</c>, <c>--timeline</c>, <c>--help-engine</c> and <c>--help-router</c>.
/// </summary>
internal static class ReplayOptions
{
    public static readonly OptionSpec[] All =
    [
        new("--trace-format", "FORMAT",
            "mooncake (default), mooncake-delta, agentic_mooncake, applied_compute_agentic, dynamo, or a recording to import: " +
                "claude-code, codex, weka, otel, table"),
        new("--model", "NAME", "Request traces and recordings: only requests to this model"),
        .. ImportArguments.Replayed,
        new("--trace-block-size", "N", "Tokens per hash id of the trace (default 512; dynamo traces bring their own)"),
        new("--allow-cut", "", "Cuts prompts that their hash ids do not cover, even in more than half of the rows", OptionValue.None),
        new("--allow-torn", "", "Reads the whole lines of files whose end is missing, as those of a capture that was killed",
            OptionValue.None),
        new("--drop-sessionless", "", "dynamo only: leaves out requests without a session, where others have one", OptionValue.None),
        new("--drop-missing-dependencies", "", "Agentic traces: rows wait no more for requests that are not there", OptionValue.None),
        new("--trace-shared-prefix-ratio", "X", "applied_compute_agentic only: share of a first prompt common to its group (default 0.0)"),
        new("--trace-num-prefix-groups", "N", "applied_compute_agentic only: groups of sessions with a common prefix (default 0)"),

        new("--extra-engine-args", "JSON",
            "Engine arguments of aggregated workers, e.g. {\"engine_type\":\"sglang\"}; vllm (default), sglang or trtllm"),
        new("--help-engine", "", "Lists the engine arguments: what they may be, defaults, which engines read them", OptionValue.None),
        new("--timing-profile", "FILE",
            "Latencies of a deployment of yours, as calibrate writes them; also fills in engine arguments that are not given"),
        new("--num-workers", "N", "Aggregated workers (default 1)"),
        new("--prefill-engine-args", "JSON",
            "Disaggregated replay: engine arguments of the prefill workers, at least {\"worker_type\":\"prefill\"}"),
        new("--decode-engine-args", "JSON",
            "Disaggregated replay: engine arguments of the decode workers, at least {\"worker_type\":\"decode\"}"),
        new("--num-prefill-workers", "N", "Prefill workers (default 1)"),
        new("--num-decode-workers", "N", "Decode workers (default 1)"),

        new("--router-mode", "MODE", "round_robin (default) or kv_router"),
        new("--router-config", "JSON", "Settings of the KV router, e.g. {\"router_temperature\":0.5}"),
        new("--help-router", "", "Lists the settings of the KV router", OptionValue.None),
        new("--router-policy-config", "FILE",
            "Queue policies of the KV router, YAML (default: environment variable DYN_ROUTER_POLICY_CONFIG)"),
        new("--model-name", "NAME", "Model whose profile in the policy file applies"),
        new("--router-seed", "N", "Seed of the KV router's random draws (default 3516948205)"),

        new("--replay-mode", "MODE", "offline, the default; online is not supported"),
        new("--replay-concurrency", "N", "Closed loop: at most N active sessions; arrival times are ignored"),
        new("--arrival-speedup-ratio", "X", "Divides arrival times and delays (default 1.0)"),
        .. KnobArguments.Options,
        new("--max-sim-time-seconds", "X", "Stops the simulated clock after X seconds"),
        new("--report-json", "PATH", "Report file, or the folder for it (default: dynamo_replay_report_DATE_TIME.json here)"),
        new("--report-jsonl", "PATH", "Writes one record per request"),
        new("--name", "TEXT", "Names the run, for comparisons and reports"),
        new("--agents", "", "Reports sessions and tasks: how long each took and what its time went to", OptionValue.None),
        new("--report-agents", "PATH", "Writes sessions and tasks, as the name ends: .csv, .json or .jsonl; implies --agents"),
        new("--report-html", "PATH", "Writes a report for the browser: one file with plots and a lane per session"),
        new("--plot", "", "Adds the distributions to the table", OptionValue.None),
        new("--reference-table", "", "Prints the table of the reference, which is up to 150 columns wide", OptionValue.None),
        new("--timeline", "PATH", "Writes a timeline for Perfetto, gzipped if the name ends in .gz"),
        new("--fail-on", "RULE...", "Exit 1 where it holds, e.g. 'p99_ttft_ms>500' or 'request_throughput_rps<2'; may be repeated",
            OptionValue.Many),
        new("--sla-ttft-ms", "X", "Goodput: longest time to first token"),
        new("--sla-itl-ms", "X", "Goodput: longest mean gap between tokens"),
        new("--sla-e2e-ms", "X", "Goodput: longest request latency"),

        new("--input-tokens", "N", "Synthetic load: prompt tokens of a turn"),
        new("--output-tokens", "N", "Synthetic load: output tokens of a turn"),
        new("--request-count", "N", "Synthetic load: requests, or sessions when they have several turns"),
        new("--request-rate", "X", "Synthetic load: Poisson arrivals per second"),
        new("--arrival-interval-ms", "X", "Synthetic load: fixed spacing of arrivals (0 = all at once)"),
        new("--arrival-seed", "N", "Synthetic load: seed of the arrivals (default 42)"),
        new("--turns-per-session", "N", "Synthetic load: turns of a session (default 1)"),
        new("--shared-prefix-ratio", "X", "Synthetic load: share of a prompt common to its group (default 0.0)"),
        new("--num-prefix-groups", "N", "Synthetic load: groups of sessions with a common prefix (default 0)"),
        new("--inter-turn-delay-ms", "X", "Synthetic load: pause before every later turn (default 0.0)"),

        Unavailable("--aic-backend", "NAME", "AIC estimator of the router: backend"),
        Unavailable("--aic-system", "NAME", "AIC: system"),
        Unavailable("--aic-model-path", "PATH", "AIC: model"),
        Unavailable("--aic-backend-version", "TEXT", "AIC: version of the backend"),
        Unavailable("--aic-tp-size", "N", "AIC: tensor parallel size"),
        Unavailable("--aic-moe-tp-size", "N", "AIC: tensor parallel size of experts"),
        Unavailable("--aic-moe-ep-size", "N", "AIC: expert parallel size"),
        Unavailable("--aic-attention-dp-size", "N", "AIC: data parallel size of attention"),
        Unavailable("--aic-gemm-dtype", "TYPE", "AIC: number type of matrix products"),
        Unavailable("--aic-moe-dtype", "TYPE", "AIC: number type of experts"),
        Unavailable("--aic-fmha-dtype", "TYPE", "AIC: number type of attention"),
        Unavailable("--aic-kv-cache-dtype", "TYPE", "AIC: number type of the KV cache"),
        Unavailable("--aic-comm-dtype", "TYPE", "AIC: number type of communication"),
        Unavailable("--aic-nextn", "N", "AIC: draft tokens of speculative decoding"),
        Unavailable("--aic-nextn-accept-rates", "LIST", "AIC: acceptance rates of the draft tokens"),

        Unavailable("--planner-config", "JSON", "Planner in the loop"),
        Unavailable("--benchmark-granularity", "N", "Planner: granularity of its benchmark"),
    ];

    private static OptionSpec Unavailable(string name, string placeholder, string help) =>
        new(name, placeholder, help) { IsUnavailable = true };
}
