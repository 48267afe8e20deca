using System.Management.Automation;
using AgentSim.Recording;
using AgentSim.Simulation;
using AgentSim.Timelines;
using AgentSim.Traces;

namespace AgentSim.PowerShell.Commands;

/// <summary>
/// Writes a timeline in the trace event format, which Perfetto opens: of a recorded trace, of a replay,
/// or of the request records of a replay. All input together is one timeline.
/// </summary>
[Cmdlet(VerbsData.Export, "AgentTimeline", DefaultParameterSetName = TraceSet, SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportAgentTimelineCommand : ExportCommand
{
    private const string TraceSet = "Trace";
    private const string ResultSet = "Result";
    private const string RequestSet = "Request";
    private const string SourcePathSet = nameof(SourcePath);
    private const string LiteralSourcePathSet = nameof(LiteralSourcePath);

    private readonly List<RequestResult> _requests = [];
    private readonly List<string> _files = [];
    private TraceTimeline? _trace;
    private ReplayResult? _result;

    /// <summary>Records of a trace, as Import-AgentTrace gives them.</summary>
    [Parameter(ParameterSetName = TraceSet, Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public TraceRecord[] InputObject { get; set; } = [];

    /// <summary>A replay, as Invoke-AgentReplay gives it.</summary>
    [Parameter(ParameterSetName = ResultSet, Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public ReplayResult? Result { get; set; }

    /// <summary>Records of requests of one replay.</summary>
    [Parameter(ParameterSetName = RequestSet, Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public RequestResult[] Request { get; set; } = [];

    /// <summary>Request traces, or one file of request records; wildcards are allowed.</summary>
    [Parameter(ParameterSetName = SourcePathSet, Mandatory = true, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [PathName]
    public string[] SourcePath { get; set; } = [];

    /// <summary>The same, taken literally.</summary>
    [Parameter(ParameterSetName = LiteralSourcePathSet, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    [PathName]
    public string[] LiteralSourcePath { get; set; } = [];

    /// <summary>Leaves out the stages of requests.</summary>
    [Parameter]
    public SwitchParameter NoStage { get; set; }

    /// <summary>Marks the first token of every request.</summary>
    [Parameter]
    public SwitchParameter IncludeMarker { get; set; }

    /// <summary>Reads the whole lines of files whose end is missing, which are refused otherwise.</summary>
    [Parameter(ParameterSetName = SourcePathSet)]
    [Parameter(ParameterSetName = LiteralSourcePathSet)]
    public SwitchParameter AllowTorn { get; set; }

    /// <summary>Indents the file and sorts its keys.</summary>
    [Parameter]
    public SwitchParameter Indented { get; set; }

    private TimelineOptions Options => new()
    {
        Stages = !NoStage,
        FirstTokenMarkers = IncludeMarker,
        Indented = Indented,
        AllowTorn = AllowTorn,
    };

    /// <inheritdoc/>
    protected override void Start() => Confirm("Write a timeline");

    /// <inheritdoc/>
    protected override void Process()
    {
        switch (ParameterSetName)
        {
            case TraceSet:
                _trace ??= new TraceTimeline(Options);
                foreach (TraceRecord record in InputObject) _trace.Add(record);
                break;
            case ResultSet:
                if (_result is not null)
                    throw Errors.TimelineResultTwice.Error(
                        "a timeline shows one replay; export the results one by one, each to a file of its own");
                _result = Result;
                break;
            case RequestSet:
                _requests.AddRange(Request);
                break;
            default:
                foreach (string path in SourcePath) _files.AddRange(PathCommand.FilesOf(this, path, isLiteral: false));
                foreach (string path in LiteralSourcePath) _files.AddRange(PathCommand.FilesOf(this, path, isLiteral: true));
                (SourcePath, LiteralSourcePath) = ([], []);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void Finish()
    {
        if (_files.Count == 0 && _trace is null && _result is null && _requests.Count == 0)
            throw Errors.TimelineEmpty.Error(
                "nothing came that a timeline could show; give records, a result, its requests, or files of these");
        if (IsWanted) Write();
        PassOn();
    }

    private void Write()
    {
        if (_files.Count > 0)
        {
            var reading = new ProgressDisplay(this, "Reading the input of the timeline");
            TimelineSummary made = TimelineExport.Run(
                TimelineSource.Expand(_files), Target, Options, reading.Reading(_files), Cancellation);
            reading.Complete();
            foreach (RunWarning warning in made.Warnings) WriteWarning(warning.In(ParameterNames.Wording));
        }
        else if (_trace is not null)
        {
            TimelineFile.Write(Target, stream => _trace.Write(stream, Cancellation));
        }
        else
        {
            var writing = new ProgressDisplay(this, "Writing the timeline");
            ReplayTimeline timeline = _result is not null ? new(_result, Options) : new(_requests, Options);
            TimelineFile.Write(Target, stream => timeline.Write(stream, writing.Replaying(), Cancellation));
            writing.Complete();
        }
    }
}
