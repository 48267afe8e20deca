using System.Globalization;
using AgentSim.Capacity;
using AgentSim.Engines;
using AgentSim.Metrics;
using AgentSim.Simulation;
using AgentSim.Sweeps;
using AgentSim.Workload;

namespace AgentSim.Tests.Capacity;

/// <summary>Answers are those of replays by hand, and say what has to be known of them.</summary>
public sealed class CapacityFinderTests : IDisposable
{
    private static readonly ReplayWorkload Load = SyntheticLoad.Create(
        new SyntheticOptions { InputTokens = 2000, OutputTokens = 40, RequestCount = 120, ArrivalIntervalMs = 4, SharedPrefixRatio = 0.5,
            NumPrefixGroups = 5 },
        EngineConfig.Default.BlockSize);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static CapacityQuestion Workers(string limit = "p99_ttft_ms=150") =>
        new() { Limits = [LimitRule.Parse(limit)], Minimum = 1, Maximum = 12 };

    private static CapacityAnswer Find(CapacityQuestion question, ReplaySettings? settings = null, ReplayWorkload? load = null,
        SweepCheckpoint? checkpoint = null) =>
        Assert.Single(CapacityFinder.Find(question, [new SweepPoint(load ?? Load, settings ?? new ReplaySettings())], 2, checkpoint));

