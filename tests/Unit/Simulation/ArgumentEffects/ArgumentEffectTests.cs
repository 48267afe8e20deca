using System.Globalization;
using System.Text;
using System.Text.Json;
using AgentSim.Engines;
using AgentSim.Metrics;
using AgentSim.Routing;
using AgentSim.Simulation;

namespace AgentSim.Tests.Simulation.ArgumentEffects;

/// <summary>Every argument of the engines, the router and its policy file does what docs/behaviour says, and nothing where it says
/// so.</summary>
public sealed class ArgumentEffectTests(BenchFiles files) : IClassFixture<BenchFiles>
{
    private static readonly Dictionary<string, ArgumentCase> Cases = new IEnumerable<ArgumentCase>[]
    {
        VllmCases.All, SglangCases.All, SglangCases.Elsewhere, TrtllmCases.All, PoolCases.All, InertCases.All, RouterCases.All,
            PolicyCases.All,
    }.SelectMany(cases => cases).ToDictionary(c => c.Name);

    public static TheoryData<string> Names => [.. Cases.Keys];

    public static TheoryData<string> RouterNames => [.. Cases.Values.Where(c => c.Option == Option.Router && c.Shifts.Length > 0)
        .Select(c => c.Name)];

    public static TheoryData<string> Busy => [.. Benches.Everywhere.Select(bench => bench.Name)];

    public static TheoryData<string> Arguments =>
    [
        .. EngineArgumentsTable.Arguments.Names.Select(name => $"engine {name}"),
        .. RouterSettingsTable.Settings.Names.Select(name => $"router {name}"),
        .. RouterPolicyReader.RootKeys.Select(name => $"policy {name}"),
        .. RouterPolicyReader.BucketKeys.Select(name => $"policy uncached_isl_buckets.{name}"),
        .. RouterPolicyReader.ClassKeys.Select(name => $"policy policy_classes.{name}"),
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_changed_argument_does_what_is_described(string name)
    {
        ArgumentCase tested = Cases[name];
        ReplayResult before = tested.Bench.Run(files);
        Bench changed = tested.Bench.With(tested.Option, tested.Path, tested.Value);
        if (tested.ErrorId is not null)
        {
            Assert.Equal(tested.ErrorId, Assert.Throws<AgentSimException>(() => changed.Run(files)).ErrorId);
            return;
        }

        ReplayResult after = changed.Run(files);
        if (tested.Shifts.Length == 0) Assert.Equal(Everything(before), Everything(after));
        foreach ((string what, object? from, object? to) in tested.Shifts)
        {
            Same(from, Find(before, what), $"{what} before");
            Same(to, Find(after, what), $"{what} after");
        }

        if (tested.Only) Assert.Equal(tested.Shifts.Select(shift => shift.What).Order(), ChangedMetrics(before, after));
    }

    [Theory]
    [MemberData(nameof(Busy))]
    public void The_replays_of_values_without_effect_react_to_others(string name)
    {
        Bench bench = Benches.Everywhere.Single(bench => bench.Name == name);
        string before = Everything(bench.Run(files));
        Assert.NotEqual(before, Everything(bench.With(Option.Engine, "max_num_seqs", "1").Run(files)));
        if (bench.Router is null) return;
        Assert.NotEqual(before, Everything(bench.With(Option.Router, "router_queue_threshold", null).Run(files)));
        Assert.NotEqual(before, Everything(bench.With(Option.Router, "router_queue_policy", "\"wspt\"").Run(files)));
    }

    [Theory]
    [MemberData(nameof(RouterNames))]
    public void Round_robin_does_not_look_at_router_settings(string name)
    {
        ArgumentCase tested = Cases[name];
        Bench changed = tested.Bench.With(tested.Option, tested.Path, tested.Value);
        Assert.Equal(Everything((tested.Bench with { IsRoundRobin = true }).Run(files)),
            Everything((changed with { IsRoundRobin = true }).Run(files)));
    }

    [Theory]
    [MemberData(nameof(Arguments))]
    public void Every_argument_has_a_case(string argument)
    {
        string[] parts = argument.Split(' ');
        Option[] options = parts[0] switch
        {
            "engine" => [Option.Engine, Option.Prefill, Option.Decode],
            "router" => [Option.Router],
            _ => [Option.Policy],
        };
        bool IsAbout(ArgumentCase c) => options.Contains(c.Option)
            && (c.Argument == parts[1] || c.Argument.StartsWith(parts[1] + ".", StringComparison.Ordinal));
        Assert.True(
            Cases.Values.Any(c => IsAbout(c) && c.HasEffect) || InertCases.All.Any(IsAbout),
            $"no case shows what {parts[1]} changes; add one, or add it to the inert arguments if docs/behaviour says so");
    }

    private static string Everything(ReplayResult result) =>
        string.Join('\n', Metrics(result)) + Encoding.UTF8.GetString(ResultJson.RequestBytes(result));

    private static IEnumerable<string> ChangedMetrics(ReplayResult before, ReplayResult after) =>
        Metrics(before).Except(Metrics(after)).Select(metric => metric.Name).Order();

    private static IEnumerable<Metric> Metrics(ReplayResult result) =>
        result.Summary.Metrics.Where(metric => ResultJson.IsRepeatable(metric.Name));

    private static object? Find(ReplayResult result, string what)
    {
        if (what.Split('.') is not [string ordinal, string name]) return result.Summary[what];
        string uuid = $"00000000-0000-0000-0000-{int.Parse(ordinal, CultureInfo.InvariantCulture):x12}";
        JsonElement value = ResultJson.Requests(result).Single(request => request.GetProperty("uuid").GetString() == uuid)
            .GetProperty(name);
        return value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.String => value.GetString(),
            _ => value.GetDouble(),
        };
    }

    private static void Same(object? expected, object? actual, string what)
    {
        if (expected is string or null || actual is string or null) Assert.Equal(expected, actual);
        else Sim.Same(Convert.ToDouble(expected, CultureInfo.InvariantCulture), (double)actual, what);
    }
}
