namespace AgentSim.Metrics;

// The metrics of every report (behaviour 06#4) and goodput (06#5). How to add one is said at the class.
internal sealed partial class MetricCatalog
{
    private const string Milliseconds = "ms", TokensPerSecond = "tokens/s";

    /// <summary>The rows of AgentSim, in the order in which headlines stand.</summary>
    public static IReadOnlyList<MetricRow> Standard() =>
        [.. Requests(), .. Rates(), .. Latencies(), .. Caches(), .. Costs(), .. Simulation(), .. Agents()];

    private static MetricRow[] Requests() =>
    [
        new()
        {
            Name = "num_requests", Label = "Requests", Title = "Requests", Unit = "requests", IsWhole = true,
            Value = report => report.NumRequests,
            Meaning = "Requests that arrived, whatever became of them; not those that a time cap kept from arriving.",
        },
        new()
        {
            Name = "completed_requests", Label = "Completed", Title = "Completed requests", Unit = "requests", IsWhole = true,
            Direction = MetricDirection.Higher, IsHeadline = true, IsSweepColumn = true, TableLabel = "Request Count (requests)", Place = 9,
            Value = report => report.CompletedRequests,
            Meaning = "Requests that completed; totals, rates and latencies are of these alone.",
        },
        new()
        {
            Name = "goodput_completed_requests", Label = "Completed within the SLA", Title = "Requests within the service level",
            Unit = "requests", IsWhole = true, Direction = MetricDirection.Higher, IsHeadline = true, Group = MetricGroup.Goodput,
            Value = report => report.GoodputCompletedRequests,
            Meaning = "Completed requests that kept every bound of the service level.",
        },
        new()
        {
            Name = "total_input_tokens", Label = "Input tokens", Title = "Prompt tokens", Unit = "tokens", IsWhole = true,
            Value = report => report.TotalInputTokens, Meaning = "Prompt tokens of completed requests.",
        },
        new()
        {
            Name = "total_output_tokens", Label = "Output tokens", Title = "Output tokens", Unit = "tokens", IsWhole = true,
            Value = report => report.TotalOutputTokens, Meaning = "Tokens that completed requests produced.",
        },
        new()
        {
            Name = "processed_tokens", Label = "Tokens", Title = "Prompt and output tokens", Unit = "tokens", IsWhole = true,
            Value = report => report.ProcessedTokens, Meaning = "Prompt and produced tokens of completed requests.",
        },
    ];

    private static MetricRow[] Rates() =>
    [
        new()
        {
            Name = "duration_ms", Label = "Duration", Title = "Duration (ms)", Unit = Milliseconds, Direction = MetricDirection.Lower,
            IsHeadline = true, IsSweepColumn = true, Value = report => report.DurationMs, Empty = EmptyRule.NothingCompleted,
            Meaning = "Simulated time from 0 to the end of the last completed request.",
        },
        new()
        {
            Name = "request_throughput_rps", Label = "Requests/s", Title = "Requests per second", Unit = "requests/s",
            Direction = MetricDirection.Higher, IsHeadline = true, IsSweepColumn = true,
            TableLabel = "Request Throughput (requests/sec)", ViewLabel = "Requests/s", Place = 7,
            Value = report => report.RequestThroughputRps, Empty = EmptyRule.NothingCompleted,
            Meaning = "Completed requests per simulated second.",
        },
        new()
        {
            Name = "goodput_request_throughput_rps", Label = "Requests/s within the SLA",
            Title = "Requests within the service level per second",
            Unit = "requests/s", Direction = MetricDirection.Higher, IsHeadline = true, IsSweepColumn = true,
            ViewLabel = "Requests/s within the SLA", Place = 8, Group = MetricGroup.Goodput,
            Value = report => report.GoodputRequestThroughputRps, Empty = EmptyRule.NothingCompleted,
            Meaning = "Requests within the service level per simulated second.",
        },
        new()
        {
            Name = "output_throughput_tok_s", Label = "Output tokens/s", Title = "Output tokens per second", Unit = TokensPerSecond,
            Direction = MetricDirection.Higher, IsHeadline = true, IsSweepColumn = true,
            TableLabel = "Output Token Throughput (tokens/sec)", ViewLabel = "Output tokens/s", Place = 6,
            Value = report => report.OutputThroughputTokS, Empty = EmptyRule.NothingCompleted,
            Meaning = "Produced tokens per simulated second.",
        },
        new()
        {
            Name = "goodput_output_throughput_tok_s", Label = "Output tokens/s within the SLA",
            Title = "Output tokens within the service level per second", Unit = TokensPerSecond,
            Direction = MetricDirection.Higher, Group = MetricGroup.Goodput,
            Value = report => report.GoodputOutputThroughputTokS, Empty = EmptyRule.NothingCompleted,
            Meaning = "Tokens of the requests within the service level per simulated second.",
        },
        new()
        {
            Name = "input_throughput_tok_s", Label = "Input tokens/s", Title = "Prompt tokens per second", Unit = TokensPerSecond,
            Direction = MetricDirection.Higher, Value = report => report.InputThroughputTokS, Empty = EmptyRule.NothingCompleted,
            Meaning = "Prompt tokens per simulated second.",
        },
        new()
        {
            Name = "total_throughput_tok_s", Label = "Tokens/s", Title = "Prompt and output tokens per second", Unit = TokensPerSecond,
            Direction = MetricDirection.Higher, Value = report => report.TotalThroughputTokS, Empty = EmptyRule.NothingCompleted,
            Meaning = "Prompt and produced tokens per simulated second.",
        },
    ];

