namespace AgentSim.Metrics;

/// <summary>The metrics that a reader looks for first.</summary>
internal static class HeadlineMetrics
{
    /// <summary>Names in the report file, with what to call them.</summary>
    public static readonly (string Name, string Label)[] All =
    [
        ("completed_requests", "Completed requests"),
        ("goodput_completed_requests", "Requests within the service level"),
        ("duration_ms", "Duration (ms)"),
        ("request_throughput_rps", "Requests per second"),
        ("goodput_request_throughput_rps", "Requests within the service level per second"),
        ("output_throughput_tok_s", "Output tokens per second"),
        ("median_ttft_ms", "Time to first token, median (ms)"),
        ("p99_ttft_ms", "Time to first token, p99 (ms)"),
        ("median_itl_ms", "Inter-token latency, median (ms)"),
        ("p99_itl_ms", "Inter-token latency, p99 (ms)"),
        ("median_tpot_ms", "Time per output token, median (ms)"),
        ("p99_tpot_ms", "Time per output token, p99 (ms)"),
        ("median_e2e_latency_ms", "Request latency, median (ms)"),
        ("p99_e2e_latency_ms", "Request latency, p99 (ms)"),
        ("prefix_cache_reused_ratio", "Share of prompt tokens from the prefix cache"),
        ("gpu_hours", "GPU hours"),
    ];

    /// <summary>Those that at least one of some reports has.</summary>
    public static IEnumerable<(string Name, string Label)> Of(IReadOnlyList<IReadOnlyList<Metric>> reports) =>
        All.Where(headline => reports.Any(report => ReportMetrics.Find(report, headline.Name) is not null));
}
