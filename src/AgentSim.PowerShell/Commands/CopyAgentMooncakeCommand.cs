using System.Management.Automation;
using AgentSim.Rows;

namespace AgentSim.PowerShell.Commands;

/// <summary>Copies Mooncake rows with all they hold, so that copies can be changed and the originals stay as they are.</summary>
[Cmdlet(VerbsCommon.Copy, "AgentMooncake")]
[OutputType(typeof(MooncakeRow))]
public sealed class CopyAgentMooncakeCommand : AgentSimCommand
{
    /// <summary>Rows, as ConvertTo-AgentMooncake and Import-AgentMooncake give them.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public MooncakeRow[] InputObject { get; set; } = [];

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (MooncakeRow row in InputObject) WriteObject(row.DeepCopy());
    }
}
