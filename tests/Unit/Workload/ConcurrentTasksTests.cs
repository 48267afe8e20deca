using AgentSim.Engines;
using AgentSim.Rows;
using AgentSim.Simulation;
using AgentSim.Workload;
using static AgentSim.Tests.Rows.PlayRows;

namespace AgentSim.Tests.Workload;

/// <summary>Closed loops of tasks.</summary>
public class ConcurrentTasksTests
{
    private static ReplaySettings Settings(int tasks, string engine = """{"block_size":16}""") =>
        new() { Engine = EngineArguments.Parse(engine, "engine").Resolve("engine"), Knobs = new WorkloadKnobs { ConcurrentTasks = tasks } };

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    [InlineData("plain")]
    [InlineData("rejected")]
    public void Never_more_tasks_are_open_than_were_asked_for_and_never_fewer_while_some_wait(string kind)
    {
        for (int seed = 0; seed < 25; seed++)
        {
            var random = new Random(seed);
            MooncakeRow[] rows = kind switch { "v1" => KnobRun.Graphs(random, 15), "plain" => KnobRun.Sessions(random, 15),
                _ => KnobRun.Plays(random, 15) };
            // In a cache of so few blocks some requests are turned away, and their plays end.
            if (kind == "rejected") foreach (MooncakeRow row in rows.Where(_ => random.Next(5) == 0)) (row.InputLength, row.HashIds) =
                (160, [.. Enumerable.Range(0, 10).Select(id => (ulong)id)]);
            string engine = kind == "rejected" ? """{"block_size":16,"num_gpu_blocks":6,"max_model_len":96}""" : """{"block_size":16}""";
            ReplayWorkload workload = WorkloadLoader.FromRows(rows);
            int most = random.Next(1, 6);
            (double Begin, double End)[] tasks = KnobRun.TasksOf(workload, Settings(most, engine));
            Assert.Equal(WorkloadTasks.Of(workload.Columns).Count, tasks.Length);
            Assert.Equal(most, KnobRun.MostOpen(tasks));
            // Whoever begins later does so when another ends; rows that lag behind their task's start do not begin it.
            double[] ends = [.. tasks.Select(task => task.End)];
            Assert.All(tasks.Where(task => task.Begin > 0), task => Assert.Contains(task.Begin, ends));
            double[] begins = [.. InOrder(rows).Select(task => tasks[task].Begin)];
            Assert.Equal(begins.Order(), begins);
        }
    }

    // By the rows alone: start, then the name of the play or of the session of the first row, which waits for nothing in these.
    private static int[] InOrder(MooncakeRow[] rows)
    {
        // Rows of version 2 are loaded in the order of their ids, plain ones session by session.
        IEnumerable<MooncakeRow> loaded = rows[0].PlayId is null ? rows : rows.OrderBy(row => row.RequestId, StringComparer.Ordinal);
        MooncakeRow[] first =
        [
            .. from row in loaded
               group row by row.PlayId ?? row.RequestId?.Split('-')[0] ?? row.SessionId into task
               select task.OrderBy(row => row.WaitFor.Count + row.Dependencies.Count > 0)
                   .ThenBy(row => row.Timestamp ?? row.NotBeforeMs ?? 1e9).First(),
        ];
        return [.. Enumerable.Range(0, first.Length).OrderBy(task => first[task].Timestamp ?? first[task].NotBeforeMs)
            .ThenBy(task => first[task].PlayId ?? first[task].SessionId, StringComparer.Ordinal)];
    }

    [Fact]
    public void Tasks_of_one_start_come_by_their_ids()
    {
        // By load order it would be the first row's each time.
        Assert.Equal(["b", "a"], Order(Row("a", "Z", 100), Row("b", "A", 100)));
        MooncakeRow[] agents = [KnobRun.Row("r1", "zeta", 5), KnobRun.Row("r2", "Alpha", 5), KnobRun.Row("r3", "zeta", null, 1, 0, "r1")];
        Assert.Equal(["r2", "r1", "r3"], Order(agents));
        // A sub-agent that comes first in the file does not name the task.
        MooncakeRow[] spawned = [KnobRun.Row("s", "a-sub", null, 1, 0, "r"), KnobRun.Row("r", "z-root", 5), KnobRun.Row("o", "m", 5)];
        Assert.Equal(["o", "r", "s"], Order(spawned));

        static IEnumerable<string?> Order(params MooncakeRow[] rows) => Replay.Run(WorkloadLoader.FromRows(rows), Settings(1)).Requests
            .OrderBy(request => request.ArrivalTimeMs).Select(request => request.RequestId);
    }

    [Fact]
    public void Tasks_come_in_the_order_of_their_starts_and_keep_their_offsets()
    {
        // In load order (by id): a of play R at 500, b and c of P at 100 and 130, d of Q at 300.
        ReplayWorkload workload = WorkloadLoader.FromRows([Row("a", "R", 500), Row("b", "P", 100), Row("c", "P", 130), Row("d", "Q", 300)]);
        ReplayResult result = Replay.Run(workload, Settings(1));
        Assert.Equal(["b", "c", "d", "a"], result.Requests.OrderBy(request => request.ArrivalTimeMs).Select(request => request.RequestId));
        double[] arrivals = [.. result.Requests.OrderBy(request => request.ArrivalTimeMs).Select(request => request.ArrivalTimeMs)];
        Assert.Equal([0.0, 30.0], arrivals[..2]);
        Assert.Equal(result.Requests.Single(request => request.RequestId == "c").TerminalTimeMs, arrivals[2]);
    }

