using System.Globalization;
using AgentSim.Metrics;
using AgentSim.Simulation;

namespace AgentSim.Capacity;

/// <summary>Says how far an answer holds.</summary>
internal static class CapacityJudge
{
    /// <param name="settings">The configuration.</param>
    /// <param name="answer">The point of the answer; null: there is none.</param>
    /// <param name="below">The point one step from it; without an answer the best of the range; null: none was replayed.</param>
    public static (CapacityVerdict Verdict, string Reason) Of(ReplaySettings settings, CapacityPoint? answer, CapacityPoint? below)
    {
        if (settings.Calibration is not { } calibration)
            return (CapacityVerdict.Uncalibrated, $"uncalibrated: {RunTiming.Describe(settings, null)}");
        CapacityPoint? judged = answer ?? below;
        if (judged is { OutsideShare: > RunCalibration.MostOutside and { } outside })
        {
            string busyTime = string.Create(CultureInfo.InvariantCulture, $"the busy time at {judged.Value}");
            return (CapacityVerdict.Extrapolated,
                RunTiming.Extrapolated(outside, busyTime, Path.GetFileName(calibration.Profile)));
        }

        if (below is { Outcome: CapacityOutcome.Mixed })
            return (CapacityVerdict.TooCloseToCall, string.Create(CultureInfo.InvariantCulture,
                $"too close to call: at {below.Value} the seeds disagree"));
        if (judged is not null && TooClose(judged, calibration) is { } reason) return (CapacityVerdict.TooCloseToCall, reason);
        return answer is null ? (CapacityVerdict.No, "no value of the range keeps every limit")
            : (CapacityVerdict.Yes, "every limit is kept, by more than the stated errors");
    }

    /// <summary>Says it of a curve, which answers no question but rests on the same timing.</summary>
    public static (CapacityVerdict Verdict, string Reason) OfCurve(ReplaySettings settings, IReadOnlyList<CapacityPoint> points)
    {
        (CapacityVerdict verdict, string reason) = Of(settings, points.MaxBy(point => point.OutsideShare), null);
        return (verdict, verdict == CapacityVerdict.Yes ? "no limit was given: this is the curve alone" : reason);
    }

    private static string? TooClose(CapacityPoint point, CalibrationUse calibration)
    {
        foreach (CapacityMargin limit in point.Limits)
        {
            if (ErrorOf(limit.Metric, calibration.Errors) is not { } error)
                return $"too close to call: {Path.GetFileName(calibration.Profile)} states no error for {limit.Metric}, since no run "
                    + "was held out";
            if (limit.MarginPercent is not { } margin || Math.Abs(margin) >= 100 * error) continue;
            return string.Create(CultureInfo.InvariantCulture,
                $"too close to call: {limit.Metric} is {Math.Abs(margin):0.#} % from its limit, and the stated error is "
                    + $"{100 * error:0.#} %");
        }

        return null;
    }

    /// <summary>
    /// The stated error that a metric is held against, as a share: TTFT's for times to first token, TPOT's for gaps between tokens, that of
    /// latencies for all else; of the same statistic where it is stated, else of the single requests. The worst of several runs.
    /// </summary>
    internal static double? ErrorOf(string metric, IReadOnlyList<StatedError> errors)
    {
        string family = metric.Contains("ttft", StringComparison.Ordinal) ? "ttft"
            : metric.Contains("tpot", StringComparison.Ordinal) || metric.Contains("itl", StringComparison.Ordinal)
                || metric.Contains("ttst", StringComparison.Ordinal) ? "tpot" : "e2e";
        string statistic = metric.StartsWith("mean_", StringComparison.Ordinal) ? "mean"
            : metric.StartsWith("median_", StringComparison.Ordinal) ? "p50" : metric.Split('_')[0];
        foreach (string name in (string[])[$"{family}_{statistic}", $"{family}_mape"])
        {
            double[] stated = [.. errors.Where(error => error.Metric == name).Select(error => Math.Abs(error.Error))];
            if (stated.Length > 0) return stated.Max();
        }

        double[] others = [.. errors.Where(error => error.Metric.StartsWith(family + "_", StringComparison.Ordinal))
            .Select(error => Math.Abs(error.Error))];
        return others.Length > 0 ? others.Max() : null;
    }
}
