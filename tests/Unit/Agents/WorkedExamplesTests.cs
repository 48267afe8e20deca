using AgentSim.Agents;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Tests.Simulation;
using AgentSim.Workload;

namespace AgentSim.Tests.Agents;

/// <summary>Sessions and tasks of runs that were worked out by hand, to the digit.</summary>
public class WorkedExamplesTests
{
    // Behaviour 01#13.1.
    private const string Rows = """
        {"request_id":"r1","session_id":"root","input_length":40,"output_length":3,"hash_ids":[0,1,2],"timestamp":0.0,"request_kind":"foreground","branches":["k1"],"prefix_reset":true}
        {"request_id":"k1","session_id":"c","input_length":30,"output_length":4,"hash_ids":[0,3],"timestamp":150.0,"delay":50.0,"request_kind":"agent","wait_for":["r1"],"prefix_reset":true}
        {"request_id":"r2","session_id":"root","input_length":64,"output_length":2,"hash_ids":[0,1,4,5],"timestamp":300.0,"delay":25.0,"request_kind":"foreground","wait_for":["r1","k1"],"prefix_reset":false,"tool_wait_ms":25.0,"tool_events":[{"tool_call_id":"t1","tool_class":"bash","started_at_unix_ms":1110,"ended_at_unix_ms":1270,"duration_ms":159.75,"status":"succeeded","output_bytes":7},{"tool_call_id":"t2","tool_class":"read","started_at_unix_ms":1260,"ended_at_unix_ms":1275,"duration_ms":14.5,"status":"error"}]}
        """;

    [Fact]
    public void A_task_with_a_sub_agent_passes_through_it()
    {
        AgentResults agents = Sim.Run(Rows, Sim.Settings(), TraceFormat.AgenticMooncake).FindAgents()!;
        TaskResult task = Assert.Single(agents.Tasks);
        Assert.Equal(("root", AgentStatus.Completed, 2, 3), (task.TaskId, task.Status, task.Sessions, task.Requests));
        Same(0.0, 202.560223, 202.560223, task);
        Assert.Equal(202.560223, task.RootMakespanMs!.Value, 6);
        Assert.Null(task.RecordedMakespanMs);
        Assert.Equal((134, 9, 48), (task.InputTokens, task.OutputTokens, task.ReusedTokens));
        Links(
            task,
            (22.85932, TimePart.Prefill, "r1"),
            (34.359098, TimePart.Decode, "r1"),
            (84.359098, TimePart.Delay, "k1"),
            (106.819762, TimePart.Prefill, "k1"),
            (124.062837, TimePart.Decode, "k1"),
            (149.062837, TimePart.Tool, "r2"),
            (174.062837, TimePart.Delay, "r2"),
            (196.803743, TimePart.Prefill, "r2"),
            (202.560223, TimePart.Decode, "r2"));
        Split(task.Critical!, prefill: 68.06089, decode: 34.499333, tool: 25, delay: 75);
        Split(task.Busy!, prefill: 68.06089, decode: 34.499333, tool: 25, delay: 75, subAgents: 89.703739);
        Assert.Equal("bash+read", task.CriticalPath[5].Tool);
        // bash ran alone from 1250 to 1260, with read to 1270, and read alone to 1275.
        Assert.Equal([("bash", 10.0), ("bash+read", 10.0), ("read", 5.0)], task.Tools
            .OrderBy(tool => tool.ToolClass, StringComparer.Ordinal).Select(tool => (tool.ToolClass, Math.Round(tool.Ms, 6))));
    }

    [Fact]
    public void A_session_waits_for_its_sub_agent_as_one_link()
    {
        AgentResults agents = Sim.Run(Rows, Sim.Settings(), TraceFormat.AgenticMooncake).FindAgents()!;
        SessionResult root = agents.Sessions[0], child = agents.Sessions[1];
        Assert.Equal(("root", null, 0), (root.SessionId, root.ParentSessionId, root.Depth));
        Split(root.Busy!, prefill: 45.600226, decode: 17.256258, tool: 25, delay: 25, subAgents: 89.703739);
        Split(root.Critical!, prefill: 45.600226, decode: 17.256258, tool: 25, delay: 25, subAgents: 89.703739);
        PathLink wait = root.CriticalPath.Single(link => link.Part == TimePart.SubAgents);
        Assert.Equal(("r2", "k1", 2), (wait.RequestId, wait.AwaitedRequestId, wait.AwaitedOrdinal));
        Assert.Equal(("c", "root", 1, "root"), (child.SessionId, child.ParentSessionId, child.Depth, child.TaskId));
        Same(84.359098, 124.062837, 39.703739, child);
        Links(child, (106.819762, TimePart.Prefill, "k1"), (124.062837, TimePart.Decode, "k1"));
    }

