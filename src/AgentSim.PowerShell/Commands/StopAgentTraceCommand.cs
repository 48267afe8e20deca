using System.Management.Automation;
using AgentSim.Capture;

namespace AgentSim.PowerShell.Commands;

/// <summary>Stops captures, writes everything, and returns how they ended.</summary>
[Cmdlet(VerbsLifecycle.Stop, "AgentTrace", SupportsShouldProcess = true)]
[OutputType(typeof(TraceStatus))]
public sealed class StopAgentTraceCommand : AgentSimCommand
{
    /// <summary>What was given to Start-AgentTrace; without it all captures of the session are stopped.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [PathName]
    public string? OutputPath { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        if (OutputPath is null)
        {
            foreach (RunningCapture each in RunningCaptures.All) Stop(each);
            return;
        }

        string path = TraceCaptureOptions.Prefix(PathCommand.FileSystemPath(this, OutputPath));
        if (RunningCaptures.Find(path) is { } running) Stop(running);
        else WriteError(ErrorRecords.Of(ErrorRecords.CaptureMissing(path), path));
    }

    private void Stop(RunningCapture running)
    {
        if (!ShouldProcess(running.OutputPath, "Stop the capture")) return;
        // Said before it is waited for; Ctrl+C breaks them off.
        if (running.Capture.AnswersUnderWay() is > 0 and var active)
            WriteWarning($"{active} answers are under way; they have five seconds to end and are broken off then.");
        RunningCaptures.Stop(running, Cancellation);
        WriteObject(running.Status(this, CancellationToken.None));
    }
}
