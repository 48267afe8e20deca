using AgentSim.Capacity;
using AgentSim.Metrics;
using AgentSim.Simulation;

namespace AgentSim.Tests.Capacity;

/// <summary>Verdicts come in their order, and a stated error is that of the metric's kind.</summary>
public class CapacityJudgeTests
{
    private static readonly StatedError[] Errors =
    [
        new("run", "ttft_p99", -0.2, null), new("other run", "ttft_p99", 0.1, null), new("run", "ttft_mape", 0.15, null),
        new("run", "tpot_mape", 0.05, null), new("run", "e2e_mean", 0.02, null), new("run", "e2e_mape", 0.03, null),
        new("run", "throughput", 0.5, null),
    ];

    private static readonly ReplaySettings Calibrated =
        new() { Calibration = new CalibrationUse("mine.npz", "", "mine", Errors, null) };

    private static CapacityPoint Point(double margin, CapacityOutcome outcome = CapacityOutcome.Passed, double outside = 0,
        string metric = "p99_ttft_ms") => new()
    {
        Value = 4, Outcome = outcome, Seeds = 2, Gpus = 4, OutsideShare = outside,
        Limits = [new CapacityMargin(metric, "100", 100 - margin, margin, margin >= 0, null, 100)],
    };

    private static CapacityVerdict Verdict(CapacityPoint? answer, CapacityPoint? below, ReplaySettings? settings = null) =>
        CapacityJudge.Of(settings ?? Calibrated, answer, below).Verdict;

    [Fact]
    public void The_first_that_holds_is_said()
    {
        CapacityPoint mixed = Point(-1, CapacityOutcome.Mixed), failed = Point(-50, CapacityOutcome.Failed);
        Assert.Equal(CapacityVerdict.Uncalibrated, Verdict(Point(1, outside: 0.5), mixed, new ReplaySettings()));
        Assert.Equal(CapacityVerdict.Extrapolated, Verdict(Point(1, outside: 0.02), mixed));
        Assert.Equal(CapacityVerdict.TooCloseToCall, Verdict(Point(50), mixed));
        Assert.Equal(CapacityVerdict.TooCloseToCall, Verdict(Point(19.9), failed));
        Assert.Equal(CapacityVerdict.Yes, Verdict(Point(20.1, outside: 0.01), failed));
        Assert.Equal(CapacityVerdict.Yes, Verdict(Point(20.1), null));
        Assert.Equal(CapacityVerdict.No, Verdict(null, failed));
        Assert.Equal(CapacityVerdict.TooCloseToCall, Verdict(null, mixed));
        Assert.Equal(CapacityVerdict.TooCloseToCall, Verdict(null, Point(-10, CapacityOutcome.Failed)));
        Assert.Equal(CapacityVerdict.Extrapolated, Verdict(null, Point(-50, CapacityOutcome.Failed, outside: 0.3)));
    }

    [Fact]
    public void A_curve_is_extrapolated_where_any_size_is()
    {
        CapacityPoint[] sizes = [Point(1) with { Limits = [] }, Point(1, outside: 0.5) with { Limits = [] }];
        Assert.Equal(CapacityVerdict.Uncalibrated, CapacityJudge.OfCurve(new ReplaySettings(), sizes).Verdict);
        Assert.Equal(CapacityVerdict.Extrapolated, CapacityJudge.OfCurve(Calibrated, sizes).Verdict);
        (CapacityVerdict verdict, string reason) = CapacityJudge.OfCurve(Calibrated, sizes[..1]);
        Assert.Equal((CapacityVerdict.Yes, "no limit was given: this is the curve alone"), (verdict, reason));
    }

    [Theory]
    [InlineData("p99_ttft_ms", 0.2)]
    [InlineData("mean_ttft_ms", 0.15)]
    [InlineData("p99_itl_ms", 0.05)]
    [InlineData("mean_tpot_ms", 0.05)]
    [InlineData("mean_e2e_latency_ms", 0.02)]
    [InlineData("p90_task_makespan_ms", 0.03)]
    [InlineData("request_throughput_rps", 0.03)]
    public void A_metric_is_held_against_the_error_of_its_kind(string metric, double error) =>
        Assert.Equal(error, CapacityJudge.ErrorOf(metric, Errors));

    [Fact]
    public void A_profile_that_states_no_error_makes_no_yes()
    {
        var unstated = new ReplaySettings { Calibration = new CalibrationUse("mine.npz", "", "mine", [], null) };
        (CapacityVerdict verdict, string reason) = CapacityJudge.Of(unstated, Point(90), null);
        Assert.Equal(CapacityVerdict.TooCloseToCall, verdict);
        Assert.Contains("states no error for p99_ttft_ms", reason, StringComparison.Ordinal);
    }
}
