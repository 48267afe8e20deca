using System.Globalization;
using AgentSim.Engines;
using AgentSim.Simulation;

namespace AgentSim.Capacity;

/// <summary>GPUs and money; of nothing that was not given.</summary>
internal static class CapacityCosts
{
    private const double Million = 1e6;

    public static long WorkersOf(ReplaySettings settings) =>
        settings.Pools is { } pools ? (long)pools.PrefillWorkers + pools.DecodeWorkers : settings.Workers;

    public static long GpusOf(ReplaySettings settings) => settings.Pools is { } pools
        ? (pools.PrefillWorkers * pools.Prefill.GpusPerWorker) + (pools.DecodeWorkers * pools.Decode.GpusPerWorker)
        : settings.Workers * settings.Engine.GpusPerWorker;

    /// <summary>Where the GPUs of a worker come from.</summary>
    public static string SourceOf(ReplaySettings settings) => settings.Pools is { } pools
        ? $"prefill: {SourceOf(pools.Prefill)}; decode: {SourceOf(pools.Decode)}"
        : SourceOf(settings.Engine);

    /// <summary>The answer with what it costs.</summary>
    public static CapacityAnswer With(CapacityAnswer answer, CapacityPoint point, double? price)
    {
        double? cost = price * point.GpuHours;
        double? tasks = cost is null ? null : point.Mean("completed_tasks");
        return answer with
        {
            GpuHours = point.GpuHours,
            Cost = cost,
            CostPerTask = tasks > 0 ? cost / tasks : null,
            CostPerMillionInputTokens = By(cost, point.Mean("total_input_tokens")),
            CostPerMillionOutputTokens = By(cost, point.Mean("total_output_tokens")),
        };
    }

    private static double? By(double? cost, double? tokens) => tokens > 0 ? cost / tokens * Million : null;

    private static string SourceOf(EngineConfig engine)
    {
        EngineArguments arguments = engine.Arguments;
        string size = arguments.AicTpSize is { } given ? string.Create(CultureInfo.InvariantCulture, $"aic_tp_size {given}")
            : "1, as aic_tp_size is not given";
        string ranks = arguments.DpSize > 1 ? string.Create(CultureInfo.InvariantCulture, $", times dp_size {arguments.DpSize}") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{engine.GpusPerWorker} per worker ({size}{ranks})");
    }
}
