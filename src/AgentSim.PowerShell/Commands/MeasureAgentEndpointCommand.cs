using System.Management.Automation;
using System.Security;
using AgentSim.Files;
using AgentSim.Live;
using AgentSim.Measurements;
using AgentSim.Simulation;

namespace AgentSim.PowerShell.Commands;

/// <summary>Measures a server with loads made for New-AgentTimingProfile.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "AgentEndpoint", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(Measurement))]
public sealed class MeasureAgentEndpointCommand : AgentSimCommand
{
    /// <summary>The server, as http://127.0.0.1:8000.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("Endpoint")]
    [ValidateNotNullOrEmpty]
    public string Uri { get; set; } = "";

    /// <summary>The model to ask it for.</summary>
    [Parameter(Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string Model { get; set; } = "";

    /// <summary>The measurement to write.</summary>
    [Parameter(Mandatory = true)]
    [ValidateNotNullOrEmpty]
    [PathName]
    public string OutputPath { get; set; } = "";

    /// <summary>Tokens of the longest prompt.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [Number(Whole = true)]
    public int? MaxPromptTokens { get; set; }

    /// <summary>Most requests at once outside of the saturated stage.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue / 4)]
    [Number(Whole = true)]
    public int MaxConcurrency { get; set; } = new ProbeOptions().MaxConcurrency;

    /// <summary>The API key that the server asks for.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? ApiKey { get; set; }

    /// <summary>Environment variable that holds the API key.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ApiKeyVariable { get; set; }

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

    /// <summary>Sends to another machine without asking first, and replaces the file if it exists.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void Finish()
    {
        string target = PathCommand.FileSystemPath(this, OutputPath);
        if (File.Exists(target) && !Force) throw ErrorRecords.OutputExists(target);
        var live = new LiveSettings
        {
            Endpoint = LiveEndpoint.Parse(Uri),
            Model = Model,
            Key = LiveConsent.Key(ApiKey, ApiKeyVariable),
            FirstTokenId = FirstTokenId,
            LastTokenId = LastTokenId,
        };
        var options = new ProbeOptions { MaxPromptTokens = MaxPromptTokens, MaxConcurrency = MaxConcurrency };
        LivePreview preview = EndpointProbe.Preview(live, options, Cancellation);
        if (!LiveConsent.Given(this, preview, Force)) return;
        var progress = new ProgressDisplay(this, "Measuring the server");
        IReadOnlyList<ReplayResult> stages = EndpointProbe.Run(live, options, progress.Saying(), Cancellation);
        // Also of a probe that was stopped: what was measured is kept.
        if (stages.Count > 0) AtomicFile.Write(target, stream => EndpointProbe.Write(stream, stages));
        Cancellation.ThrowIfCancellationRequested();
        progress.Complete();
        foreach (ReplayResult stage in stages)
        {
            foreach (RunWarning warning in stage.Warnings) WriteWarning($"{stage.Run.Name}: {warning.In(ParameterNames.Wording)}");
        }

        foreach (Measurement run in MeasurementReader.Read([target], Cancellation)) WriteObject(run);
        if (stages.Select(LiveReplay.Fault).FirstOrDefault(fault => fault is not null) is { } fault)
            WriteError(ErrorRecords.Of(fault, Uri));
    }
}
