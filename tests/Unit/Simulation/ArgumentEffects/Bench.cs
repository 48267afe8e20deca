using System.Globalization;
using System.Text.Json.Nodes;
using AgentSim.Engines;
using AgentSim.Routing;
using AgentSim.Simulation;

namespace AgentSim.Tests.Simulation.ArgumentEffects;

/// <summary>Which option an argument belongs to.</summary>
internal enum Option
{
    /// <summary>The engine arguments: of the workers, or of both pools.</summary>
    Engine,

    /// <summary>The engine arguments of the prefill pool only.</summary>
    Prefill,

    /// <summary>The engine arguments of the decode pool only.</summary>
    Decode,

    /// <summary>The router configuration.</summary>
    Router,

    /// <summary>The policy file, in the JSON that YAML contains.</summary>
    Policy,
}

/// <summary>
/// A small replay of Mooncake rows (trace blocks of 16 tokens) whose options are JSON, so that a case can change one value and
/// nothing else. In a value, <c>{folder}</c> stands for the folder of <see cref="BenchFiles"/>.
/// </summary>
internal sealed record Bench(string Name, string Rows)
{
    public string Engine { get; init; } = """{"block_size":16}""";

    /// <summary>Given together with <see cref="Decode"/>, a disaggregated replay.</summary>
    public string? Prefill { get; init; }

    public string? Decode { get; init; }

    /// <summary>Workers, or workers of each pool.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>Null for round robin.</summary>
    public string? Router { get; init; }

    /// <summary>Round robin although there are router settings.</summary>
    public bool IsRoundRobin { get; init; }

    public string? Policy { get; init; }

    public string? ModelName { get; init; }

    /// <summary>This bench with one value set, or taken out where <paramref name="value"/> is null.</summary>
    /// <param name="option">Where.</param>
    /// <param name="path">Names, and numbers of array items, joined by points; empty for the whole option.</param>
    /// <param name="value">JSON text.</param>
    public Bench With(Option option, string path, string? value) => option switch
    {
        Option.Engine when Prefill is not null => this with { Prefill = Edit(Prefill, path, value), Decode = Edit(Decode!, path, value) },
        Option.Engine => this with { Engine = Edit(Engine, path, value) },
        Option.Prefill => this with { Prefill = Edit(Prefill!, path, value) },
        Option.Decode => this with { Decode = Edit(Decode!, path, value) },
        Option.Router => this with { Router = Edit(Router ?? "{}", path, value) },
        _ => this with { Policy = Edit(Policy!, path, value) },
    };

    public ReplayResult Run(BenchFiles files)
    {
        RouterSettings router = RouterSettings.Parse(files.Located(Router ?? "{}"), "router");
        if (Policy is not null) router = router with { RouterPolicyConfig = files.Write("policy.json", Policy) };
        ReplaySettings settings = new()
        {
            Engine = EngineConfig.Parse(files.Located(Engine), "engine"),
            Pools = Prefill is null ? null : new PoolSettings(Arguments(Prefill), Arguments(Decode!), Workers, Workers),
            Workers = Prefill is null ? Workers : 1,
            RouterMode = Router is null || IsRoundRobin ? RouterMode.RoundRobin : RouterMode.KvRouter,
            Router = router.Resolve("router"),
            ModelName = ModelName,
        };
        return Sim.Run(Rows, settings);

        EngineConfig Arguments(string json) => EngineConfig.Parse(files.Located(json), "pool");
    }

    private static string Edit(string json, string path, string? value)
    {
        if (path.Length == 0) return value!;
        JsonNode root = JsonNode.Parse(json)!;
        string[] steps = path.Split('.');
        JsonNode node = root;
        foreach (string step in steps[..^1])
        {
            JsonNode? next = IsIndex(step, out int index) ? node[index] : node[step];
            if (next is null) node[step] = next = new JsonObject();
            node = next;
        }

        if (value is null) Assert.True(node.AsObject().Remove(steps[^1]), $"{path} is not there to take out");
        else node[steps[^1]] = JsonNode.Parse(value);
        return root.ToJsonString();
    }

    private static bool IsIndex(string step, out int index) =>
        int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out index);
}