    [Fact]
    public void Earliest_starts_of_rows_of_version_2_count_from_where_their_task_begins()
    {
        ReplayWorkload workload = WorkloadLoader.FromRows([Row("a", "P", 0), Row("b", "Q", 10_000), Row("c", "Q", 10_500, After("b"))]);
        ReplayResult result = Replay.Run(workload, Settings(1));
        double begin = result.Requests.Single(request => request.RequestId == "b").ArrivalTimeMs;
        Assert.Equal(begin + 500.0, result.Requests.Single(request => request.RequestId == "c").ArrivalTimeMs, 1e-9);
        Assert.True(begin < 100);
    }

    [Fact]
    public void As_many_as_there_are_is_possible_and_more_is_refused()
    {
        ReplayWorkload workload = WorkloadLoader.FromRows(KnobRun.Tasks());
        Assert.Equal(3, KnobRun.MostOpen(KnobRun.TasksOf(workload, Settings(3))));
        Assert.Contains("only 3 tasks", Refusal(workload, new WorkloadKnobs { ConcurrentTasks = 4 }), StringComparison.Ordinal);
        Assert.Contains("only 6 tasks", Refusal(workload, new WorkloadKnobs { ConcurrentTasks = 7, Copies = 2 }), StringComparison.Ordinal);
        Assert.Equal(6, KnobRun.MostOpen(KnobRun.TasksOf(workload,
            new ReplaySettings { Knobs = new WorkloadKnobs { ConcurrentTasks = 6, Copies = 2 } })));
    }

    [Fact]
    public void What_does_not_go_together_is_refused_by_name()
    {
        ReplayWorkload flat = WorkloadLoader.FromRows([new MooncakeRow { InputLength = 4, OutputLength = 1, HashIds = [1], Timestamp = 0,
            TraceBlockSize = 16 }]);
        ReplayWorkload agents = WorkloadLoader.FromRows(KnobRun.Tasks()), plays = WorkloadLoader.FromRows(KnobRun.Plays(new Random(1), 3));
        Assert.Contains("belong to no session", Refusal(flat, new WorkloadKnobs { ConcurrentTasks = 1 }), StringComparison.Ordinal);
        Assert.Contains("agentic rows of version 1", Refusal(flat, new WorkloadKnobs { ToolSpeedupRatio = ToolSpeedup.Of(2) }),
            StringComparison.Ordinal);
        Assert.Contains("agentic rows of version 1", Refusal(plays, new WorkloadKnobs { MaxToolWaitSeconds = 1 }),
            StringComparison.Ordinal);
        Assert.Contains("'bash'", Refusal(agents, new WorkloadKnobs { ToolSpeedupRatio = ToolSpeedup.Parse("bash=2") }),
            StringComparison.Ordinal);
        Assert.Contains("ignores", Refusal(agents, new WorkloadKnobs { ConcurrentTasks = 1, TaskArrivalSpeedupRatio = 2 }),
            StringComparison.Ordinal);
        Assert.Contains("shorter", Refusal(agents, new WorkloadKnobs { Copies = 2, CopiesWindowSeconds = 0.1 }), StringComparison.Ordinal);
        Assert.Contains("there is none", Refusal(agents, new WorkloadKnobs { Copies = 2, CopiesWindowSeconds = 100,
            CopiesOffset = CopiesOffset.Gap }), StringComparison.Ordinal);
        Assert.Contains("both closed loops", Assert.Throws<AgentSimException>(() => Replay.Run(
            WorkloadLoader.FromRows(KnobRun.Sessions(new Random(1), 3)), new ReplaySettings { Concurrency = 1,
                Knobs = new WorkloadKnobs { ConcurrentTasks = 1 } })).Message, StringComparison.Ordinal);
        foreach (WorkloadKnobs wrong in (WorkloadKnobs[])[new() { Copies = 0 }, new() { OutputRatio = 0 },
            new() { ThinkSpeedupRatio = double.NaN }, new() { MaxIdleSeconds = -1 }, new() { ConcurrentTasks = 0 },
                new() { CopiesShared = -1 }])
            Assert.Equal("WorkloadKnobInvalid", Assert.Throws<AgentSimException>(() =>
                Replay.Run(agents, new ReplaySettings { Knobs = wrong })).ErrorId);
        foreach (string wrong in (string[])["", "x", "bash=", "=2", "2,3", "bash=2,bash=3", "0", "bash=-1", "inf"])
            Assert.Equal("WorkloadKnobInvalid", Assert.Throws<AgentSimException>(() => ToolSpeedup.Parse(wrong)).ErrorId);
    }

    private static string Refusal(ReplayWorkload workload, WorkloadKnobs knobs)
    {
        AgentSimException error = Assert.Throws<AgentSimException>(() => Replay.Run(workload, new ReplaySettings { Knobs = knobs }));
        Assert.Equal("WorkloadKnobRefused", error.ErrorId);
        return error.Message;
    }
}
