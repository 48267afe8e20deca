using System.Management.Automation;
using AgentSim.Calibration;
using AgentSim.Measurements;

namespace AgentSim.PowerShell.Commands;

/// <summary>Fits a timing profile of a deployment to measurements of it.</summary>
[Cmdlet(VerbsCommon.New, "AgentTimingProfile", SupportsShouldProcess = true)]
[OutputType(typeof(TimingProfile))]
public sealed class NewAgentTimingProfileCommand : MeasurementCommand
{
    private readonly List<object> _given = [];

    /// <summary>The profile to write, NAME.npz; NAME.calibration.json comes beside it.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    [PathName]
    public string OutputPath { get; set; } = "";

    /// <summary>Measurements to fit to, or paths of their files.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true)]
    [Alias("FullName")]
    [ValidateNotNullOrEmpty]
    public object[] Measurement { get; set; } = [];

    /// <summary>Runs that are not fitted to: the errors are stated of them.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [PathName]
    public object[] HoldOut { get; set; } = [];

    /// <summary>Without held-out runs: share of the last requests of each run that is not fitted to.</summary>
    [Parameter]
    [ValidateRange(0.0, 0.9)]
    [Number]
    public double HoldOutShare { get; set; } = new CalibrationOptions().HeldOutShare;

    /// <summary>Operator tables only: layers of the model.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [Number(Whole = true)]
    public int? Layers { get; set; }

    /// <summary>Replaces the files if they exist.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void Process() => _given.AddRange(Measurement);

    /// <inheritdoc/>
    protected override void Finish()
    {
        string target = PathCommand.FileSystemPath(this, OutputPath);
        if (!target.EndsWith(".npz", StringComparison.OrdinalIgnoreCase))
            throw Errors.OptionValueInvalid.Usage($"-{nameof(OutputPath)} must end in .npz (is {Quote.Of(OutputPath)})");
        if (!ShouldProcess(target, "Write a timing profile")) return;
        foreach (string file in (string[])[target, TimingProfile.SidecarOf(target)])
        {
            if (File.Exists(file) && !Force) throw ErrorRecords.OutputExists(file);
        }

        CalibrationOptions options = Options() with { HeldOutShare = HoldOutShare, HeldOut = HoldOut.Length > 0 ? Runs(HoldOut) : [] };
        TimingProfile profile = TablesOf() is { } tables ? Calibrator.FromOperators(tables, options, Cancellation)
            : Calibrator.Fit(Runs(_given), options, null, Cancellation);
        profile.Write(target);
        foreach (RunWarning warning in profile.Warnings) WriteWarning(warning.Message);
        WriteObject(profile);
    }

    private OperatorTables? TablesOf()
    {
        object? only = _given.Count == 1 ? (_given[0] as PSObject)?.BaseObject ?? _given[0] : null;
        string? folder = only switch { DirectoryInfo info => info.FullName, string text => PathCommand.FileSystemPath(this, text),
            _ => null };
        if (folder is null || !Directory.Exists(folder) || !OperatorTables.Is(folder)) return null;
        return OperatorTables.Read(folder, Layers
            ?? throw Errors.OptionMissing.Usage($"operator tables are of one layer; give -{nameof(Layers)}, the layers of the model"));
    }
}
