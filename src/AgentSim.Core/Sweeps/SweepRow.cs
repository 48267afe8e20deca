using System.Dynamic;
using System.Globalization;
using System.Linq.Expressions;
using System.Text.Json.Serialization;
using AgentSim.Metrics;
using AgentSim.Routing;
using AgentSim.Simulation;

namespace AgentSim.Sweeps;

/// <summary>
/// The outcome of one point of a sweep: what was combined, and the metrics, or why there are none. A metric without samples, and all of
/// a point that could not be replayed, are infinitely bad, so that no comparison finds them the best.
/// </summary>
public sealed class SweepRow : IDynamicMetaObjectProvider, INamedValues
{
    private readonly IReadOnlyList<Metric> _metrics;

    /// <summary>The error with placeholders for settings, which each front end calls by its names; null for a stored row.</summary>
    internal string? ErrorTemplate { get; }

    /// <summary>
    /// Share of the busy time unlike what the timing profile was fitted to; null without such a profile, and for a stored row.
    /// </summary>
    internal double? OutsideShare { get; }

    /// <summary>What was replayed, to replay it again; null for a row that was stored, merged, or sent from another session.</summary>
    internal SweepPoint? Point { get; init; }

    internal SweepRow(int index, ReplaySettings settings, SweepOutcome outcome, bool isResumed)
        : this(index, SweptPoint.Of(settings), outcome, isResumed)
    {
    }

    internal SweepRow(int index, SweptPoint point, SweepOutcome outcome, bool isResumed)
    {
        (Index, Error, ErrorId, IsResumed, CutOffRequests) = (index, outcome.Error, outcome.ErrorId, isResumed, outcome.CutOffRequests);
        (_metrics, ErrorTemplate, OutsideShare) = (outcome.Metrics, outcome.Template, outcome.OutsideShare);
        (Engine, PrefillEngine, Workers, PrefillWorkers) = (point.Engine, point.PrefillEngine, point.Workers, point.PrefillWorkers);
        (RouterMode, RouterConfig, RouterSeed) = (point.RouterMode, point.RouterConfig, point.RouterSeed);
        (Concurrency, ArrivalSpeedupRatio) = (point.Concurrency, point.ArrivalSpeedupRatio);
        (Copies, ConcurrentTasks, Knobs) = (point.Copies, point.ConcurrentTasks, point.Knobs);
        if (outcome.Error is null) Warnings = point.Warnings;
    }

    // One that was stored, or sent from another session.
    [JsonConstructor]
    internal SweepRow(
        int index, string engine, string? prefillEngine, int workers, int? prefillWorkers, RouterMode routerMode, string routerConfig,
            ulong routerSeed,
        int? concurrency, double arrivalSpeedupRatio, int copies, int? concurrentTasks, string knobs, string? error, string? errorId,
            bool isResumed, long cutOffRequests, string metricsJson)
    {
        (Index, Engine, PrefillEngine, Workers, PrefillWorkers) = (index, engine, prefillEngine, workers, prefillWorkers);
        (RouterMode, RouterConfig, RouterSeed) = (routerMode, routerConfig, routerSeed);
        (Concurrency, ArrivalSpeedupRatio) = (concurrency, arrivalSpeedupRatio);
        (Copies, ConcurrentTasks, Knobs) = (copies, concurrentTasks, knobs);
        (Error, ErrorId, IsResumed, CutOffRequests, _metrics) = (error, errorId, isResumed, cutOffRequests, MetricsJson.Read(metricsJson));
    }

    /// <summary>All metrics.</summary>
    internal IReadOnlyList<Metric> Metrics => _metrics;

    /// <summary>Number of the point in the grid, from 0.</summary>
    public int Index { get; }

    /// <summary>The engine in short: its name and what is not default; of pools, the one that decodes.</summary>
    public string Engine { get; }

    /// <summary>The engine of the prefill pool in short; null without pools.</summary>
    public string? PrefillEngine { get; }

    /// <summary>Number of workers; of pools, of those that decode.</summary>
    public int Workers { get; }

    /// <summary>Number of prefill workers; null without pools.</summary>
    public int? PrefillWorkers { get; }

    /// <summary>How requests were placed.</summary>
    public RouterMode RouterMode { get; }

    /// <summary>The router's settings that are not default, in short.</summary>
    public string RouterConfig { get; }

    /// <summary>Seed of the router's draws.</summary>
    public ulong RouterSeed { get; }

    /// <summary>Most active sessions of a closed loop; null: by arrival times.</summary>
    public int? Concurrency { get; }

    /// <summary>Divisor of arrival times and delays.</summary>
    public double ArrivalSpeedupRatio { get; }

    /// <summary>How many times the agents of the trace ran.</summary>
    public int Copies { get; }

    /// <summary>Most tasks at a time of a closed loop of tasks; null: by their starts.</summary>
    public int? ConcurrentTasks { get; }

    /// <summary>What was changed of the workload, such as <c>copies=2 tool_speedup_ratio=2</c>; empty: nothing.</summary>
    public string Knobs { get; }

    /// <summary>Completed requests.</summary>
    public double? CompletedRequests => this["completed_requests"];

    /// <summary>Requests that the time cap cut off: they are in no other number.</summary>
    public long CutOffRequests { get; }

