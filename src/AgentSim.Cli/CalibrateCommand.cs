using AgentSim.Calibration;
using AgentSim.Measurements;
using AgentSim.Reports;

namespace AgentSim.Cli;

/// <summary><c>agentsim calibrate</c>: a timing profile of a deployment from measurements of it.</summary>
internal static class CalibrateCommand
{
    public static readonly CommandSpec Spec = new(
        "calibrate",
        "Fits a timing profile to recorded runs of a server, for replay --timing-profile.",
        "MEASUREMENT... -o NAME.npz [--hold-out MEASUREMENT]... [OPTIONS]",
        "Captured traces, results of vllm bench serve --save-detailed, AIPerf, inference-perf, Dynamo's forward passes; "
            + "a folder of its planner or of operator tables. FILE#N: stage N.",
        [
            new("--output", "FILE", "The profile to write, NAME.npz; NAME.calibration.json comes beside it", Short: "-o"),
            new("--hold-out", "FILE...", "A run that is not fitted to: the errors are stated of it", OptionValue.Many),
            new("--hold-out-share", "X",
                "Without --hold-out: share of the last requests of each run that is not fitted to (default 0.333)"),
            new("--layers", "N", "Operator tables only: layers of the model"),
            .. CalibrationArguments.Server,
        ],
        Run);

    private static void Run(OptionValues values, IReadOnlyList<string> files, CancellationToken cancellation)
    {
        if (values.Text("--output") is not { } output) throw Errors.OptionMissing.Usage("--output (-o) is required");
        if (!output.EndsWith(".npz", StringComparison.OrdinalIgnoreCase))
            throw Errors.OptionValueInvalid.Usage($"--output must end in .npz (is {Quote.Of(output)})");
        if (files.Count == 0) throw Errors.OptionMissing.Usage("calibrate takes one or more measurements");
        double share = values.Real("--hold-out-share") ?? new CalibrationOptions().HeldOutShare;
        if (!(share >= 0 && share <= 0.9)) throw Errors.OptionValueInvalid.Usage($"--hold-out-share must be 0 to 0.9 (is {share})");
        IReadOnlyList<string> held = values.All("--hold-out");
        CalibrationOptions options = CalibrationArguments.Of(values) with
        {
            HeldOutShare = share,
            HeldOut = held.Count > 0 ? MeasurementReader.Read(held, cancellation) : [],
        };
        TimingProfile profile = files.Count == 1 && Directory.Exists(files[0]) && OperatorTables.Is(files[0])
            ? Calibrator.FromOperators(OperatorTables.Read(files[0], Layers(values)), options, cancellation)
            : Calibrator.Fit(MeasurementReader.Read(files, cancellation), options, new Said(), cancellation);
        profile.Write(output);
        foreach (RunWarning warning in profile.Warnings) Messages.WriteLine($"agentsim: warning: {warning.Message}");
        string sidecar = TimingProfile.SidecarOf(output);
        Output.Write($"{AccuracyTable.Render(profile)}Saved the profile to: {Quote.Shown(output)}, " +
            $"and what is known of it to: {Quote.Shown(sidecar)}\n");
    }

    private static int Layers(OptionValues values) => (int)(CalibrationArguments.Count(values, "--layers")
        ?? throw Errors.OptionMissing.Usage("operator tables are of one layer: --layers N, the layers of the model, is required"));

    private sealed class Said : IProgress<string>
    {
        public void Report(string value) => Messages.WriteLine($"agentsim: {value} ...");
    }
}