    [Fact]
    public void The_first_task_of_the_sample_has_thirteen_links()
    {
        TaskResult task = Sample().Tasks.Single(task => task.TaskId == "agent-1100-1:root");
        Same(101, 4115.748412, 4014.748412, task);
        Assert.Equal(3691, task.RecordedMakespanMs);
        Assert.Equal(
            [
                (101.883154, TimePart.Queued), (126.29496, TimePart.Prefill), (335.129191, TimePart.Decode), (410.129191, TimePart.Tool),
                    (518.129191, TimePart.Delay),
                (518.514576, TimePart.Queued), (542.915533, TimePart.Prefill), (865.238035, TimePart.Decode), (1407.238035,
                    TimePart.Tool), (1524.238035, TimePart.Delay),
                (1526.074748, TimePart.Queued), (1549.350865, TimePart.Prefill), (4115.748412, TimePart.Decode),
            ],
            task.CriticalPath.Select(link => (Math.Round(link.EndMs, 6), link.Part)));
    }

    [Fact]
    public void The_second_task_of_the_sample_waits_for_sub_agents_and_is_outlived_by_one()
    {
        AgentResults agents = Sample();
        TaskResult task = agents.Tasks.Single(task => task.TaskId == "agent-1100-2:root");
        Assert.Equal(19367.910137, task.MakespanMs!.Value, 6);
        Assert.Equal(21956, task.RecordedMakespanMs);
        Assert.Equal(9345.436147, task.RootMakespanMs!.Value, 6);
        Assert.Equal(65, task.CriticalPath.Count);
        Split(task.Critical!, queued: 19.209568, prefill: 440.393892, decode: 13537.306677, tool: 3762, delay: 1609);
        PathLink wait = Assert.Single(agents.Sessions.Single(session => session.SessionId == "agent-1100-2:root").CriticalPath, link =>
            link.Part == TimePart.SubAgents);
        Assert.Equal((4367.232436, 5845.651363, 1478.418927, "req-1100-00051"), (Math.Round(wait.BeginMs, 6), Math.Round(wait.EndMs, 6),
            Math.Round(wait.LengthMs, 6), wait.AwaitedRequestId));
    }

    private static AgentResults Sample() => Replay.Run(
        WorkloadLoader.Load([TestData.PathOf("../../../samples/agent-small.trace.jsonl.gz")],
            new WorkloadOptions { Format = TraceFormat.Dynamo }), new ReplaySettings()).FindAgents()!;

    private static void Same(double begin, double end, double makespan, AgentResult agent)
    {
        Assert.Equal(begin, agent.BeginMs!.Value, 6);
        Assert.Equal(end, agent.EndMs!.Value, 6);
        Assert.Equal(makespan, agent.MakespanMs!.Value, 6);
    }

    private static void Links(AgentResult agent, params (double End, TimePart Part, string Request)[] expected) =>
        Assert.Equal(expected, agent.CriticalPath.Select(link => (Math.Round(link.EndMs, 6), link.Part, link.RequestId!)));

    private static void Split(
        TimeSplit actual, double queued = 0, double prefill = 0, double decode = 0, double tool = 0, double delay = 0,
            double subAgents = 0) =>
        Assert.Equal(
            (queued, prefill, 0.0, decode, tool, delay, subAgents, 0.0),
            (Round(actual.QueuedMs), Round(actual.PrefillMs), Round(actual.TransferMs), Round(actual.DecodeMs),
                Round(actual.ToolMs!.Value), Round(actual.DelayMs),
                Round(actual.SubAgentsMs), Round(actual.RecordedStartMs)));

    private static double Round(double value) => Math.Round(value, 6);
}
