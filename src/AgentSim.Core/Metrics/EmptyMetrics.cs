namespace AgentSim.Metrics;

/// <summary>
/// Which metrics have no samples. The reference writes 0 for these, and AgentSim does, too, in the places where it does; who
/// reads a file finds out by what the file says of itself (<c>run.empty_metrics</c>), or else by its counts.
/// </summary>
internal static class EmptyMetrics
{
    /// <summary>The object of a report file that says where the report comes from.</summary>
    public const string RunKey = "run";

    /// <summary>Its list of the metrics without samples.</summary>
    public const string Key = "empty_metrics";

    // What is made of completed requests. Counts and the times of the simulation itself are numbers in any case.
    private static readonly string[] OfCompleted =
    [
        "duration_ms", "request_throughput_rps", "input_throughput_tok_s", "output_throughput_tok_s", "total_throughput_tok_s",
        "goodput_request_throughput_rps", "goodput_output_throughput_tok_s",
        "prefill_worker_seconds", "decode_worker_seconds", "gpu_hours",
    ];

    private static readonly string[] OfPrompts = ["prefix_cache_reused_ratio", "first_admission_prefix_cache_reused_ratio"];
    private static readonly string[] OfOutputs = ["ttft_ms", "e2e_latency_ms"];
    private static readonly string[] OfGaps = ["ttst_ms", "tpot_ms", "itl_ms"];
    private const string PerUser = "output_token_throughput_per_user";

    /// <summary>The names of the metrics without samples, in their order.</summary>
    public static string[] In(IEnumerable<Metric> metrics) => [.. metrics.Where(metric => !metric.HasSamples).Select(metric => metric.Name)];

    /// <summary>The metrics of a file, with those marked that have no samples.</summary>
    /// <param name="written">The numbers of the file.</param>
    /// <param name="named">Those that the file says to have no samples.</param>
    public static Metric[] Mark(IReadOnlyList<Metric> written, IReadOnlyCollection<string> named)
    {
        var empty = new HashSet<string>(named, StringComparer.Ordinal);
        empty.UnionWith(Derive(written));
        return [.. written.Select(metric => empty.Contains(metric.Name) ? Metric.Empty(metric.Name, metric.Value) : metric)];
    }

    // Only what is sure: without a count, a 0 is a number.
    private static List<string> Derive(IReadOnlyList<Metric> metrics)
    {
        double? completed = Find("completed_requests"), input = Find("total_input_tokens"), output = Find("total_output_tokens");
        bool none = completed == 0.0;
        var empty = new List<string>();
        if (none) empty.AddRange(OfCompleted);
        if (none || input == 0.0) empty.AddRange(OfPrompts);
        if (none || output == 0.0) empty.AddRange(OfOutputs.SelectMany(MetricNames.Statistics));
        // With more tokens than requests some request has two, and a gap between them; otherwise all gaps may be missing.
        if (none || output == 0.0 || (output <= completed && OfGaps.All(name => Find("max_" + name) is null or 0.0)))
            empty.AddRange(OfGaps.SelectMany(MetricNames.Statistics));
        // A rate is more than 0.
        if (none || output == 0.0 || Find("max_" + PerUser) == 0.0) empty.AddRange(MetricNames.Statistics(PerUser));
        return empty;

        double? Find(string name) => ReportMetrics.Find(metrics, name);
    }
}
