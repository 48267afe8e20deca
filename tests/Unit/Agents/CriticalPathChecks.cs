using AgentSim.Agents;

namespace AgentSim.Tests.Agents;

/// <summary>What holds for every critical path.</summary>
internal static class CriticalPathChecks
{
    /// <summary>Checks the paths of all sessions and tasks.</summary>
    public static void AreChains(AgentResults agents, string where)
    {
        foreach (AgentResult agent in (IEnumerable<AgentResult>)[.. agents.Tasks, .. agents.Sessions]) IsChain(agent, $"{where}, {agent}");
    }

    /// <summary>
    /// Each link begins where the one before ended, the first at the begin, the last at the end; the parts sum to the makespan.
    /// </summary>
    public static void IsChain(AgentResult agent, string where)
    {
        if (agent.MakespanMs is not { } makespan)
        {
            Assert.Empty(agent.CriticalPath);
            return;
        }

        double at = agent.BeginMs!.Value;
        foreach (PathLink link in agent.CriticalPath)
        {
            Assert.True(link.BeginMs == at && link.EndMs > at, $"{where}: a link from {link.BeginMs} to {link.EndMs} after {at}");
            at = link.EndMs;
        }

        Assert.True(at == agent.EndMs, $"{where}: the path ends at {at}, not at {agent.EndMs}");
        double sum = agent.CriticalPath.Sum(link => link.LengthMs);
        Assert.True(Math.Abs(sum - makespan) <= 1e-9 * Math.Max(1.0, makespan), $"{where}: links sum to {sum} of {makespan}");
        Assert.True(Math.Abs(agent.Critical!.TotalMs - makespan) <= 1e-9 * Math.Max(1.0, makespan),
            $"{where}: parts sum to {agent.Critical.TotalMs} of {makespan}");
        Assert.True(Math.Abs(agent.Tools.Sum(tool => tool.Ms) - (agent.Critical.ToolMs ?? 0.0)) <= 1e-9 * Math.Max(1.0, makespan),
            $"{where}: tools by class");
    }
}