    private static MetricRow[] Latencies() =>
    [
        new()
        {
            Name = "ttft_ms", Label = "TTFT", Title = "Time to first token", Unit = Milliseconds, Direction = MetricDirection.Lower,
            HeadlineStatistics = ["median", "p99"], SweepStatistics = ["mean", "p99"],
            TableLabel = "Time to First Token (ms)", ViewLabel = "Time to first token (ms)", Place = 1,
            Distribution = report => report.Ttft, Empty = EmptyRule.NoOutputs,
            Meaning = "Milliseconds from the arrival of a request to its first token.",
        },
        new()
        {
            Name = "ttst_ms", Label = "TTST", Title = "Time to second token", Unit = Milliseconds, Direction = MetricDirection.Lower,
            TableLabel = "Time to Second Token (ms)", ViewLabel = "Time to second token (ms)", Place = 2,
            Distribution = report => report.Ttst, Empty = EmptyRule.NoGaps,
            Meaning = "Milliseconds from the first token of a request to its second.",
        },
        new()
        {
            Name = "itl_ms", Label = "ITL", Title = "Inter-token latency", Unit = Milliseconds, Direction = MetricDirection.Lower,
            HeadlineStatistics = ["median", "p99"], SweepStatistics = ["mean", "p99"],
            TableLabel = "Inter Token Latency (ms)", ViewLabel = "Inter token latency (ms)", Place = 4,
            Distribution = report => report.InterTokenLatency, Empty = EmptyRule.NoGaps,
            Meaning = "Every gap between neighbouring tokens, in milliseconds.",
        },
        new()
        {
            Name = "tpot_ms", Label = "TPOT", Title = "Time per output token", Unit = Milliseconds, Direction = MetricDirection.Lower,
            HeadlineStatistics = ["median", "p99"], Distribution = report => report.Tpot, Empty = EmptyRule.NoGaps,
            Meaning = "Mean gap between the tokens of a request, in milliseconds.",
        },
        new()
        {
            Name = "e2e_latency_ms", Label = "Request latency", Title = "Request latency", Unit = Milliseconds,
            Direction = MetricDirection.Lower,
            HeadlineStatistics = ["median", "p99"], SweepStatistics = ["mean", "p99"],
            TableLabel = "Request Latency (ms)", ViewLabel = "Request latency (ms)", Place = 3,
            Distribution = report => report.E2eLatency, Empty = EmptyRule.NoOutputs,
            Meaning = "Milliseconds from the arrival of a request to its last token.",
        },
        new()
        {
            Name = "output_token_throughput_per_user", Label = "Output tokens/s per user", Title = "Output tokens per second and user",
            Unit = TokensPerSecond, Direction = MetricDirection.Higher,
            TableLabel = "Output Token Throughput Per User (tokens/sec/user)", ViewLabel = "Output tokens/s per user", Place = 5,
            Distribution = report => report.OutputTokenThroughputPerUser, Empty = EmptyRule.NoRates,
            Meaning = "1000 divided by every gap between neighbouring tokens in milliseconds, but for gaps of 0.",
        },
    ];

