using System.Management.Automation;
using AgentSim.Capture;
using AgentSim.Traces;

namespace AgentSim.PowerShell.Commands;

/// <summary>Shows how captures stand, or streams the records they write.</summary>
[Cmdlet(VerbsCommon.Get, "AgentTrace", DefaultParameterSetName = StatusSet)]
[OutputType(typeof(TraceStatus), ParameterSetName = [StatusSet])]
[OutputType(typeof(RequestRecord), typeof(ToolRecord), ParameterSetName = [FollowSet])]
public sealed class GetAgentTraceCommand : AgentSimCommand
{
    private const string StatusSet = "Status";
    private const string FollowSet = "Follow";

    /// <summary>What was given to Start-AgentTrace; without it all captures of the session are meant.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [PathName]
    public string? OutputPath { get; set; }

    /// <summary>Streams new records until the capture is stopped.</summary>
    [Parameter(ParameterSetName = FollowSet, Mandatory = true)]
    public SwitchParameter Follow { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        string? path = OutputPath is null ? null : TraceCaptureOptions.Prefix(PathCommand.FileSystemPath(this, OutputPath));
        RunningCapture? running = path is null ? null : RunningCaptures.Find(path);
        if (Follow) FollowOne(path, running);
        else if (path is null) foreach (RunningCapture each in RunningCaptures.All) WriteObject(each.Status(this, Cancellation));
        else if (running is not null) WriteObject(running.Status(this, Cancellation));
        else ShowFiles(path);
    }

    private void FollowOne(string? path, RunningCapture? running)
    {
        if (path is null)
        {
            running = RunningCaptures.All switch
            {
                [var only] => only,
                [] => throw ErrorRecords.NoCapture(),
                _ => throw ErrorRecords.ManyCaptures(),
            };
        }

        void OnBad(AgentSimException error) => WriteError(ErrorRecords.Of(error, path));
        if (running is not null) running.Capture.Follow(WriteObject, OnBad, Cancellation);
        else TraceCapture.Follow(path!, WriteObject, OnBad, Cancellation);
    }

    private void ShowFiles(string path)
    {
        try
        {
            WriteObject(TraceCapture.GetStatus(path, Cancellation));
        }
        catch (AgentSimException error)
        {
            WriteError(ErrorRecords.Of(error, path));
        }
    }
}
