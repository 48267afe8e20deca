using AgentSim.Calibration;
using AgentSim.Measurements;
using AgentSim.Reports;

namespace AgentSim.Cli;

/// <summary><c>agentsim validate</c>: recorded against simulated, with a timing profile or the built-in timing.</summary>
internal static class ValidateCommand
{
    public static readonly CommandSpec Spec = new(
        "validate",
        "Holds a timing profile, or the built-in timing, against recorded runs.",
        "MEASUREMENT... [--timing-profile NAME.npz] [--fail-on RULE]... [OPTIONS]",
        "Recorded runs, as calibrate takes them. FILE#N: stage N.",
        [
            new("--timing-profile", "FILE", "The profile, as calibrate writes it; without it: the built-in timing"),
            new("--fail-on", "RULE...", "Exit 1 where it holds: 'e2e_mape>5%', 'ttft_p50>12%', 'throughput>5%'; may be repeated",
                OptionValue.Many),
            .. CalibrationArguments.Server,
        ],
        Run);

    private static void Run(OptionValues values, IReadOnlyList<string> files, CancellationToken cancellation)
    {
        if (files.Count == 0) throw Errors.OptionMissing.Usage("validate takes one or more measurements");
        AccuracyLimit[] limits = [.. values.All("--fail-on").Select(AccuracyLimit.Parse)];
        CalibrationOptions options = CalibrationArguments.Of(values);
        TimingProfile? profile = values.Text("--timing-profile") is { } path ? TimingProfile.Read(path) : null;
        List<string> missed = [];
        foreach (Measurement run in MeasurementReader.Read(files, cancellation))
        {
            ProfileTestResult result = ProfileTest.Run(profile, run, options, cancellation);
            foreach (RunWarning warning in result.Warnings) Messages.WriteLine($"agentsim: warning: {warning.Message}");
            Output.Write(AccuracyTable.Render(result));
            foreach (AccuracyLimit limit in limits)
            {
                // What a run does not have cannot be said to be kept.
                if (limit.Keeps(result) != true) missed.Add($"{result.Run}: {limit}");
            }
        }

        if (missed.Count > 0) throw Errors.LimitMissed.Error(
            $"{missed.Count} limit{(missed.Count == 1 ? "" : "s")} missed; the first: {missed[0]}");
    }
}