    private static MetricRow[] Caches() =>
    [
        new()
        {
            Name = "prefix_cache_reused_ratio", Label = "Reused", Title = "Share of prompt tokens from the prefix cache", Unit = "0 to 1",
            Direction = MetricDirection.Higher, IsHeadline = true, IsSweepColumn = true,
            Value = report => report.PrefixCacheReusedRatio, Empty = EmptyRule.NoPrompts,
            Meaning = "Share of the prompt tokens of completed requests that a prefix cache held, by the best admission of each request.",
        },
        new()
        {
            Name = "first_admission_prefix_cache_reused_ratio", Label = "Reused at first",
            Title = "Share of prompt tokens from the prefix cache, first admission", Unit = "0 to 1", Direction = MetricDirection.Higher,
            Value = report => report.FirstAdmissionPrefixCacheReusedRatio, Empty = EmptyRule.NoPrompts,
            Meaning = "The same by the first admission of each request, before a preemption could leave blocks of its own.",
        },
    ];

    private static MetricRow[] Costs() =>
    [
        new()
        {
            Name = "gpu_hours", Label = "GPU hours", Title = "GPU hours", Unit = "h", Direction = MetricDirection.Lower,
            IsHeadline = true, IsSweepColumn = true, Value = report => report.GpuHours, WrittenIfEmpty = report => report.Spent.GpuHours,
            Empty = EmptyRule.NothingCompleted, Meaning = "Worker seconds times the GPUs of a worker, of all pools.",
        },
        new()
        {
            Name = "prefill_worker_seconds", Label = "Prefill worker seconds", Title = "Prefill worker seconds", Unit = "s",
            Direction = MetricDirection.Lower, Value = report => report.PrefillWorkerSeconds,
            WrittenIfEmpty = report => report.Spent.PrefillSeconds,
            Empty = EmptyRule.NothingCompleted, Meaning = "Simulated seconds times prefill workers; 0 without pools.",
        },
        new()
        {
            Name = "decode_worker_seconds", Label = "Decode worker seconds", Title = "Decode worker seconds", Unit = "s",
            Direction = MetricDirection.Lower, Value = report => report.DecodeWorkerSeconds,
            WrittenIfEmpty = report => report.Spent.DecodeSeconds,
            Empty = EmptyRule.NothingCompleted, Meaning = "Simulated seconds times workers that decode; without pools all workers.",
        },
        new()
        {
            Name = "prefill_gpus_per_worker", Label = "GPUs per prefill worker", Title = "GPUs per prefill worker", Unit = "GPUs",
            IsWhole = true, Value = report => report.PrefillGpusPerWorker, Meaning = "GPUs of a prefill worker; 0 without pools.",
        },
        new()
        {
            Name = "decode_gpus_per_worker", Label = "GPUs per worker", Title = "GPUs per worker", Unit = "GPUs", IsWhole = true,
            Value = report => report.DecodeGpusPerWorker, Meaning = "GPUs of a worker that decodes; without pools of any worker.",
        },
    ];

    private static MetricRow[] Simulation() =>
    [
        new()
        {
            Name = "wall_time_ms", Label = "Wall time", Title = "Wall time (ms)", Unit = Milliseconds, Value = report => report.WallTimeMs,
            IsOfClock = true, Meaning = "Real time that the simulation took, without reading the input and writing the output.",
        },
        new()
        {
            Name = "processed_tokens_per_s", Label = "Simulated tokens/s", Title = "Tokens per second of real time", Unit = TokensPerSecond,
            Value = report => report.ProcessedTokensPerS,
            IsOfClock = true, Meaning = "Prompt and produced tokens per second of real time: the speed of the simulation.",
        },
        new()
        {
            Name = "processed_output_tokens_per_s", Label = "Simulated output tokens/s", Title = "Output tokens per second of real time",
            Unit = TokensPerSecond, Value = report => report.ProcessedOutputTokensPerS,
            IsOfClock = true, Meaning = "Produced tokens per second of real time: the speed of the simulation.",
        },
    ];
}
