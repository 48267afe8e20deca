using System.Text.Json;
using System.Text.Json.Serialization;
using AgentSim.Engines;
using AgentSim.Files;
using AgentSim.Metrics;
using AgentSim.Routing;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Sweeps;

/// <summary>What the points of a sweep have in common, as another machine gets it; names are of files of its parcel.</summary>
internal sealed record SweepJob
{
    public required string Version { get; init; }

    /// <summary>Digest of the workload.</summary>
    public required string Workload { get; init; }

    public IReadOnlyList<string> Paths { get; init; } = [];

    public SyntheticOptions? Synthetic { get; init; }

    public TraceFormat Format { get; init; }

    public int? TraceBlockSize { get; init; }

    public double SharedPrefixRatio { get; init; }

    public int PrefixGroups { get; init; }

    public string? Model { get; init; }

    public bool AllowCut { get; init; }

    public bool AllowTorn { get; init; }

    public bool DropSessionless { get; init; }

    public MissingDependency MissingDependency { get; init; }

    /// <summary>The timing profile whose tables the engines have; null: none.</summary>
    public CalibrationUse? Calibration { get; init; }
}

/// <summary>The settings of a point, with the names of files of the parcel.</summary>
internal sealed record JobPoint
{
    /// <summary>What they have to be on the other machine.</summary>
    public required string Digest { get; init; }

    public JobEngine? Engine { get; init; }
    public JobEngine? Prefill { get; init; }
    public JobEngine? Decode { get; init; }
    public int PrefillWorkers { get; init; }
    public int Workers { get; init; }
    public RouterMode RouterMode { get; init; }
    public required string Router { get; init; }
    public string? Policy { get; init; }
    public ulong RouterSeed { get; init; }
    public string? ModelName { get; init; }
    public int? Concurrency { get; init; }
    public double ArrivalSpeedupRatio { get; init; }
    public required WorkloadKnobs Knobs { get; init; }
    public double? MaxSimTimeMs { get; init; }
    public ServiceLevel? ServiceLevel { get; init; }
    public bool ReportsAgents { get; init; }

    /// <summary>The settings as a point.</summary>
    /// <param name="settings">Settings that can be replayed.</param>
    public static JobPoint Of(ReplaySettings settings) => new()
    {
        Digest = DigestOf(settings),
        Engine = settings.Pools is null ? JobEngine.Of(settings.Engine) : null,
        Prefill = settings.Pools is { } first ? JobEngine.Of(first.Prefill) : null,
        Decode = settings.Pools is { } second ? JobEngine.Of(second.Decode) : null,
        PrefillWorkers = settings.Pools?.PrefillWorkers ?? 0,
        Workers = settings.Pools?.DecodeWorkers ?? settings.Workers,
        RouterMode = settings.RouterMode,
        // The key of tracking hashes stays where it is: it changes no result, and whether it can be used was found out here.
        Router = (settings.Router.Settings with { RouterPolicyConfig = null, RouterTrackingHash = default, RouterTrackingKeyFile = null,
            RouterTrackingKeyId = null }).ToJson(),
        Policy = settings.Router.PolicyDigest is { } policy ? SweepParcel.PolicyName(policy) : null,
        RouterSeed = settings.RouterSeed,
        ModelName = settings.ModelName,
        Concurrency = settings.Concurrency,
        ArrivalSpeedupRatio = settings.ArrivalSpeedupRatio,
        Knobs = settings.Knobs,
        MaxSimTimeMs = settings.MaxSimTimeMs,
        ServiceLevel = settings.ServiceLevel,
        ReportsAgents = settings.ReportsAgents,
    };

    /// <summary>Of all that is in it.</summary>
    public static string DigestOf(ReplaySettings settings) => SweepDigests.Common(settings) + SweepDigests.Point(settings);

