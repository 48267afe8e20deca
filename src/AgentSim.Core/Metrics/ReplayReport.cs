using System.Dynamic;
using System.Linq.Expressions;
using System.Text.Json.Serialization;
using AgentSim.Agents;
using AgentSim.Statistics;

namespace AgentSim.Metrics;

/// <summary>
/// The summary of a replay: every metric of behaviour 06#4 and 06#5, as properties and by the names of the report file.
/// Only requests that completed enter totals, rates and latencies; <see cref="NumRequests"/> counts every arrival.
/// A metric without samples, such as a latency when no request completed, is infinitely bad: infinity where less is better, minus
/// infinity where more is better, so that no comparison takes it for a good one; <see cref="EmptyMetrics"/> names these.
/// </summary>
public sealed partial class ReplayReport : IDynamicMetaObjectProvider, INamedValues
{
    private readonly double _prefillWorkerSeconds;
    private readonly double _decodeWorkerSeconds;
    private Metric[]? _metrics;

    [JsonConstructor]
    internal ReplayReport()
    {
    }

    /// <summary>Requests that arrived, whatever became of them.</summary>
    public required long NumRequests { get; init; }

    /// <summary>Requests that completed.</summary>
    public required long CompletedRequests { get; init; }

    /// <summary>Requests that the time cap of the run cut off, before or after they arrived: they are in no other number.</summary>
    public long CutOffRequests { get; init; }

    /// <summary>Prompt tokens of completed requests.</summary>
    public required long TotalInputTokens { get; init; }

    /// <summary>Tokens that completed requests produced.</summary>
    public required long TotalOutputTokens { get; init; }

    /// <summary>Simulated time 0 to the end of the last completed request, milliseconds.</summary>
    public required double DurationMs { get => Cost(field); init; }

    /// <summary>Completed requests per simulated second.</summary>
    public double RequestThroughputRps => Rate(CompletedRequests);

    /// <summary>Prompt tokens per simulated second.</summary>
    public double InputThroughputTokS => Rate(TotalInputTokens);

    /// <summary>Produced tokens per simulated second.</summary>
    public double OutputThroughputTokS => Rate(TotalOutputTokens);

    /// <summary>Prompt and produced tokens per simulated second.</summary>
    public double TotalThroughputTokS => Rate(ProcessedTokens);

    /// <summary>Simulated seconds times prefill workers; 0 in aggregated replay.</summary>
    public required double PrefillWorkerSeconds { get => Cost(_prefillWorkerSeconds); init => _prefillWorkerSeconds = value; }

    /// <summary>Simulated seconds times workers of the decode (or only) pool.</summary>
    public required double DecodeWorkerSeconds { get => Cost(_decodeWorkerSeconds); init => _decodeWorkerSeconds = value; }

    /// <summary>GPUs of a prefill worker; 0 in aggregated replay.</summary>
    public required long PrefillGpusPerWorker { get; init; }

    /// <summary>GPUs of a worker of the decode (or only) pool.</summary>
    public required long DecodeGpusPerWorker { get; init; }

    /// <summary>GPU time of all workers, hours.</summary>
    public double GpuHours => Cost(Spent.GpuHours);

    /// <summary>Completed requests that kept the service level; null when none was given.</summary>
    public required long? GoodputCompletedRequests { get; init; }

    /// <summary>Tokens of the completed requests that kept the service level; null when none was given.</summary>
    public long? GoodputOutputTokens { get; init; }

    /// <summary>Requests within the service level per simulated second; null when none was given.</summary>
    public double? GoodputRequestThroughputRps => GoodputCompletedRequests is { } good ? Rate(good) : null;

    /// <summary>Tokens of requests within the service level per simulated second; null when none was given.</summary>
    public double? GoodputOutputThroughputTokS => GoodputOutputTokens is { } tokens ? Rate(tokens) : null;

    /// <summary>Prompt and produced tokens of completed requests.</summary>
    public long ProcessedTokens => TotalInputTokens + TotalOutputTokens;

