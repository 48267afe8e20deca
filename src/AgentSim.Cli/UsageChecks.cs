using AgentSim.Rows;

namespace AgentSim.Cli;

/// <summary>Options that do not go together: exit code 2, in the order of specification 06, 9.3.</summary>
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
        if (arguments.Format != TraceFormat.Dynamo && arguments.Files.Count > 1)
            throw Usage($"this --trace-format takes one trace file ({arguments.Files.Count} given)");
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

        CheckNeedsPlainTrace("--report-jsonl", arguments.ReportJsonl is not null, arguments);
        CheckNeedsPlainTrace("--max-sim-time-seconds", arguments.MaxSimTimeSeconds is not null, arguments);
    }

    /// <summary>The checks that the reference makes only after the engine arguments and the router settings were read.</summary>
    /// <exception cref="AgentSimException">The first rule broken.</exception>
    public static void CheckAfterEngineArguments(ReplayArguments arguments)
    {
        if (arguments.AicOptions.Count > 0)
        {
            string[] missing = [.. AicRequired.Except(arguments.AicOptions)];
            if (missing.Length > 0) throw Usage($"{arguments.AicOptions[0]} also needs {string.Join(", ", missing)}");
        }

        if (arguments.PlannerConfig is null) return;
        if (arguments.IsOnline) throw Usage("--planner-config cannot be combined with --replay-mode online");
        if (arguments.Files.Count > 0 && arguments.Format is not (TraceFormat.Mooncake or TraceFormat.Dynamo))
            throw Usage("--planner-config works with the trace formats mooncake and dynamo only");
    }

    private static void CheckNeedsPlainTrace(string option, bool given, ReplayArguments arguments)
    {
        if (!given) return;
        if (arguments.PlannerConfig is not null) throw Usage($"{option} cannot be combined with --planner-config");
        if (arguments.IsSynthetic) throw Usage($"{option} works with trace files only, not with synthetic load");
    }

    private static AgentSimException Usage(string message) => AgentSimException.Usage("OptionsConflict", message);
}
