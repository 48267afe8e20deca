using AgentSim.Rows;

namespace AgentSim.Cli;

/// <summary>Options that do not go together: exit code 2, in the order of behaviour 06#9.3.</summary>
internal static class UsageChecks
{
    private static readonly string[] AicRequired = ["--aic-backend", "--aic-system", "--aic-model-path"];

    /// <summary>The checks that look at nothing but the arguments.</summary>
    /// <exception cref="AgentSimException">The first rule broken.</exception>
    public static void Check(ReplayArguments arguments)
    {
        bool hasTrace = arguments.Files.Count > 0;
        if (arguments.Format == TraceFormat.Dynamo && !hasTrace)
            throw Usage("--trace-format dynamo needs at least one trace file");
        if (hasTrace == arguments.IsSynthetic)
        {
            throw Usage(
                (hasTrace ? "a trace file and synthetic load exclude each other" : "there is nothing to replay")
                + "; give either a trace file or all of --input-tokens, --output-tokens and --request-count");
        }

        if (arguments.IsSynthetic && (arguments.InputTokens is null || arguments.OutputTokens is null || arguments.RequestCount is null))
            throw Usage("synthetic load needs all of --input-tokens, --output-tokens and --request-count");

        int loadControls = (arguments.Concurrency is not null ? 1 : 0)
            + (arguments.RequestRate is not null ? 1 : 0) + (arguments.ArrivalIntervalMs is not null ? 1 : 0);
        if (arguments.IsSynthetic && loadControls != 1)
            throw Usage("synthetic load needs exactly one of --replay-concurrency, --request-rate and --arrival-interval-ms");
        if (hasTrace && (arguments.RequestRate is not null || arguments.ArrivalIntervalMs is not null))
            throw Usage("--request-rate and --arrival-interval-ms are for synthetic load only; a trace brings its own arrival times");
        if (arguments.Format == TraceFormat.AppliedComputeAgentic && arguments.Concurrency is null)
            throw Usage("--trace-format applied_compute_agentic needs --replay-concurrency, because its sessions have no start times");

        CheckSupported(arguments);
        if (arguments.IsSynthetic && arguments.ReportJsonl is not null)
            throw Usage("--report-jsonl works with trace files only, not with synthetic load");
        if (arguments.IsSynthetic && arguments.MaxSimTimeSeconds is not null)
            throw Usage("--max-sim-time-seconds works with trace files only, not with synthetic load");
    }

    /// <summary>The checks that the reference makes only after the engine arguments and the router settings were read.</summary>
    /// <exception cref="AgentSimException">The first rule broken.</exception>
    public static void CheckAfterEngineArguments(ReplayArguments arguments)
    {
        if (arguments.AicOptions.Count == 0) return;
        // An incomplete set is wrong wherever AIC is available, too; a complete one is refused with the other settings.
        bool isUsage = AicRequired.Except(arguments.AicOptions).Any();
        string message = $"{arguments.AicOptions[0]} needs NVIDIA's AIConfigurator (AIC), whose performance database is not " +
            "available in AgentSim; "
            + "leave the --aic-* options out (in engine arguments aic_nextn, aic_tp_size and aic_attention_dp_size work without it)";
        throw isUsage ? Errors.AicNotAvailable.Usage(message) : Errors.AicNotAvailable.Error(message);
    }

    // What the reference does and AgentSim does not (behaviour 06#13).
    private static void CheckSupported(ReplayArguments arguments)
    {
        if (arguments.PlannerConfig is not null)
            throw NotSupported("--planner-config: a planner that scales workers during the run is not simulated; compare runs with " +
                "different --num-workers, or --num-prefill-workers and --num-decode-workers");
        if (arguments.BenchmarkGranularity is not null)
            throw NotSupported("--benchmark-granularity: it is a setting of the planner, which is not simulated; leave it out");
        if (arguments.IsOnline)
            throw NotSupported("--replay-mode online: replay in real time is not supported; leave the option out, offline replay " +
                "simulates the same load on a clock of its own");
    }

    private static AgentSimException NotSupported(string message) => Errors.OptionNotSupported.Error(message);

    private static AgentSimException Usage(string message) => Errors.OptionsConflict.Error(message);
}
