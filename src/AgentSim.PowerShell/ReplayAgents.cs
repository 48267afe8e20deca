using System.Management.Automation;
using AgentSim.Agents;
using AgentSim.Simulation;

namespace AgentSim.PowerShell;

/// <summary>Sessions and tasks of results for the cmdlets that show them.</summary>
internal static class ReplayAgents
{
    /// <summary>The sessions and tasks of a result; null, after an error or a warning, where there are none.</summary>
    public static AgentResults? Of(PSCmdlet command, ReplayResult result, CancellationToken cancellation)
    {
        try
        {
            AgentResults? agents = result.FindAgents(cancellation);
            if (agents is null) command.WriteWarning(
                "This replay has no sessions and tasks: every session of its load is one request, and none waits for another");
            return agents;
        }
        catch (AgentSimException error)
        {
            command.WriteError(ErrorRecords.Of(error, result));
            return null;
        }
    }
}
