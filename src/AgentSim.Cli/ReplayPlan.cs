using AgentSim.Calibration;
using AgentSim.Engines;
using AgentSim.Files;
using AgentSim.Metrics;
using AgentSim.Routing;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Cli;

/// <summary>
/// The arguments as settings of a replay. Making it does what behaviour 06#9.4 lists up to the checks that
/// <see cref="ReplayChecks"/> makes, in that order.
/// </summary>
/// <param name="Settings">How to replay.</param>
/// <param name="Workload">How to read the trace files.</param>
/// <param name="Synthetic">Load to be made instead of read from files; null with trace files.</param>
internal sealed record ReplayPlan(ReplaySettings Settings, WorkloadOptions Workload, SyntheticOptions? Synthetic)
{
    /// <summary>What the user should know before the trace is read.</summary>
    public IReadOnlyList<RunWarning> Warnings => SettingWarnings.Of(Settings, Synthetic);

    /// <param name="arguments">Arguments that passed <see cref="UsageChecks.Check"/>.</param>
    /// <param name="defaultPolicyFile">Policy file to use when none is named.</param>
    /// <exception cref="AgentSimException">The first rule broken.</exception>
    public static ReplayPlan From(ReplayArguments arguments, string? defaultPolicyFile)
    {
        EngineArguments? engine = Engine(arguments.ExtraEngineArgs, Setting.Engine);
        EngineArguments? prefill = Engine(arguments.PrefillEngineArgs, Setting.PrefillEngine);
        EngineArguments? decode = Engine(arguments.DecodeEngineArgs, Setting.DecodeEngine);
        RouterSettings router = arguments.RouterConfig is { } json ? RouterSettings.Parse(json, Setting.RouterConfig)
            : RouterSettings.Default;
        string? policyFile = arguments.RouterPolicyConfig ?? (string.IsNullOrEmpty(defaultPolicyFile) ? null : defaultPolicyFile);
        if (policyFile is not null) router = router with { RouterPolicyConfig = policyFile };
        UsageChecks.CheckAfterEngineArguments(arguments);

        var settings = new ReplaySettings
        {
            Workers = Count("--num-workers", arguments.NumWorkers),
            RouterMode = arguments.RouterMode,
            ModelName = arguments.ModelName,
            RouterSeed = Seed("--router-seed", arguments.RouterSeed),
            Concurrency = arguments.Concurrency is { } sessions ? Count("--replay-concurrency", sessions) : null,
            ArrivalSpeedupRatio = arguments.ArrivalSpeedupRatio,
            Knobs = arguments.Knobs,
            MaxSimTimeMs = arguments.MaxSimTimeSeconds * 1000.0,
            RunName = arguments.Name,
            ReportsAgents = arguments.Agents,
            RecordsKvUse = arguments.Timeline is not null,
            Warnings = IgnoredOptions.Find(arguments).ToArray() is { Length: > 0 } ignored ? ignored : [],
            ServiceLevel = new ServiceLevel(arguments.SlaTtftMs, arguments.SlaItlMs, arguments.SlaE2eMs) is { IsEmpty: false } level
                ? level : null,
        };
        var workload = new WorkloadOptions
        {
            Format = arguments.Format,
            Model = arguments.Model,
            Import = arguments.Import with { Format = arguments.Format.RecordingName() },
            TraceBlockSize = arguments.TraceBlockSize is { } size ? Count("--trace-block-size", size) : null,
            AllowCut = arguments.AllowCut,
            AllowTorn = arguments.AllowTorn,
            DropSessionless = arguments.DropSessionless,
            MissingDependency = arguments.DropMissing ? Rows.MissingDependency.Drop : Rows.MissingDependency.Error,
            SharedPrefixRatio = arguments.TraceSharedPrefixRatio,
            PrefixGroups = Count("--trace-num-prefix-groups", arguments.TraceNumPrefixGroups),
        };
        (int Prefill, int Decode)? pools = Pools(arguments, prefill, decode);
        SyntheticOptions? synthetic = arguments.IsSynthetic ? Synthesis(arguments) : null;
        CheckRest(arguments);

        // Files are read last, each once, and never again.
        LoadedFiles files = new();
        settings = settings with
        {
            Engine = engine?.Resolve(Setting.Engine, files) ?? EngineConfig.Default,
            Pools = pools is { } workers
                ? new PoolSettings(prefill!.Resolve(Setting.PrefillEngine, files), decode!.Resolve(Setting.DecodeEngine, files),
                    workers.Prefill, workers.Decode)
                : null,
            Router = router.Resolve(Setting.RouterConfig, files),
        };
        if (arguments.TimingProfile is { } profile) settings = settings.With(TimingProfile.Read(profile));
        return new ReplayPlan(settings, workload, synthetic);
    }