    /// <summary>The settings again.</summary>
    /// <param name="folder">Where the parcel was unpacked.</param>
    /// <param name="files">What was read of it before.</param>
    public ReplaySettings Settings(string folder, LoadedFiles files)
    {
        RouterSettings router = RouterSettings.Parse(Router, Setting.RouterConfig);
        if (Policy is not null) router = router with { RouterPolicyConfig = Path.Combine(folder, Policy) };
        var settings = new ReplaySettings
        {
            RouterMode = RouterMode,
            Router = router.Resolve(Setting.RouterConfig, files),
            RouterSeed = RouterSeed,
            ModelName = ModelName,
            Concurrency = Concurrency,
            ArrivalSpeedupRatio = ArrivalSpeedupRatio,
            Knobs = Knobs,
            MaxSimTimeMs = MaxSimTimeMs,
            ServiceLevel = ServiceLevel,
            ReportsAgents = ReportsAgents,
        };
        return Prefill is null || Decode is null
            ? settings with { Engine = Engine!.Config(Setting.Engine, folder, files), Workers = Workers }
            : settings with { Pools = new PoolSettings(Prefill.Config(Setting.PrefillEngine, folder, files),
                Decode.Config(Setting.DecodeEngine, folder, files), PrefillWorkers, Workers) };
    }
}

/// <summary>An engine.</summary>
/// <param name="Arguments">Its arguments.</param>
/// <param name="Tables">What its timing tables go by; null: the built-in timing.</param>
internal sealed record JobEngine(string Arguments, string? Tables)
{
    public static JobEngine Of(EngineConfig engine) =>
        new((engine.Arguments with { PlannerProfileData = null }).ToJson(), engine.Timing.FileDigest);

    public EngineConfig Config(Term name, string folder, LoadedFiles files)
    {
        EngineConfig engine = EngineArguments.Parse(Arguments, name).Resolve(name, files);
        return Tables is null ? engine
            : engine.With(files.Get(Path.Combine(folder, SweepParcel.TablesName(Tables)), ProfileTables.Load) with { Digest = Tables });
    }
}

/// <summary>What a machine is told.</summary>
/// <param name="Start">Points to start.</param>
/// <param name="WaitMs">How long to wait for one to end.</param>
internal sealed record SweepRequest(IReadOnlyList<SweepStart> Start, int WaitMs);

/// <summary>A point to start.</summary>
/// <param name="Number">What the answer calls it.</param>
/// <param name="Point">How to replay it.</param>
internal sealed record SweepStart(int Number, JobPoint Point);

/// <summary>What it answers.</summary>
internal sealed record SweepAnswer
{
    /// <summary>How many points it runs at the same time; 0 while it reads the workload.</summary>
    public int Parallel { get; init; }

    /// <summary>The points that have ended since the last answer.</summary>
    public IReadOnlyList<SweepEnd> Ended { get; init; } = [];

    /// <summary>How far the open points are, all together.</summary>
    public double Running { get; init; }

    /// <summary>Why it cannot run any; null: it can.</summary>
    public SweepProblem? Problem { get; init; }
}

/// <summary>A point that has ended.</summary>
/// <param name="Number">Which one.</param>
/// <param name="Outcome">The line that a checkpoint has of it.</param>
internal sealed record SweepEnd(int Number, string Outcome);

/// <summary>An error of another process.</summary>
internal sealed record SweepProblem(string ErrorId, string Template);

/// <summary>Ratios of tools, whose classes may have any name.</summary>
internal sealed class ToolSpeedupJson : JsonConverter<ToolSpeedup>
{
    private const string Others = "";   // no class is called that

    public override ToolSpeedup Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using JsonDocument document = JsonDocument.ParseValue(ref reader);
        ILookup<bool, KeyValuePair<string, double>> ratios = document.RootElement.EnumerateObject()
            .Select(ratio => KeyValuePair.Create(ratio.Name, ratio.Value.GetDouble())).ToLookup(ratio => ratio.Key == Others);
        return ToolSpeedup.Of(ratios[true].Single().Value, ratios[false]);
    }

    public override void Write(Utf8JsonWriter writer, ToolSpeedup value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteNumber(Others, value.Ratio);
        foreach ((string name, double ratio) in value.Classes) writer.WriteNumber(name, ratio);
        writer.WriteEndObject();
    }
}

[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, IgnoreReadOnlyProperties = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, Converters = [typeof(ToolSpeedupJson)])]
[JsonSerializable(typeof(SweepJob))]
[JsonSerializable(typeof(SweepRequest))]
[JsonSerializable(typeof(SweepAnswer))]
internal sealed partial class SweepJobJson : JsonSerializerContext;
