using System.Management.Automation;
using AgentSim.Files;
using AgentSim.Lowering;
using AgentSim.Rows;
using AgentSim.Traces;

namespace AgentSim.PowerShell.Commands;

/// <summary>
/// Turns the records of a request trace into Mooncake rows. All input together is one trace; the rows come when it has
/// ended, and only if all of it could be read.
/// </summary>
[Cmdlet(VerbsData.ConvertTo, "AgentMooncake", DefaultParameterSetName = InputObjectSet)]
[OutputType(typeof(MooncakeRow))]
public sealed class ConvertToAgentMooncakeCommand : PathCommand
{
    private const string InputObjectSet = "InputObject";

    private readonly List<string> _files = [];
    private TraceLowering _lowering = new();

    /// <summary>Records, as Import-AgentTrace gives them.</summary>
    [Parameter(ParameterSetName = InputObjectSet, Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public TraceRecord[] InputObject { get; set; } = [];

    /// <summary>Folders stand for the traces below them, too.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    public SwitchParameter Recurse { get; set; }

    /// <summary>Version of agentic rows to make.</summary>
    [Parameter]
    [ValidateSet("1", "2")]
    [Number(Whole = true)]
    public int Version { get; set; } = 1;

    /// <summary>What to do where records name requests or sessions that are not among the input.</summary>
    [Parameter]
    public MissingDependency MissingDependency { get; set; }

    /// <summary>Leaves out requests without a session, where others have one.</summary>
    [Parameter]
    public SwitchParameter DropSessionless { get; set; }

    /// <summary>Reads the whole lines of files whose end is missing, which are refused otherwise.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    public SwitchParameter AllowTorn { get; set; }

    /// <inheritdoc/>
    protected override bool Recurses => Recurse;

    /// <inheritdoc/>
    protected override void Start() =>
        _lowering = new TraceLowering(Version, MissingDependency) 
        {
            DropsSessionless = DropSessionless,
            Torn = TornEnds.Of(AllowTorn),
        };

    /// <inheritdoc/>
    protected override void Process()
    {
        if (ParameterSetName == InputObjectSet)
        {
            foreach (TraceRecord record in InputObject) _lowering.Add(record);
        }
        else
        {
            foreach (string given in GivenPaths) _files.AddRange(FilesOf(given));
        }
    }

    /// <inheritdoc/>
    protected override void Finish()
    {
        if (_files.Count > 0) ReadFiles();
        IEnumerable<MooncakeRow> rows = Rows();
        if (_lowering.SessionlessDropped > 0) WriteWarning(_lowering.OnSessionless().In(ParameterNames.Wording));
        if (Version == 2 && !_lowering.IsAgentic)
            throw Errors.RowVersionMismatch.Usage(
                "-Version 2 is for agentic traces, and the requests of this one belong to no session; leave it out");
        foreach (MooncakeRow row in rows)
        {
            Cancellation.ThrowIfCancellationRequested();
            WriteObject(row);
        }
    }

    private IEnumerable<MooncakeRow> Rows()
    {
        try
        {
            return _lowering.KeptRows();
        }
        catch (AgentSimException error) when (error.Code == Errors.TraceEmpty && _files.Count > 0)
        {
            throw TraceConverter.WithAdvice(error, _files[0]);
        }
    }

    private void ReadFiles()
    {
        var progress = new ProgressDisplay(this, "Reading request traces");
        _lowering.AddFiles(_files, progress.Reading(_files), Cancellation);
        progress.Complete();
        foreach (RunWarning warning in _lowering.Torn?.Warnings() ?? []) WriteWarning(warning.In(ParameterNames.Wording));
    }
}