    /// <summary>Prompt and produced tokens per second of real time.</summary>
    public double ProcessedTokensPerS => WallTimeMs > 0.0 ? ProcessedTokens / WallTimeMs * 1000.0 : 0.0;

    /// <summary>Produced tokens per second of real time.</summary>
    public double ProcessedOutputTokensPerS => WallTimeMs > 0.0 ? TotalOutputTokens / WallTimeMs * 1000.0 : 0.0;

    /// <summary>Share of prompt tokens found in a prefix cache, 0 to 1, by the best admission of each request.</summary>
    public required double PrefixCacheReusedRatio { get; init; }

    /// <summary>Share of prompt tokens found in a prefix cache, 0 to 1, by the first admission of each request.</summary>
    public required double FirstAdmissionPrefixCacheReusedRatio { get; init; }

    /// <summary>Real time the simulation took, milliseconds, without reading the input and writing the output.</summary>
    public required double WallTimeMs { get; init; }

    /// <summary>Arrival to first token, milliseconds.</summary>
    public required Distribution Ttft { get; init; }

    /// <summary>First to second token, milliseconds.</summary>
    public required Distribution Ttst { get; init; }

    /// <summary>Mean gap between the tokens of a request, milliseconds.</summary>
    public required Distribution Tpot { get; init; }

    /// <summary>Arrival to last token, milliseconds.</summary>
    public required Distribution E2eLatency { get; init; }

    /// <summary>Gap between neighbouring tokens, milliseconds; percentiles are exact to 0.1 %.</summary>
    public required Distribution InterTokenLatency { get; init; }

    /// <summary>1000 / gap between neighbouring tokens, tokens per second and user; percentiles are exact to 0.1 %.</summary>
    public required Distribution OutputTokenThroughputPerUser { get; init; }

    /// <summary>What the tasks of the run come to; null unless the replay was asked for it and its load has sessions.</summary>
    public AgentSummary? Agents { get; init; }

    /// <summary>Every metric under its name in the report file, in ascending order of the names.</summary>
    public IReadOnlyList<Metric> Metrics => _metrics ??= MetricCatalog.Current.Measure(this);

    /// <summary>The metrics of a report file, in place of those that would be made of the other properties.</summary>
    internal IReadOnlyList<Metric> StoredMetrics
    {
        init => _metrics = [.. value.OrderBy(metric => metric.Name, StringComparer.Ordinal)];
    }

    /// <summary>The names of the metrics without samples, ascending; empty for a usual run.</summary>
    public IReadOnlyList<string> EmptyMetrics => field ??= [.. Metrics.Where(metric => !metric.HasSamples).Select(metric => metric.Name)];

    /// <summary>A metric by its name in the report file, e.g. <c>p99_itl_ms</c>; null for goodput when no service level was
    /// given.</summary>
    /// <param name="name">Name in the report file.</param>
    /// <exception cref="AgentSimException"><c>MetricUnknown</c>: no report has a metric of that name.</exception>
    public double? this[string name] => ReportMetrics.Named(Metrics, name);

    /// <summary>Worker seconds and GPU hours, also when nothing completed.</summary>
    internal (double PrefillSeconds, double DecodeSeconds, double GpuHours) Spent => (
        _prefillWorkerSeconds, _decodeWorkerSeconds, (_prefillWorkerSeconds * PrefillGpusPerWorker
            + _decodeWorkerSeconds * DecodeGpusPerWorker) / 3600.0);

    object? INamedValues.Named(string name) => this[name];

    DynamicMetaObject IDynamicMetaObjectProvider.GetMetaObject(Expression parameter) =>
        new StrictNames(parameter, this, typeof(ReplayReport));

    // What it took to serve nothing is not little, and a rate of nothing no rate.
    private double Cost(double value) => CompletedRequests > 0 ? value : double.PositiveInfinity;

    private double Rate(long count) => CompletedRequests > 0 ? count / SecondsOf(DurationMs) : double.NegativeInfinity;

    /// <summary>A duration in seconds, never 0, as rates and the dedicated single-worker runtime use it.</summary>
    internal static double SecondsOf(double durationMs) => Math.Max(durationMs / 1000.0, 1e-9);
}
