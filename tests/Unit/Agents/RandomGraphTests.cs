using AgentSim.Agents;
using AgentSim.Recording;
using AgentSim.Simulation;
using AgentSim.Workload;

namespace AgentSim.Tests.Agents;

/// <summary>
/// Sessions and tasks of random graphs of requests are what the plain computation says, and every critical path is a chain from begin
/// to end: plain rows and agentic rows of both versions, 1 to 8 workers, both routers, pools, preemption, caps, rejections.
/// </summary>
public class RandomGraphTests
{
    private const int Graphs = 1000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Random_graphs_give_what_the_plain_computation_gives(bool inClosedLoopsOfTasks)
    {
        var seen = new Dictionary<string, int>();
        for (int seed = 0; seed < Graphs; seed++)
        {
            GraphRun graph = inClosedLoopsOfTasks ? InClosedLoop(GraphRun.Make(seed), seed) : GraphRun.Make(seed);
            ReplayResult result;
            try
            {
                result = Replay.Run(graph.Load(), graph.Settings);
            }
            catch (AgentSimException error) when (error.ErrorId is "ReplayDeadEnd" or "RequestNeverFits" or "RequestTooLong"
                or "RequestImpossible")
            {
                Count(error.ErrorId);
                continue;
            }

            AgentResults? agents = result.FindAgents();
            Assert.Equal(PlainAgents.HasAgents(graph), agents is not null);
            if (agents is null) continue;
            var plain = new PlainAgents(graph, result);
            Same(seed, plain.Tasks(), agents.Tasks, task => task.TaskId);
            Same(seed, plain.Sessions(), agents.Sessions, session => session.SessionId);
            Explained(seed, graph, plain);
            Count($"v{graph.Version}");
            if (result.Times!.Handoffs is not null) Count("pools");
            if (result.Times.Readmissions.Length > 0) Count("preempted");
            foreach (AgentResult agent in agents.Tasks) Count($"{agent.Status}");
            foreach (TimePart part in agents.Sessions.SelectMany(session => session.CriticalPath).Select(link => link.Part).Distinct())
                Count($"{part}");
        }

        // Nothing of what the graphs are for may be missing from them.
        foreach (string what in (string[])["v0", "v1", "v2", "pools", "preempted", .. Enum.GetNames<AgentStatus>(),
            .. Enum.GetNames<TimePart>()])
            Assert.True(seen.GetValueOrDefault(what) > 20, $"{what}: {seen.GetValueOrDefault(what)} ({string.Join(", ", seen)})");

        void Count(string what) => seen[what] = seen.GetValueOrDefault(what) + 1;
    }

    // Some of as many tasks as there are; what knows no tasks stays as it is.
    private static GraphRun InClosedLoop(GraphRun graph, int seed)
    {
        WorkloadColumns load = graph.Load().Columns;
        if (!WorkloadTasks.AreKnown(load)) return graph;
        int most = new Random(seed).Next(1, WorkloadTasks.Of(load).Count + 1);
        return graph with { Settings = graph.Settings with { Concurrency = null, Knobs = new WorkloadKnobs { ConcurrentTasks = most } } };
    }

    private static void Same<T>(int seed, List<PlainAgent> expected, IReadOnlyList<T> actual, Func<T, string> name)
        where T : AgentResult
    {
        Assert.Equal(expected.Count, actual.Count);
        for (int i = 0; i < actual.Count; i++)
        {
            (PlainAgent plain, T agent) = (expected[i], actual[i]);
            string where = $"graph {seed}, {typeof(T).Name} {plain.Name}";
            Assert.True((plain.Name, plain.Play, plain.Status, plain.Begin, plain.End) == (name(agent), agent.PlayId, agent.Status,
                agent.BeginMs, agent.EndMs), where);
            CriticalPathChecks.IsChain(agent, where);
            Assert.Equal(plain.Path, agent.CriticalPath
                .Select(link => (link.Part, link.BeginMs, link.EndMs, link.RequestId ?? IdOf(link, plain))));
            if (plain.End is null) continue;
            foreach (TimePart part in Enum.GetValues<TimePart>())
                Assert.True(Math.Abs(plain.Busy[(int)part] - (agent.Busy![part] ?? 0.0)) <= 1e-9 * Math.Max(1.0, agent.MakespanMs!.Value),
                    $"{where}: {part} {plain.Busy[(int)part]} {agent.Busy![part]}");
        }

        static string IdOf(PathLink link, PlainAgent plain) => plain.Path.First(piece => piece.Begin == link.BeginMs).Id;
    }

    // A request that waits starts when what decided its start says, to the bit; a single worker in a closed loop may see it later.
    private static void Explained(int seed, GraphRun graph, PlainAgents plain)
    {
        foreach (GraphRow row in graph.Rows)
        {
            RequestOutcome outcome = plain.Outcome(row);
            if (double.IsNaN(outcome.Arrival) || plain.Explained(row) is not { } ready) continue;
            Assert.True(graph.Settings.Concurrency is null ? outcome.Arrival == ready
                : outcome.Arrival >= ready, $"graph {seed}, {row.Id}: {outcome.Arrival}, explained {ready}");
        }
    }
}
