using AgentSim.Engines;
using AgentSim.Metrics;
using AgentSim.Routing;
using AgentSim.Simulation;
using AgentSim.Sweeps;
using AgentSim.Workload;

namespace AgentSim.Tests.Sweeps;

public class SweepTests
{
    private static readonly ReplayWorkload Load = SyntheticLoad.Create(
        new SyntheticOptions { InputTokens = 512, OutputTokens = 32, RequestCount = 40, ArrivalIntervalMs = 10, SharedPrefixRatio = 0.5,
            NumPrefixGroups = 3 },
        EngineConfig.Default.BlockSize);

    private static readonly SweepGrid Grid = new()
    {
        Workers = [1, 2, 4],
        RouterModes = [RouterMode.RoundRobin, RouterMode.KvRouter],
        Engines = [EngineConfig.Default, EngineConfig.Parse("""{"max_num_seqs":4}""", "engine")],
    };

    private static List<SweepPoint> Points(SweepGrid? grid = null, ReplaySettings? common = null, ReplayWorkload? workload = null) =>
        [.. (grid ?? Grid).Points(common ?? new ReplaySettings()).Select(settings => new SweepPoint(workload ?? Load, settings))];

    // All but those that measure the computation itself.
    private static string Simulated(IEnumerable<Metric> metrics) =>
        string.Join(' ', metrics.Where(metric => !metric.Name.StartsWith("wall_", StringComparison.Ordinal)
            && !metric.Name.EndsWith("_per_s", StringComparison.Ordinal)));

    private static List<SweepRow> InOrder(IEnumerable<SweepRow> rows) => [.. rows.OrderBy(row => row.Index)];

    [Fact]
    public void A_grid_combines_all_its_values()
    {
        List<SweepPoint> points = Points();
        Assert.Equal(12, points.Count);
        Assert.Equal([1, 2, 4, 1, 2, 4], points.Take(6).Select(point => point.Settings.Workers));
        Assert.Equal(12, points.Select(point => (point.Settings.Engine.MaxNumSeqs, point.Settings.RouterMode, point.Settings.Workers))
            .Distinct().Count());

        var rest = new SweepGrid
        {
            Routers = [RouterConfig.Default, RouterConfig.Parse("""{"router_temperature":1}""", "router")],
            RouterSeeds = [1, 2, 3],
            Concurrencies = [null, 5],
            ArrivalSpeedupRatios = [1, 2],
        };
        List<SweepPoint> more = Points(rest, new ReplaySettings { ModelName = "m" });
        Assert.Equal(24, more.Select(point => (point.Settings.Router, point.Settings.RouterSeed, point.Settings.Concurrency,
            point.Settings.ArrivalSpeedupRatio)).Distinct().Count());
        Assert.All(more, point => Assert.Equal("m", point.Settings.ModelName));
    }

