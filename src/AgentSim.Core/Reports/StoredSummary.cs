using AgentSim.Metrics;
using AgentSim.Statistics;

namespace AgentSim.Reports;

/// <summary>The summary of a run made of the metrics of its report file.</summary>
internal static class StoredSummary
{
    /// <summary>What the file does not have is infinitely bad, as what has no samples.</summary>
    public static ReplayReport Of(StoredReport report)
    {
        IReadOnlyList<Metric> metrics = report.Metrics;
        return new ReplayReport
        {
            StoredMetrics = metrics,
            NumRequests = Count("num_requests"),
            CompletedRequests = Count("completed_requests"),
            CutOffRequests = report.CutOffRequests,
            TotalInputTokens = Count("total_input_tokens"),
            TotalOutputTokens = Count("total_output_tokens"),
            DurationMs = Value("duration_ms"),
            PrefillWorkerSeconds = Value("prefill_worker_seconds"),
            DecodeWorkerSeconds = Value("decode_worker_seconds"),
            PrefillGpusPerWorker = Count("prefill_gpus_per_worker"),
            DecodeGpusPerWorker = Count("decode_gpus_per_worker"),
            GoodputCompletedRequests = Find("goodput_completed_requests") is { } good ? (long)good : null,
            GoodputOutputTokens = GoodTokens(),
            PrefixCacheReusedRatio = Value("prefix_cache_reused_ratio"),
            FirstAdmissionPrefixCacheReusedRatio = Value("first_admission_prefix_cache_reused_ratio"),
            WallTimeMs = Value("wall_time_ms"),
            Ttft = All("ttft_ms"),
            Ttst = All("ttst_ms"),
            Tpot = All("tpot_ms"),
            E2eLatency = All("e2e_latency_ms"),
            InterTokenLatency = All("itl_ms"),
            OutputTokenThroughputPerUser = All("output_token_throughput_per_user"),
        };

        double? Find(string name) => ReportMetrics.Find(metrics, name);

        // The file has their rate alone.
        long? GoodTokens() => Find("goodput_output_throughput_tok_s") is not { } rate ? null
            : double.IsFinite(rate) ? (long)Math.Round(rate * ReplayReport.SecondsOf(Value("duration_ms"))) : 0;

        double Value(string name) => Find(name) ?? MetricNames.Worst(name);

        long Count(string name) => Find(name) is { } count && double.IsFinite(count) ? (long)count : 0;

        Distribution All(string name) => new(
            Value($"mean_{name}"), Value($"min_{name}"), Value($"max_{name}"), Value($"median_{name}"), Value($"p75_{name}"),
            Value($"p90_{name}"), Value($"p95_{name}"), Value($"p99_{name}"), Value($"std_{name}"));
    }
}
