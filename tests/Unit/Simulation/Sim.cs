using AgentSim.Engines;
using AgentSim.Metrics;
using AgentSim.Recording;
using AgentSim.Routing;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Tests.Simulation;

/// <summary>Small replays from rows given as text, the way the examples of docs/behaviour are given.</summary>
internal static class Sim
{
    /// <summary>Loads rows through a file.</summary>
    public static ReplayWorkload Load(string rows, TraceFormat format = TraceFormat.Mooncake, int traceBlockSize = 16)
    {
        using TempFolder folder = new();
        return WorkloadLoader.Load([folder.Write("trace.jsonl", rows)],
            new WorkloadOptions { Format = format, TraceBlockSize = traceBlockSize });
    }

    /// <summary>Settings of an aggregated replay.</summary>
    public static ReplaySettings Settings(string engine = """{"block_size":16}""", int workers = 1, string? router = null) => new()
    {
        Engine = EngineConfig.Parse(engine, "engine"),
        Workers = workers,
        RouterMode = router is null ? RouterMode.RoundRobin : RouterMode.KvRouter,
        Router = RouterConfig.Parse(router ?? "{}", "router"),
    };

    /// <summary>Settings of a disaggregated replay with one worker in each pool, from the arguments of either side.</summary>
    public static ReplaySettings PoolSettings(string prefill, string decode) => new()
    {
        Pools = new PoolSettings(
            (EngineArguments.Parse(prefill, "prefill") with { WorkerType = WorkerType.Prefill }).Resolve("prefill"),
            (EngineArguments.Parse(decode, "decode") with { WorkerType = WorkerType.Decode }).Resolve("decode")),
    };

    /// <summary>Replays rows.</summary>
    public static ReplayResult Run(string rows, ReplaySettings settings, TraceFormat format = TraceFormat.Mooncake,
        int traceBlockSize = 16) =>
        Replay.Run(Load(rows, format, traceBlockSize), settings);

    /// <summary>The record of a request by its ordinal.</summary>
    public static RequestResult Request(this ReplayResult result, int ordinal) =>
        result.Requests.Single(request => request.Ordinal == ordinal);

    /// <summary>Asserts the values that are given; times to 1e-12.</summary>
    public static void Shows(
        this RequestResult request,
        double? arrival = null,
        double? admit = null,
        double? first = null,
        double? end = null,
        int? reused = null,
        int? worker = null)
    {
        if (arrival is not null) Same(arrival, request.ArrivalTimeMs);
        if (admit is not null) Same(admit, request.FirstAdmitMs);
        if (first is not null) Same(first, request.FirstTokenMs);
        if (end is not null) Same(end, request.TerminalTimeMs);
        if (reused is not null) Assert.Equal(reused, request.ReusedInputTokens);
        if (worker is not null) Assert.Equal(worker, request.DecodeWorkerIdx);
    }

    /// <summary>Asserts metrics of the report by name.</summary>
    public static void Shows(this ReplayReport report, params (string Name, double Value)[] metrics)
    {
        foreach ((string name, double value) in metrics) Same(value, report.Metrics.Single(metric => metric.Name == name).Written, name);
    }

    /// <summary>Equal to 1e-12 relative.</summary>
    public static void Same(double? expected, double? actual, string what = "")
    {
        Assert.True(
            expected == actual || Math.Abs(expected!.Value - actual!.Value) <= 1e-12 * Math.Abs(expected.Value),
            FormattableString.Invariant($"{what} is {actual}, expected {expected}"));
    }
}
