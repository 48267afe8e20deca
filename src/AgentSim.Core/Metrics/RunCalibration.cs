using AgentSim.Engines;

namespace AgentSim.Metrics;

/// <summary>An error that a timing profile states of itself: of a run that it was not fitted to.</summary>
/// <param name="Run">The run, and what of it was held out.</param>
/// <param name="Metric">The quantity, as <c>e2e_mape</c>.</param>
/// <param name="Error">Relative error; 0.05 is 5 %.</param>
/// <param name="Baseline">The error of a prediction without a simulation, by the medians of the training data; null where there is
/// none.</param>
public sealed record StatedError(string Run, string Metric, double Error, double? Baseline);

/// <summary>The timing profile of a run and how far to trust its numbers (<c>run.calibration</c> of a report).</summary>
/// <param name="Profile">The profile's file.</param>
/// <param name="Sha256">SHA-256 of the profile.</param>
/// <param name="Deployment">Whose timing it is: server, model and hardware as given.</param>
/// <param name="Errors">What it states of itself; empty where nothing was held out.</param>
/// <param name="OutsideShare">Share of the busy time in passes unlike those that it was fitted to, 0 to 1.</param>
public sealed record RunCalibration(string Profile, string Sha256, string Deployment, IReadOnlyList<StatedError> Errors,
    double OutsideShare)
{
    /// <summary>Share of the busy time above which a run counts as extrapolated.</summary>
    public const double MostOutside = 0.01;

    /// <summary>True where more than 1 % of the busy time lies outside of what the profile was fitted to.</summary>
    public bool IsExtrapolated => OutsideShare > MostOutside;

    /// <summary>All of it in one line.</summary>
    public override string ToString()
    {
        string errors = Errors.Count == 0 ? "no error is stated, since no run was held out" : "held-out errors " + string.Join(", ", Errors
            .Where(error => error.Metric is "e2e_mape" or "e2e_mean" or "ttft_p50" or "throughput")
            .GroupBy(error => error.Metric).Take(4).Select(group =>
                FormattableString.Invariant($"{group.Key} {100 * group.MaxBy(error => Math.Abs(error.Error))!.Error:0.#} %")));
        string outside = IsExtrapolated ? FormattableString.Invariant(
            $"; extrapolated: {100 * OutsideShare:0.#} % of the busy time is unlike the runs it was fitted to") : "";
        return $"{Deployment} ({System.IO.Path.GetFileName(Profile)}); {errors}{outside}";
    }
}

/// <summary>A timing profile as a replay uses it.</summary>
/// <param name="Profile">The profile's file.</param>
/// <param name="Sha256">SHA-256 of the profile.</param>
/// <param name="Deployment">Whose timing it is.</param>
/// <param name="Errors">What it states of itself.</param>
/// <param name="Envelope">What it was fitted to; null: operator tables, which have no runs.</param>
public sealed record CalibrationUse(string Profile, string Sha256, string Deployment, IReadOnlyList<StatedError> Errors,
    PassEnvelope? Envelope);