    /// <summary>Completed requests per simulated second.</summary>
    public double? RequestThroughputRps => this["request_throughput_rps"];

    /// <summary>Produced tokens per simulated second.</summary>
    public double? OutputThroughputTokS => this["output_throughput_tok_s"];

    /// <summary>Requests within the service level per simulated second; null when none was given.</summary>
    public double? GoodputRequestThroughputRps => this["goodput_request_throughput_rps"];

    /// <summary>Mean time to first token, milliseconds.</summary>
    public double? MeanTtftMs => this["mean_ttft_ms"];

    /// <summary>99th percentile of the time to first token, milliseconds.</summary>
    public double? P99TtftMs => this["p99_ttft_ms"];

    /// <summary>Mean gap between tokens, milliseconds.</summary>
    public double? MeanItlMs => this["mean_itl_ms"];

    /// <summary>99th percentile of the gap between tokens, milliseconds.</summary>
    public double? P99ItlMs => this["p99_itl_ms"];

    /// <summary>Mean latency of a request, milliseconds.</summary>
    public double? MeanE2eLatencyMs => this["mean_e2e_latency_ms"];

    /// <summary>99th percentile of the latency of a request, milliseconds.</summary>
    public double? P99E2eLatencyMs => this["p99_e2e_latency_ms"];

    /// <summary>Share of prompt tokens found in a prefix cache, 0 to 1.</summary>
    public double? PrefixCacheReusedRatio => this["prefix_cache_reused_ratio"];

    /// <summary>Simulated time to the end of the last completed request, milliseconds.</summary>
    public double? DurationMs => this["duration_ms"];

    /// <summary>GPU time of all workers, hours.</summary>
    public double? GpuHours => this["gpu_hours"];

    /// <summary>Why the point could not be replayed; null when it was.</summary>
    public string? Error { get; }

    /// <summary>Stable identifier of that error.</summary>
    public string? ErrorId { get; }

    /// <summary>What the numbers have to be read with, in one text; null where there is nothing.</summary>
    [JsonInclude]
    public string? Warnings { get; internal init; }

    /// <summary>True when a sweep that went on found the row in its checkpoint.</summary>
    public bool IsResumed { get; }

    /// <summary>What was replayed, which gives the numbers of the row again, and all else of a result.</summary>
    /// <exception cref="AgentSimException"><c>SweepRowStored</c>: the row was stored, merged, or sent from another session.</exception>
    public SweepPoint GetPoint() => Point ?? throw Errors.SweepRowStored.Error(
        $"point {Index} of the sweep has no workload with it, since it came from a file or another session; "
            + "replay the workload with its settings instead");

    /// <summary>A metric by its name in the report file; null for goodput when no service level was given.</summary>
    /// <param name="name">E.g. <c>p95_tpot_ms</c>.</param>
    /// <exception cref="AgentSimException"><c>MetricUnknown</c>: no report has a metric of that name.</exception>
    public double? this[string name] => ReportMetrics.Named(_metrics, name) ?? (Error is null ? null : MetricNames.Worst(name));

    /// <summary>Every metric under its name in the report file; empty after an error.</summary>
    public IReadOnlyList<Metric> GetMetrics() => _metrics;

    /// <summary>Every metric in one JSON object, as the row is stored; a value that is no number is text.</summary>
    public string ToMetricsJson() => MetricsJson.Write(_metrics);

    /// <summary>What was combined, in words.</summary>
    public override string ToString()
    {
        var parts = new List<string> { PrefillEngine is null || PrefillEngine == Engine ? Engine : $"{PrefillEngine} and {Engine}" };
        parts.Add(PrefillWorkers is { } prefill ? $"{Text(prefill)}+{Text(Workers)} workers" : Workers == 1 ? "1 worker"
            : $"{Text(Workers)} workers");
        parts.Add(RouterMode.ToString());
        if (RouterConfig != RouterSettings.Default.ToString()) parts.Add(RouterConfig);
        if (RouterSeed != ReplaySettings.DefaultRouterSeed) parts.Add($"seed {Text(RouterSeed)}");
        if (Concurrency is { } sessions) parts.Add($"concurrency {Text(sessions)}");
        if (ArrivalSpeedupRatio != 1.0) parts.Add($"speed-up {Text(ArrivalSpeedupRatio)}");
        if (Knobs.Length > 0) parts.Add(Knobs);
        return string.Join(", ", parts);
    }

    object? INamedValues.Named(string name) => this[name];

    DynamicMetaObject IDynamicMetaObjectProvider.GetMetaObject(Expression parameter) => new StrictNames(parameter, this, typeof(SweepRow));

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}

/// <summary>What a point gave, as a checkpoint keeps it: metrics, or an error.</summary>
internal sealed record SweepOutcome(IReadOnlyList<Metric> Metrics, string? ErrorId = null, string? Error = null)
{
    /// <summary>Requests that the time cap cut off.</summary>
    public long CutOffRequests { get; init; }

    /// <summary>Share of the busy time unlike what the timing profile was fitted to; null without such a profile.</summary>
    public double? OutsideShare { get; init; }

    /// <summary>The error with placeholders for settings.</summary>
    public string? Template { get; init; }

    /// <summary>That of a point which cannot be replayed.</summary>
    public static SweepOutcome Of(AgentSimException error) => new([], error.ErrorId, error.Message) { Template = error.Template };
}
