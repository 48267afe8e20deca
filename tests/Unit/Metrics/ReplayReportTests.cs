using AgentSim.Metrics;
using AgentSim.Recording;
using AgentSim.Statistics;
using AgentSim.Tests.Reports;
using AgentSim.Tests.Simulation;

namespace AgentSim.Tests.Metrics;

public class ReplayReportTests
{
    [Fact]
    public void The_worked_example_gives_the_reference_values()
    {
        ReplayReport report = Sample.Report();

        Assert.Equal(3, report.NumRequests);
        Assert.Equal(3, report.CompletedRequests);
        Assert.Equal(112, report.TotalInputTokens);
        Assert.Equal(6, report.TotalOutputTokens);
        Assert.Equal(72.731478, report.DurationMs);
        Assert.Equal(41.24761495978399, report.RequestThroughputRps);
        Assert.Equal(1539.9109584986022, report.InputThroughputTokS);
        Assert.Equal(82.49522991956798, report.OutputThroughputTokS);
        Assert.Equal(1622.4061884181701, report.TotalThroughputTokS);
        Assert.Equal(0.2857142857142857, report.PrefixCacheReusedRatio);
        Assert.Equal(22.734314, report.MedianTtftMs);
        Assert.Equal(0.11781163218271487, report.StdTtftMs, 1e-14);
        Assert.Equal(5.756479999999996, report.MedianTpotMs);
        Assert.Equal(5.748851426827424, report.MedianItlMs, 1e-15);
        Assert.Equal(28.49738599999999, report.MedianE2eLatencyMs);
        Assert.Equal(4.040637666666666e-05, report.GpuHours);
        Assert.Null(report.GoodputCompletedRequests);
    }

    [Fact]
    public void Metrics_have_the_reference_names_in_ascending_order()
    {
        string[] names = [.. Sample.Report().Metrics.Select(m => m.Name)];

        Assert.Equal(74, names.Length);
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.Equal(
            ["completed_requests", "decode_gpus_per_worker", "decode_worker_seconds", "duration_ms",
                "first_admission_prefix_cache_reused_ratio", "gpu_hours", "input_throughput_tok_s", "max_e2e_latency_ms"],
            names[..8]);
        Assert.Equal("wall_time_ms", names[^1]);
    }

    [Fact]
    public void A_metric_is_found_by_name_and_absent_ones_are_null()
    {
        ReplayReport report = Sample.Report();
        Assert.Equal(report.P99ItlMs, report["p99_itl_ms"]);
        Assert.Equal(3.0, report["num_requests"]);
        Assert.Null(report["goodput_completed_requests"]);
        Assert.Equal("MetricUnknown", Assert.Throws<AgentSimException>(() => report["P99_ITL_MS"]).ErrorId);
    }

    [Fact]
    public void Rejected_unfinished_and_tokenless_requests_count_where_the_reference_counts_them()
    {
        RequestOutcome[] requests =
        [
            Sample.Outcome(0, 0, [37.871054, 80.925517, 107.235517], input: 32),
            Sample.Rejected(arrival: 1, terminal: 1, input: 160),
            Sample.Outcome(2, 37.871054, [], input: 16) with { Terminal = 80.925517 },
            Sample.Outcome(2, 2, [32.77113], input: 16),
            RequestOutcome.Empty with { Arrival = 5, InputLength = 8 },   // arrived, cut off
            RequestOutcome.Empty,                                         // never arrived
        ];
        ReplayReport report = ReplayReportBuilder.Build(requests, Sample.Gaps(requests), default, null);

        Assert.Equal(5, report.NumRequests);
        Assert.Equal(3, report.CompletedRequests);
        Assert.Equal(64, report.TotalInputTokens);
        Assert.Equal(4, report.TotalOutputTokens);
        Assert.Equal(107.235517, report.DurationMs);
        Assert.Equal(34.321092, report.MeanTtftMs, 1e-13);
        Assert.Equal(43.054463, report.MeanTtstMs, 1e-13);
    }

    [Fact]
    public void An_empty_run_has_no_samples_and_writes_the_zeros_of_the_reference()
    {
        var costs = new RunCosts { DecodeWorkerSeconds = null, DecodeGpusPerWorker = 1 };
        ReplayReport report = ReplayReportBuilder.Build([], new GapStatistics(), costs, null);

        report.Shows(("decode_worker_seconds", 1e-09), ("gpu_hours", 2.777777777777778e-13), ("duration_ms", 0),
            ("request_throughput_rps", 0));
        Metric[] distributions = [.. report.Metrics.Where(m => m.Name.EndsWith("_ms", StringComparison.Ordinal)
            || m.Name.EndsWith("_per_user", StringComparison.Ordinal)).Where(m => m.Name != "wall_time_ms")];
        Assert.All(distributions, m => Assert.Equal((0.0, false), (m.Written, m.HasSamples)));
        Assert.Equal(double.PositiveInfinity, report.P99TtftMs);
        Assert.Equal(double.NegativeInfinity, report.P99OutputTokenThroughputPerUser);
        Assert.Equal(double.PositiveInfinity, report.GpuHours);
        Assert.Equal(0.0, report.ProcessedTokensPerS);
    }

    [Fact]
    public void Processed_rates_are_per_second_of_real_time()
    {
        ReplayReport report = Sample.Report(costs: new RunCosts { WallTimeMs = 0.25 });
        Assert.Equal(118 / 0.25 * 1000.0, report.ProcessedTokensPerS);
        Assert.Equal(6 / 0.25 * 1000.0, report.ProcessedOutputTokensPerS);
    }

    [Fact]
    public void Goodput_keeps_every_bound()
    {
        // The reference: two first tokens exceed 22.6 ms; the third request has one token, which passes any gap bound.
        ReplayReport report = Sample.Report(new ServiceLevel(TtftMs: 22.6, ItlMs: 5.7565));
        Assert.Equal(1, report.GoodputCompletedRequests);
        Assert.Equal(1 / 0.072731478, report.GoodputRequestThroughputRps);
        Assert.Equal(1 / 0.072731478, report.GoodputOutputThroughputTokS);
        Assert.Equal(77, report.Metrics.Count);

        Assert.Equal(2, Sample.Report(new ServiceLevel(E2eMs: 30)).GoodputCompletedRequests);
        Assert.Equal(3, Sample.Report(new ServiceLevel(ItlMs: 5.7565)).GoodputCompletedRequests);
        Assert.Equal(2, Sample.Report(new ServiceLevel(ItlMs: 5.75)).GoodputCompletedRequests);
    }

    [Fact]
    public void Goodput_bounds_are_inclusive() =>
        Assert.Equal(1, Sample.Report(new ServiceLevel(TtftMs: 22.487759)).GoodputCompletedRequests);

    [Fact]
    public void A_request_without_tokens_is_good_only_by_its_end()
    {
        RequestOutcome request = Sample.Outcome(2, 10, [], input: 16) with { Terminal = 50 };
        Assert.True(new ServiceLevel(E2eMs: 48).IsMetBy(request));
        Assert.False(new ServiceLevel(E2eMs: 47.9).IsMetBy(request));
        Assert.False(new ServiceLevel(E2eMs: 48, TtftMs: 100).IsMetBy(request));
        Assert.False(new ServiceLevel(E2eMs: 48, ItlMs: 100).IsMetBy(request));
        Assert.False(new ServiceLevel(ItlMs: 100).IsMetBy(request));
    }
}
