using System.Management.Automation;
using AgentSim.Serving;

namespace AgentSim.PowerShell.Commands;

/// <summary>Stops servers, and returns how they ended.</summary>
[Cmdlet(VerbsLifecycle.Stop, "AgentServer", SupportsShouldProcess = true)]
[OutputType(typeof(ServerStatus))]
public sealed class StopAgentServerCommand : AgentSimCommand
{
    /// <summary>Where a server listens; without it all servers of the session are stopped.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? Address { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        if (Address is null) foreach (RunningServer each in RunningServers.All) Stop(each);
        else if (RunningServers.Find(Address) is { } running) Stop(running);
        else WriteError(ErrorRecords.Of(ErrorRecords.ServerMissing(Address), Address));
    }

    private void Stop(RunningServer running)
    {
        if (!ShouldProcess(running.Address, "Stop the server")) return;
        // Said before it is waited for; Ctrl+C breaks them off.
        if (running.Status(this).Counters.Active is > 0 and var active)
            WriteWarning($"{active} answers are under way; they have five seconds to end and are broken off then.");
        RunningServers.Stop(running, Cancellation);
        WriteObject(running.Status(this));
    }
}
