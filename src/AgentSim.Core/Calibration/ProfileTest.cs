using AgentSim.Engines;
using AgentSim.Measurements;
using AgentSim.Metrics;
using AgentSim.Simulation;

namespace AgentSim.Calibration;

/// <summary>A measured run beside its simulation.</summary>
/// <param name="Run">The run.</param>
/// <param name="Timing">Whose timing it was simulated with.</param>
/// <param name="Rows">Every quantity measured and simulated.</param>
/// <param name="OutsideShare">Share of the busy time in passes unlike what the profile was fitted to; null: it has no such range.</param>
public sealed record ProfileTestResult(string Run, string Timing, IReadOnlyList<AccuracyRow> Rows, double? OutsideShare)
{
    /// <summary>What the numbers have to be read with.</summary>
    public IReadOnlyList<RunWarning> Warnings { get; init; } = [];
}

/// <summary>Holds a timing against measurements.</summary>
public static class ProfileTest
{
    /// <summary>Simulates a measured run.</summary>
    /// <param name="profile">The timing; null: the built-in one, so that one sees how far it is from this server.</param>
    /// <param name="run">The measurement.</param>
    /// <param name="options">What is known of the server, and which prompts are equal; what they leave out the profile says.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="AgentSimException">The run cannot be simulated.</exception>
    public static ProfileTestResult Run(TimingProfile? profile, Measurement run, CalibrationOptions options,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(options);
        List<RunWarning> warnings = [];
        run = Calibrator.Checked(run, options, warnings);
        MeasuredServer server = options.Server.Or(run.Server);
        if (profile is not null) server = server.Or(profile.Server);
        EngineConfig engine = MeasuredEngine.Of(server, warnings, needsBlocks: profile is not null);
        if (options.Prompts is null && profile is not null) options = options with { Prompts = profile.Prompts };
        if (!run.KnowsPrompts) warnings.Add(Calibrator.OfPrompts(options.Prompts));
        EnvelopeCounter? counter = profile?.Envelope is { } envelope ? new EnvelopeCounter(envelope) : null;
        Prediction prediction = new RunSimulation(run, engine, Calibrator.Prompts(run, options), cancellation)
            .Predict(profile?.Tables, counter, cancellation);
        double? outside = counter?.OutsideShare;
        if (outside is > RunCalibration.MostOutside and double share)
        {
            warnings.Add(new RunWarning(WarningCodes.TimingExtrapolated,
                RunTiming.Extrapolated(share, $"the busy time of {run.Name}", "the profile")));
        }

        string timing = profile?.Deployment ?? $"the built-in timing ({RunTiming.Deployment})";
        return new ProfileTestResult(run.Name, timing, Accuracy.Of(run, prediction, profile?.ClientOffsetMs ?? 0, profile?.Training),
            outside) { Warnings = warnings };
    }
}