    private static EngineArguments? Engine(string? json, Term option) => json is null ? null : EngineArguments.Parse(json, option);

    private static SyntheticOptions Synthesis(ReplayArguments arguments) => new()
    {
        InputTokens = Count("--input-tokens", arguments.InputTokens ?? 0),
        OutputTokens = Count("--output-tokens", arguments.OutputTokens ?? 0),
        RequestCount = Count("--request-count", arguments.RequestCount ?? 0),
        RequestRate = arguments.RequestRate,
        ArrivalIntervalMs = arguments.ArrivalIntervalMs,
        ArrivalSeed = Seed("--arrival-seed", arguments.ArrivalSeed),
        TurnsPerSession = Count("--turns-per-session", arguments.TurnsPerSession),
        SharedPrefixRatio = arguments.SharedPrefixRatio,
        NumPrefixGroups = Count("--num-prefix-groups", arguments.NumPrefixGroups),
        InterTurnDelayMs = arguments.InterTurnDelayMs,
    };

    private static int Count(string option, Int128 value) => (int)InRange(option, value, int.MaxValue);

    private static ulong Seed(string option, Int128 value) => (ulong)InRange(option, value, ulong.MaxValue);

    private static Int128 InRange(string option, Int128 value, Int128 most) => value >= 0 && value <= most
        ? value
        : throw Refused(value < 0 ? $"{option} must not be negative (is {value})" : $"{option} must be at most {most} (is {value})");

    // Workers of the pools, if there are pools; the aggregated and the disaggregated options exclude each other (behaviour 04#11.2, 1 to
    // 4).
    private static (int Prefill, int Decode)? Pools(ReplayArguments arguments, EngineArguments? prefill, EngineArguments? decode)
    {
        int prefillWorkers = Count("--num-prefill-workers", arguments.NumPrefillWorkers);
        int decodeWorkers = Count("--num-decode-workers", arguments.NumDecodeWorkers);
        if (arguments.ExtraEngineArgs is not null && (prefill is not null || decode is not null))
            throw Refused("--extra-engine-args cannot be combined with --prefill-engine-args or --decode-engine-args");
        if (prefill is null && decode is null)
        {
            if (prefillWorkers == 1 && decodeWorkers == 1) return null;
            throw Refused("--num-prefill-workers and --num-decode-workers are for disaggregated replay; use --num-workers");
        }

        if (prefill is not null && decode is not null && arguments.NumWorkers != 1)
            throw Refused("--num-workers is for aggregated replay; use --num-prefill-workers and --num-decode-workers");
        if (prefill is null || decode is null)
            throw Refused("disaggregated replay needs both --prefill-engine-args and --decode-engine-args");
        return (prefillWorkers, decodeWorkers);
    }

    private static void CheckRest(ReplayArguments arguments)
    {
        _ = Seed("--arrival-seed", arguments.ArrivalSeed);
        if (arguments.ModelName is { Length: 0 }) throw Refused("--model-name must not be empty");
    }

    private static AgentSimException Refused(string message) => Errors.OptionsRefused.Error(message);
}
