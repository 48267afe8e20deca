using System.ComponentModel;
using System.Management.Automation;
using AgentSim.Engines;
using AgentSim.Rows;
using AgentSim.Traces;
using AgentSim.Workload;

namespace AgentSim.PowerShell.Commands;

/// <summary>A cmdlet that replays a workload: rows, records or files, which together are one workload, or synthetic load.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract partial class ReplayInputCommand : PathCommand
{
    /// <summary>Name of the parameter set of <see cref="InputObject"/>.</summary>
    protected const string InputObjectSet = "InputObject";

    private const string RecordSet = "Record";
    private const string SyntheticSet = "Synthetic";

    private readonly List<MooncakeRow> _rows = [];
    private readonly List<TraceRecord> _records = [];
    private readonly List<string> _files = [];
    private readonly HashSet<RunWarning> _said = [];

    /// <summary>Rows, as ConvertTo-AgentMooncake and Import-AgentMooncake give them.</summary>
    [Parameter(ParameterSetName = InputObjectSet, Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public MooncakeRow[] InputObject { get; set; } = [];

    /// <summary>Records, as Import-AgentTrace gives them.</summary>
    [Parameter(ParameterSetName = RecordSet, Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public TraceRecord[] Record { get; set; } = [];

    /// <summary>Format of the files; of rows only whether they are deltas.</summary>
    [Parameter(ParameterSetName = InputObjectSet)]
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    [EnumName]
    public TraceFormat TraceFormat { get; set; }

    /// <summary>Request traces and recordings: only requests to this model.</summary>
    [Parameter(ParameterSetName = RecordSet)]
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    [ValidateNotNullOrEmpty]
    public string? Model { get; set; }

    /// <summary>Tokens per hash id; without it 512, or what rows and request traces say.</summary>
    [Parameter(ParameterSetName = InputObjectSet)]
    [Parameter(ParameterSetName = RecordSet)]
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    [ValidateRange(1, int.MaxValue)]
    [Number(Whole = true)]
    public int? TraceBlockSize { get; set; }

    /// <summary>Cuts prompts that their hash ids do not cover, even in more than half of the rows.</summary>
    [Parameter(ParameterSetName = InputObjectSet)]
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    public SwitchParameter AllowCut { get; set; }

    /// <summary>Request traces: leaves out requests without a session, where others have one.</summary>
    [Parameter(ParameterSetName = RecordSet)]
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    public SwitchParameter DropSessionless { get; set; }

    /// <summary>What to do about requests that rows wait for and that are not there.</summary>
    [Parameter(ParameterSetName = InputObjectSet)]
    [Parameter(ParameterSetName = RecordSet)]
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    public MissingDependency MissingDependency { get; set; }

    /// <summary>Applied-compute sessions and synthetic load: share of a prompt that its group has in common, 0 to 1.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    [Parameter(ParameterSetName = SyntheticSet)]
    [ValidateRange(0.0, 1.0)]
    [Number]
    public double SharedPrefixRatio { get; set; }

    /// <summary>Applied-compute sessions and synthetic load: number of groups with a common prefix.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    [Parameter(ParameterSetName = SyntheticSet)]
    [ValidateRange(0, int.MaxValue)]
    [Number(Whole = true)]
    public int PrefixGroups { get; set; }

    /// <summary>The format of the workload as far as it is known before any input has come; null for synthetic load.</summary>
    private protected TraceFormat? Format => ParameterSetName switch
    {
        SyntheticSet => null,
        _ => TraceFormat,
    };

    /// <summary>True when the load is made for the engine that will serve it.</summary>
    private protected bool IsSynthetic => ParameterSetName == SyntheticSet;

    /// <summary>The collected input as parameters of another call of this cmdlet.</summary>
    private protected (string Name, object Value)? CollectedInput => ParameterSetName switch
    {
        SyntheticSet => null,
        InputObjectSet => (nameof(InputObject), _rows.ToArray()),
        RecordSet => (nameof(Record), _records.ToArray()),
        _ => (nameof(LiteralPath), _files.ToArray()),
    };

    /// <inheritdoc/>
    protected override void Process()
    {
        if (ParameterSetName == InputObjectSet) _rows.AddRange(InputObject);
        else if (ParameterSetName == RecordSet) _records.AddRange(Record);
        else if (!IsSynthetic) foreach (string given in GivenPaths) _files.AddRange(IsRecordingFolder(given) ? [FileSystemPath(given)]
            : FilesOf(given));
    }

    // A folder of recordings holds other things, too, and an import knows what it takes.
    private bool IsRecordingFolder(string given) =>
        TraceFormat.RecordingName() is not null && (ParameterSetName == LiteralPathSet
            || !WildcardPattern.ContainsWildcardCharacters(given)) && Directory.Exists(FileSystemPath(given));

    /// <summary>The workload, when all input has come.</summary>
    /// <param name="engine">The engine that will serve it, for synthetic load.</param>
    private protected ReplayWorkload LoadWorkload(EngineConfig engine)
    {
        if (IsSynthetic) return SyntheticLoad.Create(Synthesis(), engine.BlockSize, Cancellation);
        WorkloadOptions options = new()
        {
            Format = TraceFormat,
            TraceBlockSize = TraceBlockSize,
            Model = Model,
            SharedPrefixRatio = SharedPrefixRatio,
            PrefixGroups = PrefixGroups,
            AllowCut = AllowCut,
            DropSessionless = DropSessionless,
            MissingDependency = MissingDependency,
            OnWarning = Warn,
        };
        if (ParameterSetName == InputObjectSet) return FromRows(options);
        if (ParameterSetName == RecordSet) return WorkloadLoader.FromRecords(_records, options, Cancellation);
        var progress = new ProgressDisplay(this, "Reading the workload");
        ReplayWorkload workload = WorkloadLoader.Load(_files, options, progress.Reading(_files), Cancellation);
        progress.Complete();
        return workload;
    }

    /// <summary>Writes a warning, the same one once.</summary>
    private protected void Warn(RunWarning warning)
    {
        if (_said.Add(warning)) WriteWarning(warning.In(ParameterNames.Wording));
    }

    // Not earlier: what the pipeline brings is known only when it comes.
    private ReplayWorkload FromRows(WorkloadOptions options)
    {
        if (TraceFormat is not (TraceFormat.Mooncake or TraceFormat.MooncakeDelta or TraceFormat.AgenticMooncake))
        {
            throw Errors.TraceFormatMismatch.Error(
                $"-{nameof(TraceFormat)} {TraceFormat} is for files; rows are {TraceFormat.Mooncake}, {TraceFormat.MooncakeDelta} or " +
                    $"{TraceFormat.AgenticMooncake}");
        }

        if (MyInvocation.BoundParameters.ContainsKey(nameof(TraceFormat)) && TraceFormat == TraceFormat.Mooncake
            && _rows.Exists(row => row.IsAgentic))
        {
            throw Errors.TraceFormatMismatch.Error(
                $"-{nameof(TraceFormat)} {TraceFormat} is for plain rows and these are agentic; leave it out, rows say " +
                    "themselves what they are");
        }

        return WorkloadLoader.FromRows(_rows, options, Cancellation);
    }
}
