using System.Globalization;
using AgentSim.Engines;
using AgentSim.Metrics;

namespace AgentSim.Simulation;

/// <summary>Whose timing the numbers of a run rest on.</summary>
internal static class RunTiming
{
    /// <summary>The deployment whose latencies are built in (behaviour 02#3.2).</summary>
    public const string Deployment = "nvidia/Llama-3.1-8B-Instruct-FP8 on one H200, vLLM";

    /// <summary>What is said of them wherever a run rests on them.</summary>
    public const string BuiltIn =
        $"built-in: {Deployment}, August 2025; on another deployment latencies may be off by " +
        "half (calibrate yours)";

    /// <summary>What a run reports of its profile.</summary>
    public static RunCalibration? Of(CalibrationUse? use, EnvelopeCounter? envelope) =>
        use is null ? null : new RunCalibration(use.Profile, use.Sha256, use.Deployment, use.Errors, envelope?.OutsideShare ?? 0);

    /// <summary>One line.</summary>
    public static string Describe(ReplaySettings settings, RunCalibration? calibration)
    {
        if (calibration is not null) return calibration.ToString();
        string[] profiles = [.. ((EngineConfig[])(settings.Pools is { } pools ? [pools.Prefill, pools.Decode] : [settings.Engine]))
            .Select(engine => engine.Arguments.PlannerProfileData is { } path ? $"{Path.GetFileName(path)}, whose errors are not stated"
                : BuiltIn).Distinct()];
        return string.Join("; ", profiles);
    }

    /// <summary>That a run is unlike what its profile was fitted to.</summary>
    public static IEnumerable<RunWarning> Warnings(RunCalibration? calibration)
    {
        if (calibration is not { IsExtrapolated: true }) yield break;
        yield return new RunWarning(WarningCodes.TimingExtrapolated,
            $"{Extrapolated(calibration.OutsideShare, "the busy time", Path.GetFileName(calibration.Profile))}, and its stated errors " +
            "do not hold for them; calibrate with such a run, too");
    }

    /// <summary>That a profile says little of a run, as the beginning of a sentence.</summary>
    /// <param name="outsideShare">Share of the busy time in passes unlike what the profile was fitted to.</param>
    /// <param name="busyTime">Whose busy time.</param>
    /// <param name="profile">The profile.</param>
    public static string Extrapolated(double outsideShare, string busyTime, string profile) => string.Create(CultureInfo.InvariantCulture,
        $"extrapolated: {100 * outsideShare:0.#} % of {busyTime} is in passes unlike the runs that {profile} was fitted to");
}
