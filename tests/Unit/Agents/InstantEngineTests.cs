using AgentSim.Agents;
using AgentSim.Engines;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Tests.Agents;

/// <summary>
/// On an engine that takes no time, a task takes as long as its longest chain of delays and waits for tools, and its path consists of
/// these.
/// </summary>
public class InstantEngineTests
{
    [Theory]
    [InlineData("agent-small.trace.jsonl")]
    [InlineData("agent-branchy.trace.jsonl.gz")]
    [InlineData("agent-long.trace.jsonl.gz")]
    [InlineData("agent-tools.trace.jsonl.gz")]
    [InlineData("agent-wide.trace.jsonl.gz")]
    public void A_task_takes_as_long_as_its_longest_chain_of_pauses(string trace)
    {
        ReplayWorkload workload = WorkloadLoader.Load([TestData.PathOf("traces", trace)],
            new WorkloadOptions { Format = TraceFormat.Dynamo });
        ReplayResult result = Replay.Run(workload,
            new ReplaySettings { Engine = EngineConfig.Parse("""{"speedup_ratio":1e12}""", "engine") });
        double[] starts = LongestChains(workload.Columns.Agentic!);
        AgentResults agents = result.FindAgents()!;
        foreach (TaskResult task in agents.Tasks)
        {
            HashSet<string> sessions = [.. agents.Sessions.Where(session => session.TaskId == task.TaskId)
                .Select(session => session.SessionId)];
            double[] own = [.. starts
                .Where((_, request) => sessions.Contains(workload.Columns.SessionNames[workload.Columns.SessionOf[request]]))];
            Assert.Equal(task.Requests, own.Length);
            Assert.Equal(own.Max() - own.Min(), task.MakespanMs!.Value, 1e-3);
            Assert.Equal(task.MakespanMs.Value, task.Critical!.DelayMs + task.Critical.ToolMs!.Value + task.Critical.RecordedStartMs, 1e-3);
        }
    }

    // When requests start if none takes any time.
    private static double[] LongestChains(AgenticColumns load)
    {
        double[] starts = [.. load.EarliestStart.Select(time => double.IsNaN(time) ? 0.0 : time - load.Origin)];
        for (bool changed = true; changed;)
        {
            changed = false;
            for (int source = 0; source < starts.Length; source++)
            {
                for (int edge = load.OnCompletion.Start[source]; edge < load.OnCompletion.Start[source + 1]; edge++)
                {
                    double start = starts[source] + load.OnCompletion.DelayMs[edge];
                    if (start <= starts[load.OnCompletion.Requests[edge]]) continue;
                    starts[load.OnCompletion.Requests[edge]] = start;
                    changed = true;
                }
            }
        }

        return starts;
    }
}
