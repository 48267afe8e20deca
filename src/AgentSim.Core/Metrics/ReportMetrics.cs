using AgentSim.Statistics;

namespace AgentSim.Metrics;

/// <summary>Maps a report to the names of the report file (behaviour 06#4 and 06#6).</summary>
internal static class ReportMetrics
{
    private static readonly Comparison<Metric> ByName = static (a, b) => string.CompareOrdinal(a.Name, b.Name);

    public static Metric[] Of(ReplayReport report)
    {
        var metrics = new List<Metric>(80)
        {
            Whole("num_requests", report.NumRequests),
            Whole("completed_requests", report.CompletedRequests),
            Whole("total_input_tokens", report.TotalInputTokens),
            Whole("total_output_tokens", report.TotalOutputTokens),
            Real("duration_ms", report.DurationMs),
            Real("request_throughput_rps", report.RequestThroughputRps),
            Real("input_throughput_tok_s", report.InputThroughputTokS),
            Real("output_throughput_tok_s", report.OutputThroughputTokS),
            Real("total_throughput_tok_s", report.TotalThroughputTokS),
            Real("prefill_worker_seconds", report.PrefillWorkerSeconds, report.Spent.PrefillSeconds),
            Real("decode_worker_seconds", report.DecodeWorkerSeconds, report.Spent.DecodeSeconds),
            Whole("prefill_gpus_per_worker", report.PrefillGpusPerWorker),
            Whole("decode_gpus_per_worker", report.DecodeGpusPerWorker),
            Real("gpu_hours", report.GpuHours, report.Spent.GpuHours),
            Whole("processed_tokens", report.ProcessedTokens),
            Real("processed_tokens_per_s", report.ProcessedTokensPerS),
            Real("processed_output_tokens_per_s", report.ProcessedOutputTokensPerS),
            Real("prefix_cache_reused_ratio", report.PrefixCacheReusedRatio),
            Real("first_admission_prefix_cache_reused_ratio", report.FirstAdmissionPrefixCacheReusedRatio),
            Real("wall_time_ms", report.WallTimeMs),
        };
        if (report.GoodputCompletedRequests is { } good)
        {
            metrics.Add(Whole("goodput_completed_requests", good));
            metrics.Add(Real("goodput_request_throughput_rps", report.GoodputRequestThroughputRps ?? double.NaN));
            metrics.Add(Real("goodput_output_throughput_tok_s", report.GoodputOutputThroughputTokS ?? double.NaN));
        }

        AddDistribution(metrics, "ttft_ms", report.Ttft);
        AddDistribution(metrics, "ttst_ms", report.Ttst);
        AddDistribution(metrics, "tpot_ms", report.Tpot);
        AddDistribution(metrics, "e2e_latency_ms", report.E2eLatency);
        AddDistribution(metrics, "itl_ms", report.InterTokenLatency);
        AddDistribution(metrics, "output_token_throughput_per_user", report.OutputTokenThroughputPerUser);
        metrics.Sort(ByName);
        return [.. metrics];
    }

    /// <summary>A metric by a name that must be one; null where the report does not have it.</summary>
    /// <exception cref="AgentSimException"><c>MetricUnknown</c>.</exception>
    public static double? Named(IReadOnlyList<Metric> metrics, string name)
    {
        MetricNames.Require(name);
        return Find(metrics, name);
    }

    public static double? Find(IReadOnlyList<Metric> metrics, string name)
    {
        foreach (Metric metric in metrics)
        {
            if (metric.Name == name) return metric.Value;
        }

        return null;
    }

    private static void AddDistribution(List<Metric> metrics, string name, Distribution values)
    {
        metrics.Add(Real("mean_" + name, values.Mean));
        metrics.Add(Real("min_" + name, values.Min));
        metrics.Add(Real("max_" + name, values.Max));
        metrics.Add(Real("median_" + name, values.Median));
        metrics.Add(Real("p75_" + name, values.P75));
        metrics.Add(Real("p90_" + name, values.P90));
        metrics.Add(Real("p95_" + name, values.P95));
        metrics.Add(Real("p99_" + name, values.P99));
        metrics.Add(Real("std_" + name, values.Std));
    }

    private static Metric Whole(string name, long value) => new(name, value, IsWhole: true);

    private static Metric Real(string name, double value, double writtenIfEmpty = 0.0) =>
        double.IsFinite(value) ? new(name, value, IsWhole: false) : Metric.Empty(name, writtenIfEmpty);
}
