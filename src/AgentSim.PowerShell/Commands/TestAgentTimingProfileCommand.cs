using System.Management.Automation;
using AgentSim.Calibration;
using AgentSim.Measurements;

namespace AgentSim.PowerShell.Commands;

/// <summary>Holds a timing profile, or the built-in timing, against recorded runs.</summary>
[Cmdlet(VerbsDiagnostic.Test, "AgentTimingProfile")]
[OutputType(typeof(ProfileTestResult))]
public sealed class TestAgentTimingProfileCommand : MeasurementCommand
{
    private AccuracyLimit[] _limits = [];
    private TimingProfile? _profile;

    /// <summary>Recorded runs, or paths of their files.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("FullName")]
    [ValidateNotNullOrEmpty]
    public object[] Measurement { get; set; } = [];

    /// <summary>The profile; without it: the built-in timing.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    [PathName]
    public string? TimingProfile { get; set; }

    /// <summary>Bounds on errors, as e2e_mape&gt;5%: a run that misses one is an error.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] FailOn { get; set; } = [];

    /// <inheritdoc/>
    protected override void Start()
    {
        _limits = [.. FailOn.Select(AccuracyLimit.Parse)];
        if (TimingProfile is { } path) _profile = Calibration.TimingProfile.Read(PathCommand.FileSystemPath(this, path));
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (Measurement run in Runs(Measurement))
        {
            ProfileTestResult result = ProfileTest.Run(_profile, run, Options(), Cancellation);
            foreach (RunWarning warning in result.Warnings) WriteWarning(warning.Message);
            WriteObject(result);
            foreach (AccuracyLimit limit in _limits)
            {
                if (limit.Keeps(result) != true)
                    WriteError(ErrorRecords.Of(Errors.LimitMissed.Error($"{result.Run} misses a limit: {limit}"), result));
            }
        }
    }
}
