using System.Collections;
using System.ComponentModel;
using System.Management.Automation;
using AgentSim.Metrics;
using AgentSim.Rows;
using AgentSim.Sweeps;
using AgentSim.Traces;
using AgentSim.Workload;

namespace AgentSim.PowerShell.Commands;

/// <summary>A cmdlet that takes a workload: rows, records or files, which together are one workload, or synthetic load.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract partial class WorkloadInputCommand : PathCommand
{
    /// <summary>Name of the parameter set of <see cref="InputObject"/>.</summary>
    protected const string InputObjectSet = "InputObject";

    private protected const string RecordSet = "Record";
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

    /// <summary>Reads the whole lines of files whose end is missing, which are refused otherwise.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    public SwitchParameter AllowTorn { get; set; }

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

    /// <summary>Goodput: longest time to first token, milliseconds.</summary>
    [Parameter]
    [Number]
    public double? SlaTtftMs { get; set; }

    /// <summary>Goodput: longest mean gap between tokens, milliseconds.</summary>
    [Parameter]
    [Number]
    public double? SlaItlMs { get; set; }

    /// <summary>Goodput: longest request latency, milliseconds.</summary>
    [Parameter]
    [Number]
    public double? SlaE2eMs { get; set; }

    /// <summary>Reports sessions and tasks, and the metrics of tasks.</summary>
    [Parameter]
    public SwitchParameter Agents { get; set; }

    /// <summary>The bounds of latency; null where none was given.</summary>
    private protected ServiceLevel? Sla => new ServiceLevel(SlaTtftMs, SlaItlMs, SlaE2eMs) is { IsEmpty: false } level ? level : null;

    /// <summary>The only model whose requests are replayed; null: all.</summary>
    private protected abstract string? ChosenModel { get; }

    /// <summary>The format of the workload as far as it is known before any input has come; null for synthetic load.</summary>
    private protected TraceFormat? Format => ParameterSetName switch
    {
        SyntheticSet => null,
        _ => TraceFormat,
    };

    /// <summary>True when the load is made for the engine that will serve it.</summary>
    private protected bool IsSynthetic => ParameterSetName == SyntheticSet;

    /// <summary>The collected input as parameters of another call of this cmdlet.</summary>
    private protected virtual (string Name, object Value)? CollectedInput => ParameterSetName switch
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
    /// <param name="blockSize">Tokens in a block of the engine that will serve it, for synthetic load.</param>
    private protected ReplayWorkload LoadWorkload(long blockSize)
    {
        if (IsSynthetic) return SyntheticLoad.Create(Synthesis(), blockSize, Cancellation);
        WorkloadOptions options = Reading();
        if (ParameterSetName == InputObjectSet) return FromRows(options);
        if (ParameterSetName == RecordSet) return WorkloadLoader.FromRecords(_records, options, Cancellation);
        var progress = new ProgressDisplay(this, "Reading the workload");
        ReplayWorkload workload = WorkloadLoader.Load(_files, options, progress.Reading(_files), Cancellation);
        progress.Complete();
        return workload;
    }

    /// <summary>The same for machines that have to make the workload, too.</summary>
    private protected SweepInput Collected() => IsSynthetic ? new SweepInput { Synthetic = Synthesis() }
        : new SweepInput { Paths = _files, Rows = _rows, Records = _records, Options = Reading() };

    private WorkloadOptions Reading() => new()
    {
        Format = TraceFormat,
        TraceBlockSize = TraceBlockSize,
        Model = ChosenModel,
        SharedPrefixRatio = SharedPrefixRatio,
        PrefixGroups = PrefixGroups,
        AllowCut = AllowCut,
        AllowTorn = AllowTorn,
        DropSessionless = DropSessionless,
        MissingDependency = MissingDependency,
        OnWarning = Warn,
    };

    /// <summary>How much faster tools are, from a parameter's value; null: as recorded.</summary>
    private protected static ToolSpeedup ToToolSpeedup(object? value)
    {
        object? given = value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        return given switch
        {
            null => ToolSpeedup.Neutral,
            ToolSpeedup speedup => speedup,
            IDictionary classes => ToolSpeedup.Of(
                1.0, classes.Cast<DictionaryEntry>().Select(entry => KeyValuePair.Create(Text(entry.Key), Ratio(entry.Value)))),
            _ => ToolSpeedup.Parse(Text(given)),
        };

        static string Text(object? text) => LanguagePrimitives.ConvertTo<string>(text) ?? "";
        static double Ratio(object? ratio) => ToolSpeedup.Parse(Text(ratio)).Ratio;
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