    [Theory]
    [InlineData(RouterMode.RoundRobin)]
    [InlineData(RouterMode.KvRouter)]
    public void The_answer_is_that_of_replays_by_hand(RouterMode mode)
    {
        var settings = new ReplaySettings { RouterMode = mode };
        double P99(int workers, ulong seed) => Replay.Run(Load, settings with { Workers = workers, RouterSeed = seed,
            RouterMode = workers == 1 ? RouterMode.RoundRobin : mode }).Summary.Ttft.P99;
        int seeds = mode == RouterMode.KvRouter ? 3 : 1;
        double[] worst = [.. Enumerable.Range(1, 12).Select(n => Enumerable.Range(0, seeds)
            .Max(seed => P99(n, ReplaySettings.DefaultRouterSeed + (ulong)seed)))];
        int by = Array.FindLastIndex(worst, value => value > 150) + 2;

        CapacityAnswer answer = Find(Workers() with { SeedCount = 3 }, settings);
        Assert.Equal(by, answer.Answer);
        Assert.InRange(by, 2, 12);
        Assert.True(answer.Exhaustive);
        Assert.Equal(worst, answer.Points.Select(point => point.Limits[0].Value!.Value));
        Assert.All(answer.Points, point => Assert.Equal(point.Value == 1 ? 1 : seeds, point.Seeds));
        Assert.Equal(worst[by - 1], answer.Limits[0].Value);
        Assert.Equal(100 * (150 - worst[by - 1]) / 150, answer.Limits[0].MarginPercent!.Value, 9);
        Assert.Equal("p99_ttft_ms", answer.BindingMetric);
        Assert.StartsWith($"at {by - 1} p99_ttft_ms is ", answer.FailsBelow, StringComparison.Ordinal);
        Assert.Equal((CapacityVerdict.Uncalibrated, (long)by, (long)by), (answer.Verdict, answer.Workers, answer.Gpus));
        Assert.Contains("uncalibrated", answer.ToString(), StringComparison.Ordinal);
        Assert.Contains("H200", answer.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_range_of_more_values_is_searched_and_says_so()
    {
        CapacityAnswer whole = Find(Workers()), searched = Find(Workers() with { Maximum = 500 });
        Assert.Equal(whole.Answer, searched.Answer);
        Assert.False(searched.Exhaustive);
        Assert.InRange(searched.Points.Count, 3, 20);
        Assert.Contains("were replayed, not all", CapacityTable.Render([searched]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_range_in_which_nothing_passes_has_no_answer_and_says_what_is_missed()
    {
        CapacityAnswer answer = Find(Workers("p99_ttft_ms=1"));
        Assert.Null(answer.Answer);
        Assert.Null(answer.Gpus);
        Assert.Contains("no value from 1 to 12 keeps every limit", answer.ToString(), StringComparison.Ordinal);
        Assert.False(answer.Limits[0].Passed);
    }

    [Fact]
    public void Of_load_the_answer_is_the_greatest()
    {
        var question = new CapacityQuestion { Target = CapacityTarget.Rate, Limits = [LimitRule.Parse("p99_ttft_ms=400")], Minimum = 0.1,
            Maximum = 2, Step = 0.1 };
        CapacityAnswer answer = Find(question);
        CapacityPoint[] kept = [.. answer.Points.TakeWhile(point => point.Outcome == CapacityOutcome.Passed)];
        Assert.InRange(kept.Length, 1, 19);
        Assert.Equal(kept[^1].Value, answer.Answer);
        Assert.StartsWith($"at {CapacityText.Number(answer.Points[kept.Length].Value)} ", answer.FailsBelow, StringComparison.Ordinal);
    }

    [Fact]
    public void Requests_that_are_lost_flatter_no_latency_unless_a_limit_says_how_many_may_be()
    {
        var settings = new ReplaySettings { Engine = EngineConfig.Parse("""{"max_model_len":1500}""", "engine") };
        CapacityAnswer answer = Find(Workers("p99_ttft_ms=1e9"), settings);
        Assert.Null(answer.Answer);
        Assert.Contains(answer.Warnings, text => text.Contains("did not complete", StringComparison.Ordinal));
        var asked = Workers() with { Limits = [LimitRule.Parse("completed_requests>=120")] };
        Assert.Null(Find(asked, settings).Answer);
        Assert.Equal(1, Find(asked).Answer);
    }

    [Fact]
    public void Where_nothing_can_be_replayed_the_call_is_wrong()
    {
        string row = """{"timestamp":0,"input_length":64,"output_length":3,"hash_ids":[1]}""";
        ReplayWorkload single = WorkloadLoader.Load([_folder.Write("rows.jsonl", row)], new WorkloadOptions { TraceBlockSize = 64 });
        var tasks = new CapacityQuestion { Target = CapacityTarget.Tasks, Limits = [LimitRule.Parse("p99_ttft_ms=5")] };
        Assert.Equal("WorkloadKnobRefused", Assert.Throws<AgentSimException>(() => Find(tasks, load: single)).ErrorId);
        var engine = new ReplaySettings { Engine = EngineConfig.Parse("""{"num_gpu_blocks":2}""", "engine") };
        CapacityAnswer small = Find(new CapacityQuestion { Target = CapacityTarget.KvBlocks, Limits = [LimitRule.Parse("p99_ttft_ms=1e9")],
            Minimum = 2, Maximum = 60 }, engine);
        Assert.InRange(small.Answer!.Value, 32, 34);
        Assert.NotNull(small.Points[0].Problem);
    }

    [Fact]
    public void Money_is_the_price_by_what_was_done()
    {
        ReplaySettings settings = new() { Engine = EngineConfig.Parse("""{"aic_tp_size":2}""", "engine") };
        CapacityAnswer answer = Find(Workers() with { GpuPricePerHour = 2.5 }, settings);
        ReplayReport report = Replay.Run(Load, settings with { Workers = (int)answer.Answer!.Value }).Summary;
        Assert.Equal(report.GpuHours, answer.GpuHours!.Value, 12);
        Assert.Equal(2 * answer.Workers, answer.Gpus);
        Assert.Equal(2.5 * report.GpuHours, answer.Cost!.Value, 12);
        Assert.Equal(2.5 * report.GpuHours / report.TotalInputTokens * 1e6, answer.CostPerMillionInputTokens!.Value, 9);
        Assert.Equal(2.5 * report.GpuHours / report.TotalOutputTokens * 1e6, answer.CostPerMillionOutputTokens!.Value, 9);
        Assert.Null(answer.CostPerTask);
        Assert.Equal("2 per worker (aic_tp_size 2)", answer.GpusPerWorkerSource);
        CapacityAnswer free = Find(Workers());
        Assert.Null(free.Cost);
        Assert.Equal("1 per worker (1, as aic_tp_size is not given)", free.GpusPerWorkerSource);
    }

    [Fact]
    public void Tasks_cost_money_and_are_looked_for_up_to_as_many_as_there_are()
    {
        ReplayWorkload agents = WorkloadLoader.Load([TestData.PathOf("../../../samples/agent-small.trace.jsonl.gz")],
            new WorkloadOptions { Format = AgentSim.Rows.TraceFormat.Dynamo });
        var question = new CapacityQuestion { Target = CapacityTarget.Tasks, Limits = [LimitRule.Parse("p99_task_makespan_ms=1e7")],
            GpuPricePerHour = 1 };
        CapacityAnswer answer = Find(question, load: agents);
        Assert.Equal(answer.Maximum, answer.Answer);
        Assert.Equal(answer.Points.Count, answer.Maximum);
        Assert.Null(answer.FailsBelow);
        ReplayReport report = Replay.Run(agents, new ReplaySettings { ReportsAgents = true,
            Knobs = new WorkloadKnobs { ConcurrentTasks = (int)answer.Answer! } }).Summary;
        Assert.Equal(report.GpuHours / report.Agents!.CompletedTasks, answer.CostPerTask!.Value, 12);
    }

    [Fact]
    public void What_was_replayed_is_not_replayed_again_and_gives_the_same_answer()
    {
        CapacityAnswer Once()
        {
            using SweepCheckpoint checkpoint = SweepCheckpoint.Open(_folder.File("found.jsonl"), Load, new ReplaySettings());
            return Find(Workers(), checkpoint: checkpoint);
        }

        CapacityAnswer first = Once();
        long length = new FileInfo(_folder.File("found.jsonl")).Length;
        CapacityAnswer second = Once();
        Assert.Equal(length, new FileInfo(_folder.File("found.jsonl")).Length);
        Assert.Equal(CapacityTable.Render([first]), CapacityTable.Render([second]));
    }

    [Theory]
    [InlineData(1, 1e9, 1e-6, CapacityVerdict.Yes)]
    [InlineData(1, 1e9, 0.9, CapacityVerdict.TooCloseToCall)]
    [InlineData(50, 1e9, 1e-6, CapacityVerdict.Extrapolated)]
    public void With_a_profile_the_verdict_is_by_its_envelope_and_errors_also_from_a_checkpoint(
        double leastBatch, double mostBatch, double error, CapacityVerdict verdict)
    {
        ValueRange any = new(0, double.MaxValue);
        ReplaySettings settings = new()
        {
            Calibration = new CalibrationUse("mine.npz", "", "mine", [new StatedError("run", "ttft_p99", error, null)],
                new PassEnvelope(new ValueRange(leastBatch, mostBatch), any, any, any, any)),
        };
        CapacityAnswer Once()
        {
            using SweepCheckpoint checkpoint = SweepCheckpoint.Open(_folder.File("found.jsonl"), Load, settings);
            return Find(Workers(), settings, checkpoint: checkpoint);
        }

        CapacityAnswer first = Once(), second = Once();
        Assert.Equal((verdict, verdict), (first.Verdict, second.Verdict));
        Assert.All(first.Points, point => Assert.NotNull(point.OutsideShare));
        Assert.Equal(first.Points.Select(point => point.OutsideShare), second.Points.Select(point => point.OutsideShare));
        Assert.StartsWith("mine (mine.npz)", first.Timing, StringComparison.Ordinal);
    }

    [Fact]
    public void All_replays_of_a_range_are_points_in_a_stable_order()
    {
        SweepPoint[] configurations = [.. new SweepGrid { RouterModes = [RouterMode.RoundRobin, RouterMode.KvRouter] }
            .Points(new ReplaySettings()).Select(settings => new SweepPoint(Load, settings))];
        IReadOnlyList<SweepPoint> points = CapacityFinder.Points(Workers() with { Maximum = 3, SeedCount = 2 }, configurations);
        Assert.Equal(
            ["RoundRobin 1 0", "RoundRobin 2 0", "RoundRobin 3 0", "RoundRobin 1 0", "KvRouter 2 0", "KvRouter 2 1", "KvRouter 3 0",
                "KvRouter 3 1"],
            points.Select(point => string.Create(CultureInfo.InvariantCulture,
                $"{point.Settings.RouterMode} {point.Settings.Workers} {point.Settings.RouterSeed - ReplaySettings.DefaultRouterSeed}")));
    }

    [Fact]
    public void The_front_has_what_no_other_point_beats()
    {
        CapacityAnswer[] answers = [.. CapacityFinder.Find(Workers() with { FindsFront = true },
            [.. new SweepGrid { RouterModes = [RouterMode.RoundRobin, RouterMode.KvRouter] }.Points(new ReplaySettings())
                .Select(settings => new SweepPoint(Load, settings))], 2)];
        CapacityPoint[] all = [.. answers.SelectMany(answer => answer.Points)];
        Assert.All(all, point => Assert.Equal(
            !all.Any(other => other.Gpus <= point.Gpus && other.Limits[0].Value <= point.Limits[0].Value
                && (other.Gpus < point.Gpus || other.Limits[0].Value < point.Limits[0].Value)), point.IsOnFront));
        Assert.Contains(all, point => !point.IsOnFront);
        Assert.DoesNotContain(Find(Workers()).Points, point => point.IsOnFront);
    }

    [Theory]
    [InlineData(5.0, 4.0, null, 1)]
    [InlineData(0.0, null, null, 1)]
    [InlineData(1.5, null, null, 1)]
    [InlineData(1.0, 64.0, 0.0, 1)]
    [InlineData(1.0, 64.0, null, 0)]
    public void What_makes_no_range_is_refused(double? minimum, double? maximum, double? step, int seeds)
    {
        CapacityQuestion question = Workers() with { Minimum = minimum, Maximum = maximum, Step = step, SeedCount = seeds };
        Assert.Equal("CapacityRangeInvalid", Assert.Throws<AgentSimException>(question.Check).ErrorId);
    }

    [Fact]
    public void A_question_without_limits_and_one_with_percentages_are_refused()
    {
        Assert.Equal("LimitMissing", Assert.Throws<AgentSimException>(new CapacityQuestion().Check).ErrorId);
        CapacityQuestion relative = new() { Limits = [MetricLimit.Parse("p99_ttft_ms", "+5%")] };
        Assert.Equal("BaselineMissing", Assert.Throws<AgentSimException>(relative.Check).ErrorId);
    }
}
