using System.Management.Automation;
using AgentSim.Serving;

namespace AgentSim.PowerShell.Commands;

/// <summary>Shows how the servers of this session stand.</summary>
[Cmdlet(VerbsCommon.Get, "AgentServer")]
[OutputType(typeof(ServerStatus))]
public sealed class GetAgentServerCommand : AgentSimCommand
{
    /// <summary>Where a server listens; without it all servers of the session are meant.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? Address { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        if (Address is null) foreach (RunningServer each in RunningServers.All) WriteObject(each.Status(this));
        else if (RunningServers.Find(Address) is { } running) WriteObject(running.Status(this));
        else WriteError(ErrorRecords.Of(ErrorRecords.ServerMissing(Address), Address));
    }
}
