using System.Management.Automation;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.PowerShell.Commands;

/// <summary>Replays rows or files on simulated engines. All input together is one workload and gives one result.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "AgentReplay", DefaultParameterSetName = InputObjectSet)]
[OutputType(typeof(ReplayResult))]
public sealed partial class InvokeAgentReplayCommand : PathCommand
{
    private const string InputObjectSet = "InputObject";

    private readonly List<MooncakeRow> _rows = [];
    private readonly List<string> _files = [];
    private ReplaySettings _settings = new();

    /// <summary>Rows, as ConvertTo-AgentMooncake and Import-AgentMooncake give them.</summary>
    [Parameter(ParameterSetName = InputObjectSet, Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public MooncakeRow[] InputObject { get; set; } = [];

    /// <summary>Format of the files.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    public TraceFormat TraceFormat { get; set; }

    /// <summary>Tokens per hash id; without it 512, or what rows and request traces say.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? TraceBlockSize { get; set; }

    /// <summary>Applied-compute sessions: share of a first prompt that its group has in common, 0 to 1.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    [ValidateRange(0.0, 1.0)]
    public double SharedPrefixRatio { get; set; }

    /// <summary>Applied-compute sessions: number of groups with a common prefix.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    [ValidateRange(0, int.MaxValue)]
    public int PrefixGroups { get; set; }

    /// <inheritdoc/>
    protected override void Start()
    {
        _settings = CreateSettings();
        foreach (string warning in _settings.Engine.Warnings) WriteWarning(warning);
        if (Concurrency is not null && MyInvocation.BoundParameters.ContainsKey(nameof(ArrivalSpeedupRatio)))
            WriteWarning("-ArrivalSpeedupRatio has no effect together with -Concurrency");
        ReplayChecks.CheckSettings(_settings, TraceFormat);
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        if (ParameterSetName == InputObjectSet) _rows.AddRange(InputObject);
        else foreach (string given in GivenPaths) _files.AddRange(FilesOf(given));
    }

    /// <inheritdoc/>
    protected override void Finish()
    {
        ReplayWorkload workload = ParameterSetName == InputObjectSet ? WorkloadLoader.FromRows(StoppableRows(), TraceBlockSize) : LoadFiles();
        var progress = new ProgressDisplay(this, "Replaying");
        ReplayResult result = Replay.Run(workload, _settings, progress.Replaying(), Cancellation);
        progress.Complete();
        WriteObject(result);
    }

    private IEnumerable<MooncakeRow> StoppableRows()
    {
        foreach (MooncakeRow row in _rows)
        {
            Cancellation.ThrowIfCancellationRequested();
            yield return row;
        }
    }

    private ReplayWorkload LoadFiles()
    {
        var progress = new ProgressDisplay(this, "Reading the workload");
        WorkloadOptions options = new()
        {
            Format = TraceFormat,
            TraceBlockSize = TraceBlockSize,
            SharedPrefixRatio = SharedPrefixRatio,
            PrefixGroups = PrefixGroups,
        };
        ReplayWorkload workload = WorkloadLoader.Load(_files, options, progress.Reading(_files), Cancellation);
        progress.Complete();
        return workload;
    }
}
