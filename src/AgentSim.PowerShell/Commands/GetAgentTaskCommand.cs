using System.Management.Automation;
using AgentSim.Agents;
using AgentSim.Simulation;

namespace AgentSim.PowerShell.Commands;

/// <summary>Shows the tasks of replays: how long each took and what its time went to.</summary>
[Cmdlet(VerbsCommon.Get, "AgentTask")]
[OutputType(typeof(TaskResult))]
public sealed class GetAgentTaskCommand : AgentSimCommand
{
    /// <summary>Results of Invoke-AgentReplay.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public ReplayResult[] InputObject { get; set; } = [];

    /// <summary>Only tasks whose root session is called so; wildcards are allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] TaskId { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void Process()
    {
        WildcardPattern[] wanted = [.. TaskId.Select(id => new WildcardPattern(id, WildcardOptions.IgnoreCase))];
        foreach (ReplayResult result in InputObject)
        {
            if (ReplayAgents.Of(this, result, Cancellation) is not { } agents) continue;
            foreach (TaskResult task in agents.Tasks.Where(task => wanted.Any(pattern => pattern.IsMatch(task.TaskId))))
            {
                Cancellation.ThrowIfCancellationRequested();
                WriteObject(task);
            }
        }
    }
}
