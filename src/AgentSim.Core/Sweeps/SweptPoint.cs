using System.Text.Json.Serialization;
using AgentSim.Engines;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Sweeps;

/// <summary>
/// A point of a grid as rows show it: what was combined. A checkpoint has those of the whole grid, so that shares can be put together
/// without the workload, and points that are missing be named.
/// </summary>
internal sealed record SweptPoint
{
    /// <summary>What outcomes are found by: <see cref="SweepDigests.Point"/>.</summary>
    public required string Point { get; init; }

    public required string Engine { get; init; }

    public string? PrefillEngine { get; init; }

    public required int Workers { get; init; }

    public int? PrefillWorkers { get; init; }

    [JsonConverter(typeof(JsonStringEnumConverter<RouterMode>))]
    public RouterMode RouterMode { get; init; }

    public required string RouterConfig { get; init; }

    public required ulong RouterSeed { get; init; }

    public int? Concurrency { get; init; }

    public double ArrivalSpeedupRatio { get; init; }

    public int Copies { get; init; }

    public int? ConcurrentTasks { get; init; }

    public required string Knobs { get; init; }

    /// <summary>What the numbers have to be read with, whatever they are.</summary>
    public string? Warnings { get; init; }

    public static SweptPoint Of(SweepPoint point)
    {
        (ReplayWorkload workload, ReplaySettings settings) = point;
        string warnings = string.Join("; ", workload.Warnings.Concat(SettingWarnings.Of(settings, workload.Synthetic))
            .Select(warning => warning.Message));
        return Of(settings) with { Warnings = warnings.Length > 0 ? warnings : null };
    }

    public static SweptPoint Of(ReplaySettings settings) => new()
    {
        Point = SweepDigests.Point(settings),
        Engine = Text(settings.Pools?.Decode ?? settings.Engine),
        PrefillEngine = settings.Pools is { } pools ? Text(pools.Prefill) : null,
        Workers = settings.Pools?.DecodeWorkers ?? settings.Workers,
        PrefillWorkers = settings.Pools?.PrefillWorkers,
        RouterMode = settings.RouterMode,
        RouterConfig = settings.Router.ToString(),
        RouterSeed = settings.RouterSeed,
        Concurrency = settings.Concurrency,
        ArrivalSpeedupRatio = settings.ArrivalSpeedupRatio,
        Copies = settings.Knobs.Copies,
        ConcurrentTasks = settings.Knobs.ConcurrentTasks,
        Knobs = settings.Knobs.ToString(),
    };

    // What the workers of a pool do is plain already.
    private static string Text(EngineConfig engine) => (engine.Arguments with { WorkerType = WorkerType.Aggregated }).ToString();
}

/// <summary>The line of a checkpoint that holds its grid: all points, in the order of their indices.</summary>
internal sealed record GridLine(IReadOnlyList<SweptPoint> Grid);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GridLine))]
internal sealed partial class SweepJson : JsonSerializerContext;
