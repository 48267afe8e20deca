using System.Text.Json;
using System.Text.Json.Nodes;
using AgentSim.Engines;
using AgentSim.Metrics;
using AgentSim.Routing;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Tests.Simulation;

/// <summary>A folder of <c>Data/replay</c>: what to replay, and what the reference made of it.</summary>
internal sealed class StoredCase
{
    private static readonly JsonSerializerOptions Names = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly string _folder;

    public StoredCase(string name)
    {
        Name = name;
        _folder = TestData.PathOf("replay", name);
        Description = JsonSerializer.Deserialize<Fields>(File.ReadAllText(Path.Combine(_folder, "case.json")), Names)!;
    }

    public string Name { get; }

    /// <summary>The engine type as the case names it.</summary>
    public string EngineName =>
        (Description.Engine ?? Description.Prefill) is { } engine && engine.TryGetProperty("engine_type", out JsonElement type)
            ? type.GetString()! : "vllm";

    public bool IsDisaggregated => Description.Prefill is not null;

    public bool IsRefused => File.Exists(Path.Combine(_folder, "refused.txt"));

    private Fields Description { get; }

    public static IEnumerable<StoredCase> All() =>
        Directory.GetDirectories(TestData.PathOf("replay")).Order(StringComparer.Ordinal)
            .Select(folder => new StoredCase(Path.GetFileName(folder)));

    /// <summary>Runs the case.</summary>
    public ReplayResult Run() => Replay.Run(LoadWorkload(), Settings());

    public JsonElement ExpectedReport()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_folder, "report.json")));
        return document.RootElement.Clone();
    }

    /// <summary>The reference's request records; null where none are stored.</summary>
    public IReadOnlyList<JsonElement>? ExpectedRequests()
    {
        string path = Path.Combine(_folder, "requests.jsonl.gz");
        return File.Exists(path) ? ResultJson.ReadGzippedLines(path) : null;
    }

    private static string Locate(string file) => TestData.PathOf("replay", file);

    public ReplayWorkload LoadWorkload()
    {
        WorkloadOptions options = new()
        {
            Format = Description.Format switch
            {
                "mooncake" => TraceFormat.Mooncake,
                "mooncake-delta" => TraceFormat.MooncakeDelta,
                "agentic_mooncake" => TraceFormat.AgenticMooncake,
                "applied_compute_agentic" => TraceFormat.AppliedComputeAgentic,
                "dynamo" => TraceFormat.Dynamo,
                _ => throw new InvalidDataException($"{Name}: format {Description.Format}"),
            },
            TraceBlockSize = Description.TraceBlockSize,
            SharedPrefixRatio = Description.SharedPrefixRatio ?? 0.0,
            PrefixGroups = Description.PrefixGroups ?? 0,
        };
        return WorkloadLoader.Load([.. Description.Files.Select(Locate)], options);
    }

    public ReplaySettings Settings()
    {
        RouterSettings router = RouterSettings.Parse(Description.RouterConfig?.GetRawText() ?? "{}", "router_config");
        if (Description.RouterPolicyConfig is string policy) router = router with { RouterPolicyConfig = Locate(policy) };
        return new ReplaySettings
        {
            Engine = EngineConfig.Parse(Description.Engine?.GetRawText() ?? "{}", "engine"),
            Pools = Pools(),
            Workers = Description.Workers ?? 1,
            RouterMode = Description.RouterMode == "kv_router" ? RouterMode.KvRouter : RouterMode.RoundRobin,
            Router = router.Resolve("router_config"),
            Concurrency = Description.Concurrency,
            ArrivalSpeedupRatio = Description.Speedup ?? 1.0,
            MaxSimTimeMs = Description.MaxSimMs,
            ServiceLevel = Description.Sla is { } sla ? new ServiceLevel(sla.Ttft, sla.Itl, sla.E2e) : null,
        };
    }

    private PoolSettings? Pools()
    {
        if (Description.Prefill is null) return null;
        return new PoolSettings(PoolEngine(Description.Prefill, "prefill"), PoolEngine(Description.Decode, "decode"),
            Description.PrefillWorkers ?? 1, Description.DecodeWorkers ?? 1);
    }

    private static EngineConfig PoolEngine(JsonElement? engine, string role)
    {
        JsonObject arguments = JsonObject.Create(engine!.Value)!;
        arguments["worker_type"] = role;
        return EngineConfig.Parse(arguments.ToJsonString(), role);
    }

    private sealed record Fields(
        string[] Files,
        string Format,
        int? TraceBlockSize,
        JsonElement? Engine,
        JsonElement? Prefill,
        JsonElement? Decode,
        int? PrefillWorkers,
        int? DecodeWorkers,
        int? Workers,
        string RouterMode,
        JsonElement? RouterConfig,
        string? RouterPolicyConfig,
        int? Concurrency,
        double? Speedup,
        double? MaxSimMs,
        Bounds? Sla,
        double? SharedPrefixRatio,
        int? PrefixGroups);

    private sealed record Bounds(double? Ttft, double? Itl, double? E2e);
}