    [Fact]
    public void Pools_take_the_place_of_engines_and_workers()
    {
        EngineConfig prefill = EngineConfig.Parse("""{"worker_type":"prefill"}""", "p"),
            decode = EngineConfig.Parse("""{"worker_type":"decode"}""", "d");
        List<SweepRow> rows = InOrder(Sweep.Run(Points(Grid with { Pools = [new(prefill, decode), new(prefill, decode, 2, 3)] }), 2));
        Assert.Equal(4, rows.Count);
        Assert.Equal([1, 3, 1, 3], rows.Select(row => row.Workers));
        Assert.Equal([1, 2, 1, 2], rows.Select(row => row.PrefillWorkers));
        Assert.All(rows, row => Assert.Equal(("vllm", "vllm", 40.0), (row.PrefillEngine, row.Engine, row.CompletedRequests)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Rows_have_the_numbers_of_runs_by_themselves(int parallel)
    {
        List<SweepPoint> points = Points(Grid with { Workers = [2, 3] });
        List<SweepRow> rows = InOrder(Sweep.Run(points, parallel));
        Assert.Equal(Enumerable.Range(0, points.Count), rows.Select(row => row.Index));
        foreach ((SweepPoint point, SweepRow row) in points.Zip(rows))
        {
            Assert.Equal(Simulated(Replay.Run(point.Workload, point.Settings).Summary.Metrics), Simulated(row.GetMetrics()));
            Assert.Equal((point.Settings.Workers, point.Settings.RouterMode, point.Settings.Engine.ToString()),
                (row.Workers, row.RouterMode, row.Engine));
            Assert.Equal(row["p99_ttft_ms"], row.P99TtftMs);
            Assert.Equal("MetricUnknown", Assert.Throws<AgentSimException>(() => row["nothing"]).ErrorId);
            Assert.Null(row.Error);
        }
    }

    [Fact]
    public void A_point_that_cannot_be_replayed_is_a_row_with_the_reason()
    {
        List<SweepRow> rows = InOrder(Sweep.Run(Points(), 2));
        SweepRow[] failed = [.. rows.Where(row => row.Error is not null)];
        Assert.Equal(2, failed.Length);
        Assert.All(failed, row =>
        {
            Assert.Equal((1, RouterMode.KvRouter, "ReplaySettingsInvalid"), (row.Workers, row.RouterMode, row.ErrorId));
            Assert.Empty(row.GetMetrics());
            Assert.Equal(double.PositiveInfinity, row.DurationMs);
            Assert.Equal(double.NegativeInfinity, row.RequestThroughputRps);
        });
        Assert.Equal(10, rows.Count(row => row.CompletedRequests == 40));
    }

    // Findings A3: what failed or measured nothing must not be found by looking for the best.
    [Fact]
    public void No_order_and_no_limit_finds_a_failed_or_empty_point_the_best()
    {
        SweepPoint[] points = [.. Points(), .. Points(common: new ReplaySettings { MaxSimTimeMs = 0.001 })];
        List<SweepRow> rows = InOrder(Sweep.Run(points, 2));
        Assert.Contains(rows, row => row.Error is null && row.CompletedRequests == 0);
        Assert.Equal(40, rows.MinBy(row => row.P99TtftMs)!.CompletedRequests);
        Assert.Equal(40, rows.MinBy(row => row.GpuHours)!.CompletedRequests);
        Assert.Equal(40, rows.MaxBy(row => row.OutputThroughputTokS)!.CompletedRequests);
        Assert.Equal(40, rows.MaxBy(row => row.PrefixCacheReusedRatio)!.CompletedRequests);
        Assert.All(rows.Where(row => row.CompletedRequests is not 40),
            row => Assert.False(row["p99_itl_ms"] < 1e300 || row.DurationMs < 1e300 || !(row["p99_itl_ms"] > 0)));
    }

    [Fact]
    public void A_row_says_how_many_requests_its_time_cap_cut_off()
    {
        double[] ends = [.. Replay.Run(Load, new ReplaySettings()).Requests.Select(request => request.TerminalTimeMs).Order()];
        SweepRow row = Assert.Single(Sweep.Run([new SweepPoint(Load, new ReplaySettings { MaxSimTimeMs = (ends[0] + ends[^1]) / 2 })], 1));
        Assert.InRange(row.CutOffRequests, 1, 39);
        Assert.Equal(40, row.CutOffRequests + row.CompletedRequests);
    }

    [Fact]
    public void A_grid_with_an_empty_axis_is_refused() => Assert.Throws<ArgumentException>(() => Points(Grid with { Workers = [] }));

    [Fact]
    public void A_row_says_in_words_what_was_combined()
    {
        Assert.Equal("vllm, 1 worker, RoundRobin", Row(new ReplaySettings()).ToString());
        Assert.Equal(
            "vllm max_num_seqs=4, 2 workers, KvRouter, router_temperature=0.5, seed 7, concurrency 3, speed-up 1.5",
            Row(new ReplaySettings
            {
                Engine = EngineConfig.Parse("""{"max_num_seqs":4}""", "engine"), Workers = 2, RouterMode = RouterMode.KvRouter,
                Router = RouterConfig.Parse("""{"router_temperature":0.5}""", "router"), RouterSeed = 7, Concurrency = 3,
                    ArrivalSpeedupRatio = 1.5,
            }).ToString());

        static SweepRow Row(ReplaySettings settings) => new(0, settings, new SweepOutcome([]), isResumed: false);
    }

    [Fact]
    public void Progress_ends_with_everything_done()
    {
        var seen = new List<SweepProgress>();
        Assert.Equal(12, Sweep.Run(Points(), 2, progress: new Now(seen.Add)).Count());
        Assert.Equal((12, 12, 1.0), (seen[^1].Done, seen[^1].Total, seen[^1].Fraction));
        Assert.All(seen, at => Assert.InRange(at.Fraction, 0.0, 1.0));
    }

    [Fact]
    public void A_sweep_that_nobody_enumerates_any_more_stops_its_runs()
    {
        // Each point would take minutes.
        ReplayWorkload endless = SyntheticLoad.Create(
            new SyntheticOptions { InputTokens = 64, OutputTokens = 10_000, RequestCount = 200_000, ArrivalIntervalMs = 0 },
                EngineConfig.Default.BlockSize);
        List<SweepPoint> points = [.. Points(Grid with { Workers = [1] }),
            .. Points(Grid with { RouterModes = [RouterMode.RoundRobin], Workers = [2] }, workload: endless)];
        SweepRow first = Sweep.Run(points, 2).First();
        Assert.Equal(1, first.Workers);
    }

    [Fact]
    public void Cancelling_ends_the_enumeration()
    {
        using var stop = new CancellationTokenSource();
        using IEnumerator<SweepRow> rows = Sweep.Run(Points(), 1, cancellation: stop.Token).GetEnumerator();
        Assert.True(rows.MoveNext());
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            while (rows.MoveNext()) { }
        });
    }

    private sealed class Now(Action<SweepProgress> tell) : IProgress<SweepProgress>
    {
        public void Report(SweepProgress value) => tell(value);
    }
}
