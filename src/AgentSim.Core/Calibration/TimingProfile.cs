using System.Text.Json.Serialization;
using AgentSim.Engines;
using AgentSim.Measurements;
using AgentSim.Metrics;
using AgentSim.Workload;

namespace AgentSim.Calibration;

/// <summary>A coefficient of a fitted timing.</summary>
/// <param name="Name">Its name in the formula, as <c>B0</c>.</param>
/// <param name="Value">Its value, ms.</param>
/// <param name="Low">Lower end of the 95 % interval (bootstrap over requests); null: not known.</param>
/// <param name="High">Upper end.</param>
public sealed record Coefficient(string Name, double Value, double? Low, double? High);

/// <summary>The errors of a run that was not fitted to.</summary>
/// <param name="Run">The run.</param>
/// <param name="HeldOut">What of it was held out: <c>whole run</c>, or <c>last 50 of 150 requests</c>.</param>
/// <param name="Rows">The quantities.</param>
public sealed record HeldOutErrors(string Run, string HeldOut, IReadOnlyList<AccuracyRow> Rows);

/// <summary>
/// A deployment's timing: the arrays of a planner profile, and beside them what they belong to, what they were fitted to and how well
/// (<c>NAME.npz</c> and <c>NAME.calibration.json</c>).
/// </summary>
public sealed class TimingProfile
{
    internal TimingProfile(ProfileTables tables) => Tables = tables;

    // One that was stored, or sent from another session: it is what its files are.
    [JsonConstructor]
    internal TimingProfile(string path)
    {
        TimingProfile read = Read(path);
        (Tables, Path, Sha256, Server, Sources, Formula) = (read.Tables, read.Path, read.Sha256, read.Server, read.Sources, read.Formula);
        (Coefficients, ClientOffsetMs, Prompts, Envelope, Training) = (read.Coefficients, read.ClientOffsetMs, read.Prompts, read.Envelope,
            read.Training);
        (Errors, Warnings, Version) = (read.Errors, read.Warnings, read.Version);
    }

    /// <summary>The arrays.</summary>
    internal ProfileTables Tables { get; }

    /// <summary>The file it was read from or written to; null: none yet.</summary>
    public string? Path { get; internal set; }

    /// <summary>SHA-256 of the arrays' file; null: not written yet.</summary>
    public string? Sha256 { get; internal set; }

    /// <summary>The server it belongs to.</summary>
    public MeasuredServer Server { get; internal init; } = new();

    /// <summary>The measurements' files.</summary>
    public IReadOnlyList<WorkloadInput> Sources { get; internal init; } = [];

    /// <summary>What the coefficients mean; null: the arrays come from operator tables.</summary>
    public string? Formula { get; internal init; }

    /// <summary>The coefficients.</summary>
    // arrays, which shells can index
    public IReadOnlyList<Coefficient> Coefficients { get; internal init => field = value.ToArray(); } = [];

    /// <summary>
    /// What client and API add to TTFT and latency, ms. No engine time: it counts only where prediction is held against measurement.
    /// </summary>
    public double ClientOffsetMs { get; internal init; }

    /// <summary>Which prompts were taken to be equal.</summary>
    public PromptAssumption Prompts { get; internal init; }

    /// <summary>What the passes of the fitted runs were like; null: there were none.</summary>
    public PassEnvelope? Envelope { get; internal init; }

    /// <summary>Medians of the requests fitted to, for the baseline.</summary>
    internal TrainingMedians? Training { get; init; }

    /// <summary>Errors of what was held out.</summary>
    public IReadOnlyList<HeldOutErrors> Errors { get; internal init => field = value.ToArray(); } = [];

    /// <summary>What the profile has to be used with care for.</summary>
    public IReadOnlyList<RunWarning> Warnings { get; internal init; } = [];

    /// <summary>Version of AgentSim that made it.</summary>
    public string Version { get; internal init; } = "";

    /// <summary>Whose timing it is, in a few words.</summary>
    public string Deployment
    {
        get
        {
            string what = Server.Model ?? "a measured server";
            if (Server.Hardware is { } hardware) what += $" on {hardware}";
            if (Server.TensorParallelSize > 1) what += $", TP{Server.TensorParallelSize}";
            return Server.Engine is null ? what : $"{what}, {Server.Engine} {Server.EngineVersion}".TrimEnd();
        }
    }

    /// <summary>What a replay carries of it.</summary>
    internal CalibrationUse Use => new(Path ?? "", Sha256 ?? "", Deployment,
        [.. Errors.SelectMany(run => run.Rows.Select(row => new StatedError($"{run.Run} ({run.HeldOut})", row.Metric, row.Error,
            row.Baseline)))], Envelope);

    /// <summary>The file beside the profile.</summary>
    /// <param name="profile">The profile's file.</param>
    public static string SidecarOf(string profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        return (profile.EndsWith(".npz", StringComparison.OrdinalIgnoreCase) ? profile[..^4] : profile) + ".calibration.json";
    }

    /// <summary>Reads a profile and the file beside it.</summary>
    /// <param name="path">The <c>.npz</c> file.</param>
    /// <exception cref="AgentSimException">A file is missing or malformed, or the two do not belong together.</exception>
    public static TimingProfile Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        ProfileTables tables = ProfileTables.Load(path);
        string sidecar = SidecarOf(path);
        if (!File.Exists(sidecar))
        {
            throw AgentSim.Errors.CalibrationMissing.At(path, 0,
                $"{System.IO.Path.GetFileName(sidecar)} is not beside it, which says what the profile belongs to and how well it was " +
                    "fitted; copy it there, or name the profile as planner_profile_data of the engine, which takes the timing alone");
        }

        TimingProfile profile = CalibrationJson.Read(sidecar, tables, out string stated);
        profile.Path = path;
        profile.Sha256 = ProfileDigest.Of(path);
        if (!string.Equals(stated, profile.Sha256, StringComparison.OrdinalIgnoreCase))
        {
            throw AgentSim.Errors.CalibrationMismatch.At(sidecar, 0,
                $"belongs to another {System.IO.Path.GetFileName(path)} (its digest is {stated}, the file's is {profile.Sha256}); " +
                    "calibrate anew, or put the two files of one calibration together");
        }

        return profile;
    }

    /// <summary>Writes both files.</summary>
    /// <param name="path">The <c>.npz</c> file.</param>
    /// <exception cref="AgentSimException">A file cannot be written.</exception>
    public void Write(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using var bytes = new MemoryStream();
        Tables.Write(bytes);
        Sha256 = ProfileDigest.Of(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
        Path = path;
        using var files = new Files.OutputSet();
        files.Write(path, stream => stream.Write(bytes.GetBuffer(), 0, (int)bytes.Length));
        files.Write(SidecarOf(path), stream => CalibrationJson.Write(stream, this));
        files.Commit();
    }

    /// <summary>Whose timing it is.</summary>
    public override string ToString() => Deployment;
}
