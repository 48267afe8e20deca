using System.Text.Json.Serialization;
using AgentSim.Calibration;
using AgentSim.Engines;
using AgentSim.Routing;
using AgentSim.Simulation;

namespace AgentSim.Serving;

/// <summary>What a process and the server it started say to each other beside <see cref="Capture.ProxyMessages"/>.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(ServerSettings))]
[JsonSerializable(typeof(ServerCounters))]
internal sealed partial class ServerMessages : JsonSerializerContext
{
    /// <summary>What the program is called with to serve.</summary>
    public const string Argument = "serve";
}

/// <summary>What a server has to know: settings of a replay as texts, which it resolves again.</summary>
internal sealed record ServerSettings
{
    public required ServerOptions Options { get; init; }
    public required string Engine { get; init; }
    public string? Prefill { get; init; }
    public string? Decode { get; init; }
    public int Workers { get; init; } = 1;
    public int PrefillWorkers { get; init; }
    public int DecodeWorkers { get; init; }
    public bool HasKvRouter { get; init; }
    public required string Router { get; init; }
    public ulong RouterSeed { get; init; }
    public string? ModelName { get; init; }

    /// <summary>The file of the timing profile, and what it has to hold.</summary>
    public string? Profile { get; init; }
    public string? ProfileSha256 { get; init; }

    /// <summary>Whose timing it is, one line.</summary>
    public required string Timing { get; init; }

    /// <summary>Settings of a replay as a server gets them.</summary>
    public static ServerSettings Of(ServerOptions options, ReplaySettings replay)
    {
        if (replay.Calibration is { Profile: "" })
            throw Errors.ServerSettingInvalid.Error("the timing profile is in no file; write it to one first");
        return new ServerSettings
        {
            Options = options,
            Engine = replay.Engine.ToJson(),
            Prefill = replay.Pools?.Prefill.ToJson(),
            Decode = replay.Pools?.Decode.ToJson(),
            Workers = replay.Workers,
            PrefillWorkers = replay.Pools?.PrefillWorkers ?? 0,
            DecodeWorkers = replay.Pools?.DecodeWorkers ?? 0,
            HasKvRouter = replay.RouterMode == RouterMode.KvRouter,
            Router = replay.Router.ToJson(),
            RouterSeed = replay.RouterSeed,
            ModelName = replay.ModelName,
            Profile = replay.Calibration is { } use ? Path.GetFullPath(use.Profile) : null,
            ProfileSha256 = replay.Calibration?.Sha256,
            Timing = TimingOf(replay),
        };
    }

    /// <summary>Whose timing a replay has, one line.</summary>
    public static string TimingOf(ReplaySettings replay) => RunTiming.Describe(replay, RunTiming.Of(replay.Calibration, null));

    /// <summary>The settings of a replay that serves requests as they come.</summary>
    /// <exception cref="AgentSimException">A file that they name is not what it was.</exception>
    public ReplaySettings ToReplay()
    {
        ReplaySettings settings = new()
        {
            Engine = EngineConfig.Parse(Engine, Setting.Engine),
            Pools = Prefill is null ? null : new PoolSettings(EngineConfig.Parse(Prefill, Setting.PrefillEngine),
                EngineConfig.Parse(Decode!, Setting.DecodeEngine), PrefillWorkers, DecodeWorkers),
            Workers = Workers,
            RouterMode = HasKvRouter ? RouterMode.KvRouter : RouterMode.RoundRobin,
            Router = RouterSettings.Parse(Router, Setting.RouterConfig).Resolve(Setting.RouterConfig),
            RouterSeed = RouterSeed,
            ModelName = ModelName,
        };
        if (Profile is null) return settings;
        TimingProfile profile = TimingProfile.Read(Profile);
        if (profile.Sha256 != ProfileSha256) throw Errors.CalibrationMismatch.Error($"{Profile}: changed since it was read");
        // The arguments hold already what the profile fills in.
        return settings with
        {
            Engine = settings.Engine.With(profile.Tables),
            Pools = settings.Pools is { } pools ? pools with { Prefill = pools.Prefill.With(profile.Tables),
                Decode = pools.Decode.With(profile.Tables) } : null,
            Calibration = profile.Use,
        };
    }
}
