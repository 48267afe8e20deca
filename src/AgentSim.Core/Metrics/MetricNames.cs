namespace AgentSim.Metrics;

/// <summary>Which way a metric gets better.</summary>
public enum MetricDirection
{
    /// <summary>Neither: it says how much there was to do, or how fast the simulation itself ran.</summary>
    None,

    /// <summary>Less is better.</summary>
    Lower,

    /// <summary>More is better.</summary>
    Higher,
}

/// <summary>The metrics of a report file by name (behaviour 06#4), and which way each gets better.</summary>
public static class MetricNames
{
    private static readonly string[] StatisticNames = ["mean", "min", "max", "median", "p75", "p90", "p95", "p99", "std"];
    private static readonly string[] Latencies = ["ttft_ms", "ttst_ms", "tpot_ms", "e2e_latency_ms", "itl_ms"];
    private const string PerUser = "output_token_throughput_per_user";

    private static readonly SortedDictionary<string, MetricDirection> Directions = Create();

    /// <summary>The names of all metrics that a report can hold, in ascending order.</summary>
    public static IReadOnlyCollection<string> Names => Directions.Keys;

    /// <summary>Which way a metric gets better; none for a name that is not known.</summary>
    /// <param name="name">Name in the report file.</param>
    public static MetricDirection Of(string name) => Directions.GetValueOrDefault(name);

    /// <summary>
    /// What stands for a metric that has no value: infinity where less is better, minus infinity where more is better, NaN where
    /// neither is. A limit, a comparison, a minimum or a sort order by what is better finds it the worst.
    /// </summary>
    /// <param name="name">Name in the report file.</param>
    public static double Worst(string name) => Of(name) switch
    {
        MetricDirection.Lower => double.PositiveInfinity,
        MetricDirection.Higher => double.NegativeInfinity,
        _ => double.NaN,
    };

    /// <summary>The metrics of a distribution.</summary>
    /// <param name="distribution">The end of their names.</param>
    internal static IEnumerable<string> Statistics(string distribution) => StatisticNames.Select(statistic => $"{statistic}_{distribution}");

    /// <summary>Refuses a name that no report holds.</summary>
    /// <param name="name">Name in the report file.</param>
    /// <exception cref="AgentSimException"><c>MetricUnknown</c>.</exception>
    public static void Require(string name)
    {
        if (!Directions.ContainsKey(name)) throw Errors.MetricUnknown.Error($"there is no metric {Quote.Of(name)}; {NearestName.Suggest(name, Names)}");
    }

    private static SortedDictionary<string, MetricDirection> Create()
    {
        var directions = new SortedDictionary<string, MetricDirection>(StringComparer.Ordinal);
        Add(MetricDirection.Lower, "duration_ms", "gpu_hours", "prefill_worker_seconds", "decode_worker_seconds");
        Add(MetricDirection.Lower, [.. from latency in Latencies from name in Statistics(latency) select name]);
        Add(MetricDirection.Higher, "completed_requests", "request_throughput_rps", "input_throughput_tok_s", "output_throughput_tok_s", "total_throughput_tok_s");
        Add(MetricDirection.Higher, "goodput_completed_requests", "goodput_request_throughput_rps", "goodput_output_throughput_tok_s");
        Add(MetricDirection.Higher, "prefix_cache_reused_ratio", "first_admission_prefix_cache_reused_ratio");
        Add(MetricDirection.Higher, [.. Statistics(PerUser).Where(name => name != $"std_{PerUser}")]);
        Add(MetricDirection.Lower, $"std_{PerUser}");
        Add(MetricDirection.None, "num_requests", "total_input_tokens", "total_output_tokens", "processed_tokens");
        Add(MetricDirection.None, "prefill_gpus_per_worker", "decode_gpus_per_worker");
        Add(MetricDirection.None, "wall_time_ms", "processed_tokens_per_s", "processed_output_tokens_per_s");
        return directions;

        void Add(MetricDirection direction, params string[] names)
        {
            foreach (string name in names) directions.Add(name, direction);
        }
    }
}
