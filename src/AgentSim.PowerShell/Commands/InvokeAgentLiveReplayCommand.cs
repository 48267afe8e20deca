using System.Management.Automation;
using System.Security;
using AgentSim.Files;
using AgentSim.Live;
using AgentSim.Recording;
using AgentSim.Reports;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.PowerShell.Commands;

/// <summary>Sends a workload to a real server in real time. All input together is one workload and gives one result.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "AgentLiveReplay", DefaultParameterSetName = InputObjectSet, SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(ReplayResult))]
public sealed partial class InvokeAgentLiveReplayCommand : WorkloadInputCommand
{
    /// <summary>Global variable with what was measured of a run that was stopped.</summary>
    private const string PartialVariable = "global:PartialAgentReplay";

    private LiveSettings? _live;
    private ReplaySettings _settings = new();

    /// <summary>The server, as http://127.0.0.1:8000.</summary>
    [Parameter(Mandatory = true)]
    [Alias("Uri")]
    [ValidateNotNullOrEmpty]
    public string Endpoint { get; set; } = "";

    /// <summary>The model to ask it for.</summary>
    [Parameter(Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string Model { get; set; } = "";

    /// <summary>Request traces and recordings: only requests that were to this model.</summary>
    [Parameter(ParameterSetName = RecordSet)]
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    [ValidateNotNullOrEmpty]
    public string? OnlyModel { get; set; }

    /// <summary>The API key that the server asks for.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? ApiKey { get; set; }

    /// <summary>Environment variable that holds the API key.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ApiKeyVariable { get; set; }

    /// <summary>What prompts are made of.</summary>
    [Parameter]
    public PromptMode PromptMode { get; set; }

    /// <summary>The first id of a token that prompts may have.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    [Number(Whole = true)]
    public int FirstTokenId { get; set; } = LiveSettings.DefaultFirstTokenId;

    /// <summary>The last id of a token that prompts may have.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue - 1)]
    [Number(Whole = true)]
    public int LastTokenId { get; set; } = LiveSettings.DefaultLastTokenId;

    /// <summary>Size of the vocabulary of the model, which ids have to stay below.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [Number(Whole = true)]
    public int? VocabularySize { get; set; }

    /// <summary>Makes the prompts other ones than those of other runs; without it drawn anew.</summary>
    [Parameter]
    [Number(Whole = true)]
    public ulong? Salt { get; set; }

    /// <summary>Whether requests carry cache_salt, too.</summary>
    [Parameter]
    public CacheSaltUse CacheSalt { get; set; }

    /// <summary>Gives a request up after so many seconds.</summary>
    [Parameter]
    [Number]
    public double? RequestTimeoutSeconds { get; set; }

    /// <summary>Ends the run after so many seconds.</summary>
    [Parameter]
    [Number]
    public double? MaxSeconds { get; set; }

    /// <summary>Closed loop: at most this many active sessions.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [Number(Whole = true)]
    public int? Concurrency { get; set; }

    /// <summary>Divides arrival times and delays.</summary>
    [Parameter]
    [Number]
    public double ArrivalSpeedupRatio { get; set; } = 1.0;

    /// <summary>What reports and comparisons call the run.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>Report file to write in any case, also of a run that was stopped.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ReportPath { get; set; }

    /// <summary>File of request records to write in any case, also of a run that was stopped.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? LogPath { get; set; }

    /// <summary>Sends to another machine without asking first.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    private protected override string? ChosenModel => OnlyModel;

    /// <inheritdoc/>
    protected override void Start()
    {
        _live = new LiveSettings
        {
            Endpoint = LiveEndpoint.Parse(Endpoint),
            Model = Model,
            Key = LiveConsent.Key(ApiKey, ApiKeyVariable),
            PromptMode = PromptMode,
            FirstTokenId = FirstTokenId,
            LastTokenId = LastTokenId,
            VocabularySize = VocabularySize,
            Salt = Salt,
            CacheSalt = CacheSalt,
            RequestTimeoutSeconds = RequestTimeoutSeconds,
        };
        _settings = new ReplaySettings
        {
            Concurrency = Concurrency,
            ArrivalSpeedupRatio = ArrivalSpeedupRatio,
            ServiceLevel = Sla,
            ReportsAgents = Agents,
            RunName = Name,
            Knobs = Knobs(),
        };
        ReplayChecks.CheckSettings(_settings, Format);
        _settings = _settings with { MaxSimTimeMs = MaxSeconds * 1000.0 };
    }

    /// <inheritdoc/>
    protected override void Finish()
    {
        ReplayWorkload workload = LoadWorkload(_settings.Engine.BlockSize);
        LivePreview preview = LiveReplay.Preview(workload, _settings, _live!, Cancellation);
        if (!LiveConsent.Given(this, preview, Force)) return;
        var progress = new ProgressDisplay(this, "Replaying live");
        ReplayResult result = LiveReplay.Run(workload, _settings, _live!, progress.Replaying(), Cancellation);
        AgentSimException? unwritten = Keep(result);
        Cancellation.ThrowIfCancellationRequested();
        progress.Complete();
        foreach (RunWarning warning in result.Warnings) Warn(warning);
        WriteObject(result);
        // What was measured is not lost for want of room.
        if (unwritten is not null) WriteError(ErrorRecords.Of(unwritten, LogPath ?? ReportPath));
        if (LiveReplay.Fault(result) is { } fault) WriteError(ErrorRecords.Of(fault, Endpoint));
    }

    // Before anything else: of a run that was stopped nothing goes down the pipeline.
    private AgentSimException? Keep(ReplayResult result)
    {
        if (result.Run.Partial) SessionState.PSVariable.Set(PartialVariable, result);
        try
        {
            using var files = new OutputSet();
            if (ReportPath is { } report)
                files.Write(FileSystemPath(report), stream => ReportWriter.Write(stream, result.Summary, result.Run));
            if (LogPath is { } log)
                files.Write(FileSystemPath(log), stream => RequestLogWriter.Write(stream, result.Requests, CancellationToken.None));
            files.Commit();
            return null;
        }
        catch (AgentSimException error)
        {
            return error;
        }
    }
}
