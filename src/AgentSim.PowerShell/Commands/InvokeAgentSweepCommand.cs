using System.Management.Automation;
using AgentSim.Simulation;
using AgentSim.Sweeps;

namespace AgentSim.PowerShell.Commands;

/// <summary>Replays one workload with all combinations of some settings, several at the same time.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "AgentSweep", DefaultParameterSetName = InputObjectSet, SupportsShouldProcess = true)]
[OutputType(typeof(SweepRow), typeof(Job))]
public sealed class InvokeAgentSweepCommand : GridCommand
{
    private const string KeepPoints = "Keep the finished points of the sweep";

    private ReplaySettings _common = new();
    private ReplaySettings[] _settings = [];

    /// <summary>Metrics that rows have as properties, too, by their names in reports; wildcards are allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(MetricCompleter))]
    public string[]? Metric { get; set; }

    /// <summary>Runs in the background, as a thread job.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    /// <inheritdoc/>
    protected override void Start()
    {
        (_common, _settings) = Combinations();
        IReadOnlyList<ReplaySettings> usable = SweepChecks.Usable(_settings, Format);
        CheckPlaces();
        if (AsJob) return;   // the job says so
        foreach (RunWarning warning in SweepChecks.Warnings(usable, IsSynthetic ? Synthesis() : null)) Warn(warning);
    }

    /// <inheritdoc/>
    protected override void Finish()
    {
        if (AsJob)
        {
            if (CheckpointPath is null || ShouldProcess(FileSystemPath(CheckpointPath), KeepPoints)) WriteObject(StartJob(Resolved()));
            return;
        }

        WriteVerbose($"Replaying {_settings.Length} combinations, at most {ThrottleLimit} at the same time");
        SweepPoint[] points = Points(_settings);
        WithCheckpoint(KeepPoints, points[0].Workload, _common, checkpoint =>
            WithMachines(points, machines => Run(points, checkpoint, machines)));
    }

    // The row itself, with a property more for each metric: what takes rows takes it, and Export-Csv has the metrics.
    private PSObject WithMetrics(SweepRow row)
    {
        var shown = new PSObject(row);
        WildcardPattern[] patterns = [.. Metric!.Select(name => new WildcardPattern(name, WildcardOptions.IgnoreCase))];
        foreach (Metrics.Metric metric in row.Metrics.Where(metric => patterns.Any(pattern => pattern.IsMatch(metric.Name))))
        {
            if (shown.Properties[metric.Name] is null) shown.Properties.Add(new PSNoteProperty(metric.Name, metric.Value));
        }

        return shown;
    }

    private void Run(SweepPoint[] points, SweepCheckpoint? checkpoint, SweepMachines? machines)
    {
        var progress = new ProgressDisplay(this, "Replaying a grid");
        int cutOff = 0;
        foreach (SweepRow row in machines is null
            ? Sweep.Run(points, ThrottleLimit, checkpoint, progress.Sweeping(), Share, Cancellation)
            : Sweep.Run(points, machines, checkpoint, progress.Sweeping(), Share))
        {
            if (SweepChecks.FaultOf(row) is { } fault)
            {
                WriteError(ErrorRecords.Of(fault, row));
                continue;
            }

            if (row.CutOffRequests > 0) cutOff++;
            WriteObject(Metric is null ? row : WithMetrics(row));
        }

        progress.Complete();
        if (cutOff > 0) WriteWarning(
            $"-{nameof(MaxSimTimeSeconds)} cut {cutOff} of {points.Length} combinations short: their numbers are about the requests that " +
                "ended; CutOffRequests says how many did not");
    }
}
